import type { EventKind } from "./check/fate.ts";
import type { Random } from "./random.ts";
import { minutes } from "./scheduler.ts";

/** Webhooks at fixed times instead of random ones. */
export type Script = readonly { atMs: number; events: readonly Scripted[] }[];

/**
 * In a 1:1 chat the sender is the chat; a group's id begins with a C. A `tap` presses the newest button of an answer
 * that took long, an `unsend` takes back the sender's newest question.
 */
export type Scripted = { chatId: string; senderId?: string; kind: EventKind };

/** What users do, and how LINE delivers it. All chances are shares, from 0 to 1. */
export type Traffic = {
  script?: Script;
  chats: number;
  /** Of the chats: those that are groups, and how many write in one. */
  groups: number;
  members: number;
  events: number;
  spanMs: number;
  /** Of the events: sent right after the one before. */
  bursts: number;
  /** LINE puts events of one webhook together if they are this close. */
  bundleMs: number;
  /** Messages that one chat sends at once. */
  flood: number;
  redelivery: boolean;
  /** Of the webhooks. */
  duplicated: number;
  lateDuplicated: number;
  responseLost: number;
  /** Of the messages in groups: those that are not written to the bot, and those that only quote it. */
  overheard: number;
  quoting: number;
  /** Of the events. */
  notQuestions: number;
  /** Of the events: users who add the bot, and groups into which it comes. */
  greetings: number;
  /** Of the questions in 1:1 chats: those that are stickers. */
  stickers: number;
  /** And those that are spoken. */
  voice: number;
  /** Of the events in 1:1 chats. */
  pictures: number;
  /** Of the pictures: those that are sent together, and of these, those that say how many they are. */
  sets: number;
  counted: number;
  /** Of what is not written: what LINE has no more when it is fetched. */
  gone: number;
  /** Commands of the bot's owner. */
  own: number;
  /** Taps in a rich menu of the owner's, if the bot has handlers of events. */
  postbacks: number;
  /** Commands and unfollows. */
  commands: number;
  /** Of the apologies: those whose button is pressed. */
  pressed: number;
  /** Of the buttons for an answer that takes long. */
  tapped: number;
  /** How long after it is shown, milliseconds; drawn for each, if it is not set. */
  tapMs?: readonly [number, number];
  /** Of the questions whether a tool may run: those that are answered, and of these, those answered more than once. */
  confirmed: number;
  confirmedAgain: number;
  /** Of the questions: unsent some time later. */
  unsent: number;
  /** Of the answers: those that repeat verbatim what the user said before. */
  quoted: number;
  tooOld: number;
  rejected: number;
  refused: number;
  poisonous: number;
  crashing: number;
  hanging: number;
  /** Of the events: those with an unreadable job next to them on the queue. */
  unreadable: number;
  /** Of the chats. */
  blocked: number;
};

/** A few chats ask: nothing is delivered twice, and no question causes trouble. */
export const quietTraffic: Traffic = {
  chats: 4,
  groups: 0,
  members: 3,
  events: 20,
  spanMs: minutes(5),
  bursts: 0.3,
  bundleMs: 200,
  flood: 0,
  redelivery: true,
  duplicated: 0,
  lateDuplicated: 0,
  responseLost: 0,
  overheard: 0,
  quoting: 0,
  notQuestions: 0.1,
  greetings: 0,
  stickers: 0,
  voice: 0,
  pictures: 0,
  sets: 0,
  counted: 0.5,
  gone: 0,
  own: 0,
  postbacks: 0,
  commands: 0,
  pressed: 0,
  tapped: 0,
  confirmed: 0,
  confirmedAgain: 0,
  unsent: 0,
  quoted: 0.2,
  tooOld: 0,
  rejected: 0,
  refused: 0,
  poisonous: 0,
  crashing: 0,
  hanging: 0,
  unreadable: 0,
  blocked: 0,
};

export function drawTraffic(random: Random, share: (most?: number) => number): Traffic {
  return {
    chats: random.int(1, 6),
    events: random.int(3, 24),
    spanMs: minutes(random.pick([1, 3, 15])),
    bursts: random.pick([0, 0.3, 0.8]),
    bundleMs: random.pick([0, 200, 2_000]),
    flood: random.chance(0.08) ? random.int(5, 30) : 0,
    redelivery: random.chance(0.8),
    duplicated: share(),
    lateDuplicated: share(),
    responseLost: share(),
    notQuestions: random.pick([0, 0.2]),
    own: random.fork("own").pick([0, 0, 0.3]),
    postbacks: random.fork("postbacks").pick([0, 0.2]),
    commands: random.pick([0, 0, 0.2]),
    pressed: random.pick([0, 0.5, 0.9]),
    tapped: random.pick([0, 0.5, 0.9]),
    unsent: random.pick([0, 0, 0.2]),
    quoted: random.pick([0, 0.3]),
    tooOld: share(0.3),
    rejected: share(0.5),
    crashing: share(0.2),
    hanging: share(0.2),
    unreadable: share(0.5),
    blocked: share(),
    refused: share(0.5),
    poisonous: share(0.5),
    ...drawGroups(random.fork("groups")),
    ...drawConfirmations(random.fork("confirmations")),
  };
}

function drawMedia(random: Random) {
  return {
    voice: random.pick([0, 0, 0.3]),
    pictures: random.pick([0, 0, 0.1, 0.4]),
    sets: random.pick([0, 0.5]),
    counted: random.pick([0, 0.5, 1]),
    gone: random.pick([0, 0, 0.2]),
  };
}

function drawConfirmations(random: Random) {
  return { confirmed: random.pick([0.5, 0.9]), confirmedAgain: random.pick([0, 0.3]) };
}

function drawGroups(random: Random) {
  return {
    groups: random.pick([0, 0, 0.5, 1]),
    members: random.int(2, 4),
    overheard: random.pick([0.2, 0.6]),
    quoting: random.pick([0, 0.2]),
    greetings: random.pick([0, 0, 0.2]),
    stickers: random.pick([0, 0, 0.2]),
    ...drawMedia(random.fork("media")),
  };
}
