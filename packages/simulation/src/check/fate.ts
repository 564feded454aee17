/**
 * `rejected`: the model answers with an error that no retry changes. `refused`: it refuses every request that
 * holds this question. `poisonous`: it answers this question, and refuses every later request that holds it.
 * `crashing`: every process that asks it dies. `hanging`: the model never answers it. `overheard` is written in a
 * group, not to the bot. `quoting` is a question if it quotes a message that the bot remembers. A `picture` is
 * a question by itself, or together with others. `own` is a command of the bot's owner, and
 * `postback` a tap in the owner's rich menu. A `tap` presses the button of an answer that took long; `yes` and
 * `no` press those under the question whether a tool may run. They, `unsend`, `unfollow` and `greeting` are events,
 * all others are messages. In a group, `unfollow` is the bot's leaving, and `greeting` its coming.
 */
export type EventKind =
  | "question"
  | "rejected"
  | "refused"
  | "poisonous"
  | "crashing"
  | "hanging"
  | "retry"
  | "export"
  | "forget"
  | "forgetForSure"
  | "own"
  | "postback"
  | "tap"
  | "yes"
  | "no"
  | "unsend"
  | "unfollow"
  | "greeting"
  | "picture"
  | "overheard"
  | "quoting"
  | "not_a_question";

/** What the model is never asked. */
export const unasked: readonly EventKind[] = [
  "export",
  "forget",
  "forgetForSure",
  "own",
  "postback",
  "unsend",
  "unfollow",
  "greeting",
  "overheard",
  "not_a_question",
];

/** Their words are the bot's own, and tell nothing of their event. */
export const commands: readonly EventKind[] = ["retry", "export", "forget", "forgetForSure", "own"];

/** What is not for the bot. */
export const forOthers: readonly EventKind[] = ["not_a_question", "overheard"];

/** What erases something and gets no answer. */
export const erasing: readonly EventKind[] = ["unsend", "unfollow"];

export type SimulatedEvent = {
  eventId: string;
  chatId: string;
  /** In a 1:1 chat the chat's own id. */
  senderId: string;
  kind: EventKind;
  timestamp: number;
  /** The event whose message it unsends, or whose call it confirms. */
  target?: string | undefined;
  /** It calls the bot by the name that LINE alone knows, and is passed over while LINE does not tell. */
  byName: boolean;
  webhook: number;
  /** Counts the events: those of one chat in one webhook keep this order. */
  number: number;
};

export type Violation = { at: number; rule: string; what: string; chatId: string; eventId: string };

/** What became of the events, for reports. */
export type Tally = {
  events: number;
  answered: number;
  noticed: number;
  parked: number;
  redriven: number;
  dropped: number;
  ignored: number;
  erased: number;
  tooOld: number;
  notAccepted: number;
  /** Taken for delivered, because a reply token expired earlier than core can know. */
  believed: number;
  apologies: number;
  asked: number;
  deaths: number;
};

/** An event and all that has happened to it. */
export type Fate = SimulatedEvent & {
  accepted: boolean;
  /** Place of its first job in the queue. */
  sequence?: number;
  answers: number;
  /** Of its answers and notices. */
  pushes: number;
  /** Epoch milliseconds, of the first. */
  answeredAt?: number;
  notices: number;
  apologies: number;
  /** How often its user was told that it takes long. */
  thoughts: number;
  /** That was sent, whether or not it arrived. */
  thoughtSent: boolean;
  /** Codes, one for each time. */
  parkings: string[];
  redriven: boolean;
  /** Ids of its replays. */
  replays: Set<string>;
  /** An operator has replayed it by force: its user may see it twice. */
  mayComeTwice: boolean;
  claims: number;
  /** Epoch milliseconds, of the last claim. */
  claimedAt?: number;
  /** Claims before its last replay. */
  claimsBeforeReplay: number;
  /** Attempts since its last replay that ended with an error. */
  failedAttempts: number;
  /** Claims by the last of them. */
  failedAtClaim?: number;
  /** How often a replay has resumed it. */
  reclaims: number;
  reclaimedBy?: string;
  /** Questions to the model since its last replay, without those that its limit has refused. */
  asks: number;
  /** Epoch milliseconds, of the last of them. */
  askedAt?: number;
  /** Those that its limit has refused, as far as its workers have heard of it. */
  refusals: number;
  /** Epoch milliseconds; since its last replay: when the model's limit first held it up, and when it first took a slot. */
  heldUpAt?: number | undefined;
  slotAt?: number | undefined;
  /** What the model's last refusal told it to wait. */
  toldToWaitMs?: number;
  /** Epoch milliseconds; then it may be asked again. */
  askAgainAt?: number | undefined;
  /** The window was moved to it, because the model refused to read what came before it. */
  droppedPast: boolean;
  /** It was asked without what came before it, because the model refused that: the window may have been moved unheard. */
  mayHaveDroppedPast: boolean;
  deaths: number;
  /** The event with its answer, if it was asked again after it was parked. */
  answeredBy?: string;
  replySends: number;
  /** A reply of it was not plainly refused. */
  openReplies: number;
  /** A claim found it answered by an attempt that died. */
  diedAnswered: boolean;
  /** The event whose turn asks for it too. */
  takenBy?: string;
  /** It has waited for the pictures that it was sent with. */
  wasGathered: boolean;
  /** The last write to its turn. */
  lastWrite?: string;
  /** It was to be ignored, or it erased something. */
  ignored: boolean;
  /** Nothing of its text may be left. */
  erased: boolean;
  /** Talk whose writer has had it forgotten when newer talk had taken its place: delivered late, it is new. */
  mayBeKeptAgain?: boolean;
  tooOld: boolean;
  tokenDiedEarly: boolean;
  /** Codes of the errors that it really met. */
  errors: Set<string>;
};

/** Nothing has happened to it yet. */
export function newFate(event: SimulatedEvent): Fate {
  return {
    ...event,
    accepted: false,
    answers: 0,
    pushes: 0,
    notices: 0,
    apologies: 0,
    thoughts: 0,
    thoughtSent: false,
    parkings: [],
    redriven: false,
    replays: new Set(),
    mayComeTwice: false,
    claims: 0,
    claimsBeforeReplay: 0,
    failedAttempts: 0,
    reclaims: 0,
    asks: 0,
    refusals: 0,
    droppedPast: false,
    mayHaveDroppedPast: false,
    deaths: 0,
    replySends: 0,
    openReplies: 0,
    diedAnswered: false,
    wasGathered: false,
    ignored: false,
    erased: false,
    tooOld: false,
    tokenDiedEarly: false,
    errors: new Set(),
  };
}
