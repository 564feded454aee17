import type { LineEvent } from "@henji/core/platform/line/event";
import type { EventKind } from "../check/fate.ts";
import { OWN_WORDS } from "../handlers.ts";
import type { MemoryContent } from "../line.ts";
import type { Random } from "../random.ts";

/** What a user does. */
export type Written = {
  chatId: string;
  senderId: string;
  kind: EventKind;
  /** The event whose message is unsent, or whose call is confirmed. */
  target?: string | undefined;
  /** LINE's id of a message of the bot. */
  quotes?: string | undefined;
  /** Of the button that is pressed. */
  data?: string;
  isSticker?: boolean;
  isVoice?: boolean;
  /** Of a picture that is sent with others. */
  set?: { id: string; index: number; total?: number };
};

const commands: Partial<Record<EventKind, string>> = {
  retry: "/retry",
  export: "/export",
  forget: "全部忘れて",
  forgetForSure: "はい、全部忘れて",
  own: OWN_WORDS,
};

/** As users of a group call the bot: by a mention, by its name typed on, by a word of its own. */
const calls = ["@Henji ", "＠Henji、", "Momo, "] as const;

/** The bot must know its own name to notice. */
export function isByName(event: LineEvent): boolean {
  return JSON.stringify(event).includes(calls[1]);
}

/** Whether a chat's id is that of a group. */
export function isGroup(chatId: string): boolean {
  return chatId.startsWith("C");
}

/** LINE's event for what a user does. */
export function lineEventOf(
  written: Written,
  { eventId, timestamp }: { eventId: string; timestamp: number },
  random: Random,
): LineEvent {
  const { chatId, senderId: userId, kind, target, data = "" } = written;
  const base = {
    webhookEventId: eventId,
    timestamp,
    mode: "active",
    source: isGroup(chatId) ? { type: "group", groupId: chatId, userId } : { type: "user", userId },
    deliveryContext: { isRedelivery: false },
  };
  const replyToken = `T-${eventId}`;
  switch (kind) {
    case "not_a_question":
      return { ...base, ...notQuestion(random) };
    case "unfollow":
      return { ...base, type: isGroup(chatId) ? "leave" : "unfollow" };
    case "greeting":
      return { ...base, replyToken, type: isGroup(chatId) ? "join" : "follow" };
    case "unsend":
      return { ...base, type: "unsend", unsend: { messageId: `M-${target}` } };
    case "yes":
    case "no":
      // What is said by it names its event, as any question does.
      return {
        ...{ ...base, replyToken, type: "postback" },
        postback: { data: data.replace(/[^:]*$/, `[${eventId}] ${kind}`) },
      };
    case "postback":
      return { ...base, replyToken, type: "postback", postback: { data: "of the owner" } };
    case "tap":
      return { ...base, replyToken, type: "postback", postback: { data } };
    default: {
      const message = { id: `M-${eventId}`, ...messageOf(written, eventId, random) };
      return { ...base, replyToken, type: "message", message };
    }
  }
}

function messageOf(written: Written, eventId: string, random: Random): object {
  const { chatId, kind, quotes, isSticker = false, isVoice = false, set } = written;
  const tokens = { quoteToken: "q", markAsReadToken: "r", ...(quotes && { quotedMessageId: quotes }) };
  const contentProvider = { type: "line" };
  if (kind === "picture") {
    return { ...tokens, type: "image", contentProvider, ...(set && { imageSet: set }) };
  }
  if (isVoice) return { ...tokens, type: "audio", duration: 2_000, contentProvider };
  const text = commands[kind] ?? questionText(eventId, kind, random);
  if (isSticker) return { ...tokens, type: "sticker", text: text.slice(0, 100), keywords: ["hello"] };
  const isCalled = isGroup(chatId) && kind !== "overheard" && kind !== "quoting";
  if (!isCalled) return { ...tokens, type: "text", text };
  const call = random.pick(calls);
  const mention = { mentionees: [{ index: 0, length: 6, type: "user", isSelf: true }] };
  return { ...tokens, type: "text", text: `${call}${text}`, ...(call === calls[0] && { mention }) };
}

/** What LINE has of it beside the event; nothing, if it is written. */
export function contentOf({ kind, isVoice }: Written, eventId: string): MemoryContent | undefined {
  if (kind === "picture")
    return { bytes: Buffer.from(`\xff\xd8\xff[${eventId}]`, "latin1"), type: "image/jpeg" };
  if (isVoice) return { bytes: Buffer.from(`[${eventId}] What was said.`), type: "audio/x-m4a" };
  return undefined;
}

function questionText(eventId: string, kind: EventKind, random: Random): string {
  if (kind !== "question") return `[${eventId}] (${kind}) hello`;
  const long = ["長い話".repeat(100), "甲は乙に納入する。".repeat(50)];
  const words = random.pick(["How are you?", "明日の天気は？", "Tell me a story 😀", ...long]);
  return `[${eventId}] ${words}`;
}

function notQuestion(random: Random): Partial<LineEvent> & { type: string } {
  return random.pick([
    { type: "beacon", beacon: { hwid: "1", type: "enter" } },
    { type: "memberJoined" },
    { type: "something_new" },
    { type: "message", mode: "standby", message: { type: "text", id: "1", text: "not for us" } },
  ]);
}
