import { BotError } from "../../error.ts";
import { handlerLimits } from "../../settings.ts";
import type { Button, Compose, Composed, ComposeOptions, Message } from "../platform.ts";
import { buttonElement } from "./button.ts";
import { escaped, neutralized } from "./text.ts";

/** A text and how Slack is to show it; what it is sent as follows from that alone. */
export type SlackMessage = Message & { as: "plain" | "markdown"; buttons?: readonly Button[] };

/** Slack takes 12,000 characters of Markdown, and some 13,000 as it shows them. */
const MOST = 11_000;
/** As which each heading counts beside its own characters. */
const HEADING = 100;
/** Slack: in one section. */
const SECTION = 3_000;
/** What has more may be split into several messages. It is read aloud, and shown in notifications. */
const FALLBACK = 4_000;
/** Slack: in one row. */
const MAX_BUTTONS = 25;

/** One call takes one message. */
export const MAX_MESSAGES = 1;

/** A text of the bot's own, as it stands. */
export const compose: Compose = (text, options) => composeAs("plain", text, options);

/** What a model wrote: Slack reads Markdown itself. */
export const composeMarkdown: Compose = (text, options) => composeAs("markdown", text, options);

function composeAs(as: SlackMessage["as"], text: string, options: ComposeOptions): Composed<SlackMessage> {
  const { cutNotice, isCut = false, buttons = [], continueButton } = options;
  const [piece, rest] = split(text.trim(), MOST);
  if (rest !== "" && continueButton) {
    return { messages: [withButtonsOn({ text: piece, as }, [continueButton, ...buttons])], rest };
  }
  const isWhole = !isCut && rest === "";
  const whole = isWhole ? piece : `${split(piece, MOST - cutNotice.length - 1)[0]}\n${cutNotice}`.trimStart();
  return { messages: [withButtonsOn({ text: whole, as }, buttons)] };
}

/** Whether one message has room for it. */
export function fits(text: string): boolean {
  return sizeOf(text.trim()) <= MOST;
}

export function withButtons(messages: readonly SlackMessage[], buttons: readonly Button[]): SlackMessage[] {
  const last = messages.at(-1);
  return last ? [...messages.slice(0, -1), withButtonsOn(last, buttons)] : [];
}

function withButtonsOn(message: SlackMessage, added: readonly Button[]): SlackMessage {
  const buttons = [...added, ...(message.buttons ?? [])].slice(0, MAX_BUTTONS);
  return buttons.length === 0 ? message : { ...message, buttons };
}

/** At most. */
function sizeOf(text: string): number {
  const headings = text.match(/^ {0,3}#{1,6}\s/gm)?.length ?? 0;
  return neutralized(text).length + HEADING * headings;
}

/** As much as there is room for, to the end of a paragraph, a line or a word, and the rest; code is framed anew. */
function split(text: string, room: number): [piece: string, rest: string] {
  if (sizeOf(text) <= room) return [text, ""];
  let end = Math.min(text.length, room);
  while (sizeOf(text.slice(0, end)) > room) end = Math.floor(end * 0.9);
  const breaks = ["\n\n", "\n", " "].map((mark) => text.lastIndexOf(mark, end));
  const at = breaks.find((found) => found > end / 2) ?? wholeUntil(text, end);
  const piece = text.slice(0, at).trimEnd();
  const rest = text.slice(at).replace(/^\s*\n|^ +/, "");
  const fence = openFence(piece);
  return fence === undefined ? [piece, rest] : [`${piece}\n\`\`\``, `${fence}\n${rest}`];
}

/** Not between the halves of a surrogate pair. */
function wholeUntil(text: string, end: number): number {
  return text.slice(0, end).isWellFormed() ? end : end - 1;
}

/** The line that opens code which is not closed. */
function openFence(text: string): string | undefined {
  const fences = text.match(/^ {0,3}```.*$/gm) ?? [];
  return fences.length % 2 === 1 ? fences.at(-1) : undefined;
}

/** As `chat.postMessage` takes it. */
export function rendered({ text, as, buttons = [] }: SlackMessage) {
  const shown = as === "markdown" ? [{ type: "markdown", text: neutralized(text) }] : sectionsOf(text);
  const row = buttons.map(buttonElement);
  const actions = row.length > 0 ? [{ type: "actions", elements: row }] : [];
  return { text: fallbackOf(text), blocks: [...shown, ...actions] };
}

/** If Slack does not take the blocks: all of the text, which it may split. */
export function renderedAsText({ text }: SlackMessage) {
  return { text: escaped(text) };
}

/** In a section, nothing is read as a mark. */
function sectionsOf(text: string) {
  const sections = [];
  for (let rest = text; rest !== ""; ) {
    const end = rest.length <= SECTION ? rest.length : wholeUntil(rest, SECTION);
    const line = rest.length <= SECTION ? -1 : rest.lastIndexOf("\n", end);
    const piece = rest.slice(0, line > end / 2 ? line : end);
    const section = { type: "plain_text", text: piece.trim() === "" ? "\u00a0" : piece, emoji: false };
    sections.push({ type: "section", text: section });
    rest = rest.slice(piece.length);
  }
  return sections;
}

function fallbackOf(text: string): string {
  const all = escaped(text);
  if (all.length <= FALLBACK) return all;
  // Not within an escaped character.
  return `${all.slice(0, wholeUntil(all, FALLBACK - 1)).replace(/&[a-z]*$/, "")}…`;
}

/**
 * What a handler of the bot's owner has returned: texts, of which one message is made.
 *
 * @throws BotError `handler.bad_answer`; with nothing of the answer in it, which may be about a user
 */
export function ownMessages(answer: unknown, { cutNotice }: Pick<ComposeOptions, "cutNotice">) {
  const all = (Array.isArray(answer) ? answer : [answer]).filter((one) => one !== undefined && one !== "");
  if (all.length === 0) return [];
  const isText = (one: unknown): one is string => typeof one === "string";
  if (!all.every(isText)) throw badAnswer("Slack is given texts only");
  const text = all.join("\n\n");
  const bytes = Buffer.byteLength(text);
  if (bytes > handlerLimits.maxBytes) {
    throw badAnswer(`${bytes} bytes of text, and there is room for ${handlerLimits.maxBytes}`);
  }
  return compose(text, { cutNotice }).messages;
}

function badAnswer(reason: string): BotError {
  return new BotError("handler.bad_answer", reason, { retry: "never" });
}
