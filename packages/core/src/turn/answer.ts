import type { Content } from "../platform/content.ts";
import { type Message, routes } from "../platform/platform.ts";
import type { MediaUsage } from "../usage/media.ts";
import type { ModelUsage } from "../usage/usage.ts";
import type { Confirmation, Transcript } from "./transcript.ts";

/** What the bot says by itself. */
export const noticeKinds = [
  "too_many",
  "daily_limit",
  "group_limit",
  "total_limit",
  "forget",
  "forgotten",
  "memory",
  "export",
  "nothing_to_retry",
  "help",
  "kept",
  "greeting",
  "not_understood",
  "go_on",
  "gone",
  "expired",
  "show",
  "media_gone",
  "media_too_large",
  "media_unheard",
  "media_limit",
  "own",
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** Why a message gets no answer of its own: a notice has said so for an earlier one, or it was erased. */
export type DropReason =
  | "too_many"
  | "daily_limit"
  | "group_limit"
  | "total_limit"
  | "not_understood"
  | "not_theirs"
  | "unsaid"
  | "media_limit"
  | "shown"
  | "unsent";

/** The turn whose question is answered once more; its own answer is no longer part of the conversation. */
export type Repeated = {
  key: string;
  /** Key of the turn that first asked the question: another one, if this turn was a repeat itself. */
  origin: string;
  question: Content;
  messageId: string | undefined;
  /** The platform's id of the user who asked it. */
  senderId?: string | undefined;
  /** What the model had called for it when it was given up on, and the turn that has it. */
  calls?: { key: string; transcript: Transcript } | undefined;
};

/** Exact o200k_base counts. */
export type TokenCounts = { question: number; answer: number };

/** What the answer says, and who says it. Notices are no part of the conversation. */
export type Said =
  | { from: "bot"; notice: NoticeKind; messages: readonly Message[]; rest?: string | undefined }
  | {
      from: "model";
      messages: readonly Message[];
      /** What one call does not take of it, until a button asks for it. */
      rest?: string | undefined;
      /** What asking took. */
      usage: ModelUsage;
      /** What was looked at and listened to for it, if anything was. */
      media?: MediaUsage | undefined;
      /** Not set if the tokenizer could not be loaded: then the turn is bounded by its bytes. */
      tokens: TokenCounts | undefined;
      /** The model declined: neither question nor answer is part of the conversation, lest all that follows is declined. */
      refused: boolean;
      /** Set if it answers an earlier question once more. */
      repeats: Repeated | undefined;
      /** Set if it asks whether calls may run. */
      confirms?: Confirmation | undefined;
      /** The question with what the model has seen in it, if it was shown something. */
      seen?: Content | undefined;
    };

/** An answer exactly as it will be sent, however often. */
export type Answer = Said & {
  /** Stored, so that a new version of the bot cannot send an old answer under another key. */
  idempotencyKey: string;
  /**
   * How it goes out. `wait` means that nothing of it was sent, and nothing will be by its own job; `reply` that a
   * reply may have been sent, even if nobody saw it succeed; `push` that no reply arrived, and that it may be
   * pushed again under its key.
   */
  route: Way;
  /** Keys of the waiting turns whose answers are sent in front of it, oldest first. */
  carries?: readonly string[] | undefined;
  /** Keys of the turns whose questions it answers beside its own, oldest first. */
  gathers?: readonly string[] | undefined;
  /** One call has no room for it behind these: they are sent alone, and then it waits itself. */
  isHeldBack?: boolean | undefined;
};

export const ways = [...routes, "wait"] as const;
export type Way = (typeof ways)[number];
