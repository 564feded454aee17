import type { Bot, Chat } from "../bot/bot.ts";
import { isLabel, labelOf, MAX_LABEL } from "../bot/words.ts";
import { sayingButton } from "../decide/button.ts";
import type { Button } from "../platform/platform.ts";

/** Begins a line that is a suggestion. */
export const SUGGESTED = "[?]";

/** A button shows 20 characters; what it says may be somewhat longer, and is seen when it is pressed. */
const MAX_TEXT = 100;

/** What the model is told if it is to suggest how the user may go on; always the same, so that it is cached. */
export function suggestionRule({ suggestions }: Pick<Bot, "suggestions">): string | undefined {
  if (!("fromModel" in suggestions)) return undefined;
  return [
    `After your answer, suggest up to ${suggestions.fromModel} short messages that the user may want to send next.`,
    `Write each as the user would, in the user's language, in at most ${MAX_LABEL} characters,`,
    `on a line of its own that begins with "${SUGGESTED} ". Suggest none if none fits.`,
  ].join(" ");
}

/** The buttons that go under an answer. @param suggested by the model, if it is asked for some */
export function suggestionButtons(
  suggested: readonly string[],
  { suggestions }: Pick<Bot, "suggestions">,
  chat: Pick<Chat, "type">,
): Button[] {
  if (!("fromModel" in suggestions)) return buttonsOf(suggestions, chat);
  const some = [...new Set(suggested)].filter((one) => one.length <= MAX_TEXT);
  return buttonsOf(some.slice(0, suggestions.fromModel), chat);
}

function buttonsOf(texts: readonly string[], chat: Pick<Chat, "type">): Button[] {
  return texts.map((text) =>
    sayingButton(isLabel(text) ? text : `${labelOf(text, MAX_LABEL - 1)}…`, text, chat),
  );
}
