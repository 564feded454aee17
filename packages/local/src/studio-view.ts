import type { Bot, spokenCommands } from "@henji/core/bot";
import type { ParkedState } from "./parked-view.ts";
import type { Sendable } from "./studio-sendable.ts";
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
  name: string;
  /** The name of the chat in the log, and so in traces. */
  hash: string;
} & (
  | { type: "user" /** The user has blocked the bot. */; blocked: boolean }
  | {
      type: "group" | "room" /** Ids of users. */;
      members: string[] /** The bot is in it. */;
      joined: boolean;
    }
);

/** A part of a text, in UTF-16 code units. */
export type Span = { index: number; length: number };

/** What is seen in a chat. The bytes of what `isHere` are served by the message's id. */
export type Content =
  | { type: "text"; text: string; mentions?: Span[] }
  | { type: "sticker"; packageId: string; stickerId: string; keywords: string[] }
  | { type: "image"; isHere: boolean }
  | { type: "video" | "audio"; isHere: boolean; durationMs: number | undefined }
  | { type: "file"; fileName: string /** In bytes. */; fileSize: number }
  | {
      type: "location";
      title: string | undefined;
      address: string | undefined;
      latitude: number;
      longitude: number;
    }
  /** No message, but an event of LINE. `who` are ids of users; `data` and `says`, what is seen of it, are those of a postback. */
  | {
      type: "happening";
      what: "follow" | "unfollow" | "join" | "leave" | "memberJoined" | "memberLeft" | "postback";
      who: string[];
      data: string | undefined;
      says: string | undefined;
    }
  /** What this page does not draw; `text` stands for it where LINE cannot show it either. */
  | { type: "other"; of: string; text?: string };

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
  /** The id of the message that it quotes. */
  quotes: string | undefined;
} & (
  | { by: "user"; from: string; handover: Handover; unsent: boolean }
  | { by: "bot"; via: "reply" | "push"; quickReplies: QuickReply[] }
  /** A line that LINE writes into the chat. */
  | { by: "line" }
);

/** A button below a message of the bot. */
export type QuickReply = { label: string; sends: Sendable };

export type { ChatMemory } from "@henji/core/context/memory";

/** How the stand-ins can be broken on purpose, one way each at a time. */
export const modelFaults = [
  ...(["down", "slow", "tooSlow", "refusing"] as const),
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
  /** How long the model takes for each, seconds. Default: as long as it always takes. */
  delayS?: number | undefined;
};

/** All that the page shows. The page imports this file, so this file imports nothing but types. */
export type View = {
  info: StudioInfo;
  botName: string;
  /** LINE's id of the bot, for mentions. */
  botId: string;
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
