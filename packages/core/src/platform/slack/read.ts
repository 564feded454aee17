import { BotError } from "../../error.ts";
import { type Content, textContent } from "../content.ts";
import type { Inbound } from "../platform.ts";
import { parseButton } from "./button.ts";
import {
  botUserOf,
  chatIdOf,
  eventIdOf,
  isDm,
  isOfBot,
  type MessageEnvelope,
  messageEnvelope,
  msOf,
  type Place,
  type PressEnvelope,
  placeOf,
  pressEnvelope,
  pressIdOf,
  toldBy,
} from "./event.ts";
import { mediaParts } from "./media-part.ts";
import { isMentioned, mentionsOthers, plainText } from "./text.ts";

/** What a Slack event means to the bot. @throws BotError `job.unreadable` */
export function read(raw: unknown): Inbound {
  const press = pressEnvelope.safeParse(raw).data;
  if (press) return readPress(press);
  const { data, error } = messageEnvelope.safeParse(raw);
  if (data) return readMessage(data);
  throw new BotError("job.unreadable", "The queue message holds no Slack event", {
    retry: "never",
    cause: error,
  });
}

function readMessage(envelope: MessageEnvelope): Inbound {
  const { event } = envelope;
  const told = toldBy(envelope);
  const { place, ts } = told;
  const chat = chatOf(place);
  const type = `${event.type}${event.subtype ? `/${event.subtype}` : ""}${isDm(place) ? "" : " in a channel"}`;
  const happening = { eventId: eventIdOf(envelope), at: msOf(event.ts), chat, type };
  const ignored = { ...happening, kind: "ignored" } as const;
  if (told.kind === "deleted") {
    // It has no limit in time.
    return told.isOwn
      ? ignored
      : { ...happening, kind: "erasure", erase: { messageId: ts, since: msOf(ts) } };
  }
  const bot = botUserOf(envelope);
  const { user, text = "" } = event;
  const isOfPeople = told.kind === "written" && user !== undefined && !isOfBot(event) && user !== bot;
  // Each workspace of a shared channel may send it.
  if (!isOfPeople || bot === undefined || envelope.is_ext_shared_channel) return ignored;

  const senderId = isDm(place) ? chat.id : user;
  const written = { ...happening, messageId: ts, senderId, content: contentOf(event, bot) };
  if (isDm(place) || isMentioned(bot, text)) return { ...written, kind: "question" };
  const isInThread = place.thread !== ts;
  return { ...written, kind: "overheard", follows: isInThread && !mentionsOthers(bot, text) };
}

function contentOf({ text = "", files }: MessageEnvelope["event"], bot: string): Content {
  const words = plainText(text, bot);
  const parts = [...(words === "" ? [] : textContent(words)), ...mediaParts(files)];
  return parts.length > 0 ? parts : [{ kind: "unknown", type: "message" }];
}

/** A press of a button without data is a message of its user's. */
function readPress(press: PressEnvelope): Inbound {
  const { action_id: id, action_ts: ts, value = "" } = press.actions[0]!;
  const place = placeOf(press.channel.id, press.message);
  const chat = chatOf(place);
  const happening = { eventId: pressIdOf(press), at: msOf(ts), chat, type: press.type };
  const senderId = isDm(place) ? chat.id : press.user.id;
  const button = parseButton(id, value);
  if (button?.data !== undefined) return { ...happening, kind: "pressed", senderId, data: button.data };
  if (button?.text === undefined) return { ...happening, kind: "ignored" };
  return { ...happening, kind: "question", senderId, messageId: ts, content: textContent(button.text) };
}

function chatOf(place: Place) {
  return { type: isDm(place) ? ("user" as const) : ("group" as const), id: chatIdOf(place) };
}
