import { BotError } from "../../error.ts";
import { handlerLimits } from "../../settings.ts";
import type { ComposeOptions, Message } from "../platform.ts";
import { compose, MAX_MESSAGES } from "./compose.ts";

/** What a handler has returned, as it goes to LINE. */
type Own = Readonly<Record<string, unknown>> & { type: string };

/** A message of LINE's with the text that stands for it, which LINE is not told. */
export type LineMessage = Message & { type: string };

/** LINE, in UTF-16 code units. */
const MAX_TEXT = 5_000;
const MAX_ALT_TEXT = 1_500;

/** The field of a message that says in words what its user sees, and its longest; or words in its place. */
const words: Readonly<Record<string, { field: string; most: number } | string>> = {
  text: { field: "text", most: MAX_TEXT },
  textV2: { field: "text", most: MAX_TEXT },
  flex: { field: "altText", most: MAX_ALT_TEXT },
  template: { field: "altText", most: MAX_ALT_TEXT },
  imagemap: { field: "altText", most: MAX_ALT_TEXT },
  location: { field: "title", most: 100 },
  sticker: "[Sticker]",
  image: "[Picture]",
  video: "[Video]",
  audio: "[Voice message]",
  coupon: "[Coupon]",
};

/**
 * What a handler of the bot's owner has returned, as messages that are stored. Counts and sizes are looked at here;
 * what else LINE does not take, it refuses when it is sent.
 *
 * @throws BotError `handler.bad_answer`; with nothing of the answer in it, which may be about a user
 */
export function ownMessages(answer: unknown, { cutNotice }: Pick<ComposeOptions, "cutNotice">): Message[] {
  const all = (Array.isArray(answer) ? answer : [answer]).filter((one) => one !== undefined && one !== "");
  const messages = all.flatMap((one: unknown, n) =>
    typeof one === "string" ? compose(one, { cutNotice }).messages : [ownMessage(one, `message ${n + 1}`)],
  );
  if (messages.length > MAX_MESSAGES) {
    throw badAnswer(`${messages.length} messages, and LINE takes ${MAX_MESSAGES} at once`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(messages));
  if (bytes > handlerLimits.maxBytes) {
    throw badAnswer(`${bytes} bytes of messages, and there is room for ${handlerLimits.maxBytes}`);
  }
  return messages;
}

function ownMessage(value: unknown, name: string): LineMessage {
  const own = asJson(value, name);
  const shownBy = Object.hasOwn(words, own.type) ? words[own.type] : undefined;
  if (shownBy === undefined) {
    throw badAnswer(`${name}: its type is none of ${Object.keys(words).join(", ")}`);
  }
  if (typeof shownBy === "string") return { ...own, text: shownBy };
  const { field, most } = shownBy;
  const text = own[field];
  if (typeof text !== "string" || text === "") throw badAnswer(`${name}: a ${own.type} needs ${field}`);
  if (text.length > most) {
    throw badAnswer(`${name}: ${field} has ${text.length} characters, and LINE takes ${most}`);
  }
  return { ...own, text };
}

/** As it will be stored. */
function asJson(value: unknown, name: string): Own {
  let own: unknown;
  try {
    own = JSON.parse(JSON.stringify(value) ?? "null");
  } catch (cause) {
    throw badAnswer(`${name} is no JSON`, cause);
  }
  if (typeof own === "object" && own !== null && "type" in own && typeof own.type === "string") {
    return own as Own;
  }
  throw badAnswer(`${name} is neither a text nor a message of LINE's, which has a type`);
}

function badAnswer(reason: string, cause?: unknown): BotError {
  return new BotError("handler.bad_answer", reason, { retry: "never", cause });
}

/** As LINE is told it: without the text that stands for what has none. */
export function asSent<M extends Message>(message: M): M {
  const { type } = message as unknown as LineMessage;
  if (type === "text" || type === "textV2") return message;
  const { text: _, ...own } = message;
  return own as unknown as M;
}
