import { excerptOf } from "../excerpt.ts";
import { type Content, isMedia, type MediaPart } from "../platform/content.ts";

/** Begins the line that says what was seen. */
export const SEEN = "[=]";

/** Of what the model says that it sees, in UTF-16 units: a sentence or two. */
const MAX_SEEN = 400;

/**
 * What the model is told if it is shown something for the first time. It stands at the end, beside the question: in
 * front of the conversation it would change what the prompt cache knows.
 */
export function seenRule({ mayCall }: { mayCall: boolean }): string {
  return [
    `After your answer, write one last line that begins with "${SEEN} ".`,
    "In one or two sentences, in the user's language, say on it what was attached and what matters in it.",
    // The answer may be a question of ours, before which the model is not asked again.
    ...(mayCall ? ["If you call a function, write this line with the call."] : []),
    "The user does not see this line. It is all that you will know of the attachment later.",
  ].join(" ");
}

/** A question with what the model has seen in it; the first part that is not written carries it for all of them. */
export function withSeen(content: Content, shown: readonly MediaPart[], lines: readonly string[]): Content {
  const text = lines.join(" ").replace(/\s+/g, " ").trim();
  const seen = excerptOf(text, MAX_SEEN);
  if (seen === "") return content;
  const first = content.findIndex((part) => isMedia(part) && shown.includes(part));
  return content.map((part, index) => (index === first && isMedia(part) ? { ...part, seen } : part));
}
