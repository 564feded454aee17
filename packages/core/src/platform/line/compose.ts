import { labelOf } from "../../bot/words.ts";
import type { Button, Composed, ComposeOptions } from "../platform.ts";
import { BUTTON_DATA } from "./button-data.ts";
import { part, split } from "./split.ts";

/** LINE: at most 5,000 UTF-16 code units in a text message. */
const MAX_UNITS = 5_000;
/** LINE: at most 5 messages in a reply or push. */
export const MAX_MESSAGES = 5;
/** LINE: at most 13 buttons under a message. */
const MAX_BUTTONS = 13;

export type TextMessage = { type: "text"; text: string; quickReply?: QuickReply };

/** Buttons under the newest message; pressing one shows its text as the user's own. */
export type QuickReply = { items: { type: "action"; action: Action }[] };

export type Action =
  | { type: "message"; label: string; text: string }
  | { type: "postback"; label: string; data: string; displayText: string };

/**
 * A text as LINE messages, in one call's worth: at most 5 of at most 5,000 UTF-16 code units, parted where a
 * reader would part them, with buttons under the last. What does not fit is left for later, if there is a button
 * that goes on; if not, it is cut, and the text says so.
 */
export function compose(text: string, options: ComposeOptions): Composed<TextMessage> {
  const { cutNotice, isCut = false, buttons = [], continueButton } = options;
  const { pieces, rest } = split(text, MAX_UNITS, MAX_MESSAGES);
  if (rest !== "" && continueButton) {
    return { messages: withButtons(textMessages(pieces), [continueButton, ...buttons]), rest };
  }
  if (isCut || rest !== "") pieces.push(withNotice(pieces.pop() ?? "", cutNotice));
  return { messages: withButtons(textMessages(pieces), buttons) };
}

/** Whether a text needs no more than one call. */
export function fits(text: string): boolean {
  return split(text, MAX_UNITS, MAX_MESSAGES).rest === "";
}

/** The messages with these buttons under the last, in front of its own. */
export function withButtons(messages: readonly TextMessage[], buttons: readonly Button[]): TextMessage[] {
  const last = messages.at(-1);
  if (!last || buttons.length === 0) return [...messages];
  const added = buttons.map((button) => ({ type: "action" as const, action: actionOf(button) }));
  const items = [...added, ...(last.quickReply?.items ?? [])].slice(0, MAX_BUTTONS);
  return [...messages.slice(0, -1), { ...last, quickReply: { items } }];
}

function textMessages(pieces: readonly string[]): TextMessage[] {
  return pieces.map((text) => ({ type: "text", text }));
}

/** What the user is seen to say by pressing a button. */
export function wordsOn(action: Action): string {
  return action.type === "message" ? action.text : action.displayText;
}

function actionOf({ label, text, data }: Button): Action {
  const short = labelOf(label);
  if (data === undefined) return { type: "message", label: short, text };
  return { type: "postback", label: short, data: `${BUTTON_DATA}${data}`, displayText: text };
}

function withNotice(text: string, notice: string): string {
  return `${part(text, MAX_UNITS - notice.length - 1).piece}\n${notice}`.trimStart();
}
