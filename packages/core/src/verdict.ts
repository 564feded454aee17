import type { FoldTask } from "./context/fold.ts";

/** What becomes of a message of the queue, once it was taken as far as it goes now. */
export type Verdict =
  /** It is done. */
  | { kind: "acknowledge"; next: Next }
  /** It comes back in `inS` seconds, and the rest of its chat with it. */
  | { kind: "retry"; inS: number };

/** What is left to do once the messages of its chat are done. */
export type Next =
  | { kind: "nothing" }
  /** Its chat's window is to be folded. */
  | { kind: "fold"; task: FoldTask }
  /** What was said was erased: no fold that was due before takes it into the summary. */
  | { kind: "skip_fold" };

export const acknowledged: Verdict = { kind: "acknowledge", next: { kind: "nothing" } };
export const erased: Verdict = { kind: "acknowledge", next: { kind: "skip_fold" } };
