import type { Bot, spokenCommands } from "@henji/core/bot";
import type { ParkedState } from "./parked-view.ts";
import type { Trace, WebhookStatus } from "./trace-step.ts";

/** What is running; shown at the top of the page. */
export type StudioInfo = {
  /** The model's name. */
  model: string;
  /** The model is the stand-in. */
  standIn: boolean;
  /** The stage on AWS that queue and table are of; not set: stand-ins on this machine. */
  stage?: string | undefined;
  /** Users chat on LINE itself, and not on this page. */
  onLine?: boolean | undefined;
  /** The words of each command that users are told of; a command without words is switched off. */
  commands: Pick<Bot["commands"], (typeof spokenCommands)[number]>;
  /** URLs by name: `webhook`, `line`, `model`, `sqs`, `dynamodb`. */
  urls: Record<string, string>;
  /** Where state is kept between runs; undefined: in memory. */
  state?: string | undefined;
  /** The file a bot's owner edits. */
  botConfig: string;
  /** The error of that file; the last valid version stays in use. */
  botConfigError?: string | undefined;
};

/** A 1:1 chat with a user, a group or a room. */
export type Chat = {
  id: string;
  type: "user" | "group" | "room";
  name: string;
  /** The name of the chat in the log, and so in traces. */
  hash: string;
  /** The user has blocked the bot. */
  blocked: boolean;
};

/** Everything but text is shown by its type. */
export type Content = { type: "text"; text: string } | { type: "other"; of: string };

/** How far the webhook with a user's message got. */
export type Handover =
  | { state: "sending" }
  /** LINE marks it as read once the webhook was answered 2xx. */
  | { state: "read" }
  | { state: "refused"; status: WebhookStatus };

export type Message = {
  id: string;
  chatId: string;
  /** Epoch milliseconds. */
  at: number;
  /** Of the message itself, or of the message that it answers. */
  eventId: string | undefined;
  content: Content;
} & (
  | { by: "user"; from: string; handover: Handover; unsent: boolean }
  /** `quotes` is the id of another message of the chat. */
  | { by: "bot"; via: "reply" | "push"; quotes: string | undefined; quickReplies: QuickReply[] }
);

/** A button below a message of the bot; pressing it sends `text`. */
export type QuickReply = { label: string; text: string };

export type { ChatMemory } from "@henji/core/context/memory";

/** How the stand-ins can be broken on purpose, one way each at a time. */
export const modelFaults = [
  ...(["down", "slow", "refusing"] as const),
  ...(["rejecting", "unauthorized", "outOfCredit"] as const),
] as const;
export const lineFaults = ["down", "unauthorized", "quotaUsedUp"] as const;

/** What is broken on purpose; empty: nothing. */
export type Broken = {
  model?: (typeof modelFaults)[number] | undefined;
  line?: (typeof lineFaults)[number] | undefined;
};

/** What the stand-in model says to the next questions, instead of its own words. */
export type Script = {
  /** At least one, in their order. */
  answers: string[];
  /** After the last one: the stand-in's own words again, or the last one again and again. */
  afterwards: "own" | "repeat";
};

/** All that the page shows. The page imports this file, so this file imports nothing but types. */
export type View = {
  info: StudioInfo;
  botName: string;
  chats: Chat[];
  /** Oldest first within a chat. */
  messages: Message[];
  /** When the loading animation of a chat ends, by chat id: epoch milliseconds. */
  loading: Record<string, number>;
  /** Oldest first. */
  traces: Trace[];
  broken: Broken;
  /** Undefined: the model speaks for itself. */
  script: Script | undefined;
  parked: ParkedState;
};

/** Each change carries the whole changed object, so applying it twice is harmless. */
export type ViewChange =
  | { type: "info"; info: StudioInfo }
  | { type: "chat"; chat: Chat }
  | { type: "message"; message: Message }
  | { type: "loading"; chatId: string; until: number | undefined }
  | { type: "trace"; trace: Trace }
  | { type: "broken"; broken: Broken }
  | { type: "script"; script: Script | undefined }
  | { type: "parked"; parked: ParkedState };

/** LINE: a text message holds up to 5,000 characters. */
export const MAX_TEXT = 5_000;
/** LINE: a display name holds up to 20 characters. */
export const MAX_NAME = 20;
/** Answers in a script, and characters in one of them. */
export const MAX_ANSWERS = 20;
export const MAX_ANSWER = 20_000;
/** Parked messages that a page lists at once. */
export const MAX_SHOWN_PARKED = 1_000;
