import type { AnyHandler } from "../bot/handler.ts";
import type { Content, MediaPart } from "../platform/content.ts";
import type { DropReason, NoticeKind, Repeated } from "../turn/answer.ts";
import type { Taking } from "./gather.ts";

/** What is done with a question that has no answer yet. */
export type Decision =
  /** The model answers it; or, in place of what it got so far, the question before. */
  | {
      kind: "ask";
      question: Content;
      repeats: Repeated | undefined;
      /** Taken before the model is asked. */
      gathers?: readonly Taking[];
      /** What the model is shown once more. */
      again?: readonly MediaPart[];
    }
  /** A picture waits for those that it was sent with, for so long. */
  | { kind: "gather"; inS: number }
  /** The calls that the turn `asking` waits with run, or do not; then the model answers. */
  | { kind: "confirm"; asking: string; isConfirmed: boolean }
  /** First what was said must be known; then it is decided anew. */
  | { kind: "hear"; question: Content; repeats: Repeated | undefined }
  | {
      kind: "say";
      notice: Exclude<NoticeKind, "export" | "forgotten" | "too_many" | "go_on" | "show" | "own">;
    }
  /** A handler of the bot's owner answers; if it says nothing, a user who has come is greeted. */
  | { kind: "own"; handler: AnyHandler; orElse: "greeting" | undefined }
  /** Everything that was said is erased, in a group what this user has said, and then that is said. */
  | { kind: "forget" }
  | { kind: "export"; from: string | undefined }
  /** A long answer goes on with what was left of it. */
  | { kind: "go_on"; rest: string }
  /** It brings what waits, and says nothing itself. */
  | { kind: "show" }
  /** What was asked for has no answer yet. */
  | { kind: "too_early" }
  /** `waiting` messages stood in line, which is too many; the user is told once. */
  | { kind: "flooded"; waiting: number; isTold: boolean }
  /** It gets no answer of its own: a notice was sent for an earlier one. */
  | { kind: "drop"; because: Exclude<DropReason, "unsent" | "too_many"> };
