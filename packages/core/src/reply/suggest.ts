import type { Bot, Chat } from "../bot/bot.ts";
import { isLabel, labelOf, MAX_LABEL } from "../bot/words.ts";
import { sayingButton } from "../decide/button.ts";
import type { Button } from "../platform/platform.ts";

/** Begins a line that is a suggestion; hardly anything else begins so. */
const MARK = "[?]";

/** As the model may write it: as an item of a list, or in bold. */
const suggestion = /^\s*(?:[-*•]\s+|\d+[.)]\s+)?(?:\*\*)?\[\?\](?:\*\*)?/;

/** A button shows 20 characters; what it says may be somewhat longer, and is seen when it is pressed. */
const MAX_TEXT = 100;

/** What the model is told if it is to suggest how the user may go on; always the same, so that it is cached. */
export function suggestionRule({ suggestions }: Pick<Bot, "suggestions">): string | undefined {
  if (!("fromModel" in suggestions)) return undefined;
  return [
    `After your answer, suggest up to ${suggestions.fromModel} short messages that the user may want to send next.`,
    `Write each as the user would, in the user's language, in at most ${MAX_LABEL} characters,`,
    `on a line of its own that begins with "${MARK} ". Suggest none if none fits.`,
  ].join(" ");
}

/** An answer without the suggestions of the model that end it, and the buttons that go under it. */
export function partSuggestions(
  { text, cut }: { text: string; cut: boolean },
  { suggestions }: Pick<Bot, "suggestions">,
  chat: Pick<Chat, "type">,
): { text: string; buttons: Button[] } {
  if (!("fromModel" in suggestions)) return { text, buttons: buttonsOf(suggestions, chat) };
  const lines = text.trimEnd().split("\n");
  const end = lines.findLastIndex((line) => line.trim() !== "" && !suggestion.test(line)) + 1;
  const suggested = lines.slice(end).flatMap(suggestionIn);
  // Nothing but suggestions is an answer all the same.
  if (end === 0) return { text, buttons: [] };
  // An answer that was cut among them may have half a one.
  const whole = cut ? suggested.slice(0, -1) : suggested;
  const some = [...new Set(whole)].filter((one) => one.length <= MAX_TEXT).slice(0, suggestions.fromModel);
  return { text: lines.slice(0, end).join("\n"), buttons: buttonsOf(some, chat) };
}

function suggestionIn(line: string): string[] {
  const text = line.replace(suggestion, "").trim();
  return text === "" ? [] : [text];
}

function buttonsOf(texts: readonly string[], chat: Pick<Chat, "type">): Button[] {
  return texts.map((text) =>
    sayingButton(isLabel(text) ? text : `${labelOf(text, MAX_LABEL - 1)}…`, text, chat),
  );
}
