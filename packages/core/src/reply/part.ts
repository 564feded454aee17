import type { Bot } from "../bot/bot.ts";
import { partHidden, partMarked } from "./marked.ts";
import { SEEN } from "./seen.ts";
import { SUGGESTED } from "./suggest.ts";

export type Parted = {
  /** What the user sees. */
  text: string;
  suggested: readonly string[];
  /** What the model has seen in what it was shown. */
  seen: readonly string[];
};

/** An answer without what the model has written in it for the bot. @param isSeen it was shown something */
export function partAnswer(
  answer: { text: string; cut: boolean },
  { suggestions }: Pick<Bot, "suggestions">,
  isSeen: boolean,
): Parted {
  const { text, hidden: seen } = isSeen ? partHidden(answer.text, SEEN) : { text: answer.text, hidden: [] };
  // Whoever has come to that line has no half suggestion before it.
  const cut = answer.cut && seen.length === 0;
  const marks = "fromModel" in suggestions ? ([SUGGESTED] as const) : [];
  const parted = partMarked<typeof SUGGESTED>({ text, cut }, marks);
  if (parted.text !== "") return { text: parted.text, suggested: parted.after[SUGGESTED] ?? [], seen };
  // Nothing but what ends an answer is an answer all the same.
  return { text: text || seen.join(" ") || answer.text, suggested: [], seen };
}
