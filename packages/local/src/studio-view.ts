import type { Trace, WebhookStatus } from "./trace-step.ts";

/** What is running; the page shows it at the top. */
export type StudioInfo = {
  /** The model's name. */
  model: string;
  /** No real model answers. */
  standIn: boolean;
  /** Name and address of all that runs, such as `webhook`, `line`, `model`, `sqs`, `dynamodb`. */
  urls: Record<string, string>;
  /** Where state is kept between runs; nothing: in memory. */
  state?: string | undefined;
  /** The file a bot's owner edits. */
  botConfig: string;
  /** What is wrong with that file; until it is mended, the last good one stays in use. */
  botConfigError?: string | undefined;
};

/** Where messages are exchanged: the 1:1 chat of a user, a group or a room. */
export type Chat = {
  id: string;
  type: "user" | "group" | "room";
  name: string;
  /** What the log, and with it a trace, calls the chat. */
  hash: string;
  /** The user has blocked the bot. */
  blocked: boolean;
};

/** Anything but text is shown by its type. */
export type Content = { type: "text"; text: string } | { type: "other"; of: string };

/** How far the webhook with a user's message got. */
export type Handover =
  | { state: "sending" }
  /** LINE marks it read as soon as the bot's server has taken it. */
  | { state: "read" }
  | { state: "refused"; status: WebhookStatus };

export type Message = {
  id: string;
  chatId: string;
  /** Epoch milliseconds. */
  at: number;
  /** The event that it is, or that it answers. */
  eventId: string | undefined;
  content: Content;
} & (
  | { by: "user"; from: string; handover: Handover; unsent: boolean }
  | { by: "bot"; via: "reply" | "push"; quickReplies: QuickReply[] }
);

/** A button under a message of the bot; pressing it says its text. */
export type QuickReply = { label: string; text: string };

/** What the bot remembers of a chat, and what that has cost. */
export type ChatMemory = {
  /** The past turns that are sent to the model word for word, and the marks between which they are kept. */
  window: {
    turns: number;
    tokens: number;
    /** Turns that are in the window but not sent: they would pass `maxTokens`. */
    leftOut: number;
    lowWaterTokens: number;
    highWaterTokens: number;
    maxTokens: number;
  };
  /** What stands for the turns before the window; empty: nothing. */
  notes: { text: string; tokens: number; maxTokens: number };
  /** What the chat has used today. */
  today: {
    /** In which it is today. */
    timeZone: string;
    answers: number;
    inputTokens: number;
    /** Of the input, served from the model's prompt cache. */
    cachedTokens: number;
    outputTokens: number;
    replies: number;
    pushes: number;
    dollars: number;
  };
};

/** All that the page shows. The page reads this file too, so it imports nothing but types. */
export type View = {
  info: StudioInfo;
  botName: string;
  chats: Chat[];
  /** Oldest first within a chat. */
  messages: Message[];
  /** Chats with a loading animation, and until when: epoch milliseconds. */
  loading: Record<string, number>;
  /** Oldest first. */
  traces: Trace[];
};

/** Each change holds the whole of what has changed, so a change seen twice does no harm. */
export type ViewChange =
  | { type: "info"; info: StudioInfo }
  | { type: "chat"; chat: Chat }
  | { type: "message"; message: Message }
  | { type: "loading"; chatId: string; until: number | undefined }
  | { type: "trace"; trace: Trace };

/** LINE: a text message holds up to 5,000 characters. */
export const MAX_TEXT = 5_000;
/** LINE: a display name holds up to 20 characters. */
export const MAX_NAME = 20;
