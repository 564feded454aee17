import type { LineSimulator, Mention, WebhookEvent } from "@henji/line-simulator";
import type { SlackSimulator } from "@henji/slack-simulator";
import { Hono } from "hono";
import * as z from "zod/mini";
import { isOfSlack, sendToSlack } from "./slack-send.ts";
import type { Acts } from "./studio-act.ts";
import { pictureTypes, type Sendable, sendable } from "./studio-sendable.ts";

/** `chatId` is the user's own id in the 1:1 chat with the bot, else a group's or room's. */
const sendRequest = z.strictObject({ from: z.string(), chatId: z.string(), content: sendable });
const unsendRequest = z.strictObject({ from: z.string(), chatId: z.string(), messageId: z.string() });

/** The part of the API through which the page sends and unsends as a user. */
export function createSendApi(line: LineSimulator, { on }: Acts, slack?: SlackSimulator): Hono {
  const api = new Hono();

  api.post(
    "/send",
    on(sendRequest, ({ from, chatId, content }) => {
      if (slack && isOfSlack(chatId)) return sendToSlack(slack, { from, chatId, content });
      const problem = whyNot(from, chatId);
      if (problem) return problem;
      if (!refersToKnown(chatId, content)) return 409;
      return send(line, { from, in: chatId === from ? undefined : chatId }, content);
    }),
  );

  api.post(
    "/unsend",
    on(unsendRequest, ({ from, chatId, messageId }) => {
      const problem = whyNot(from, chatId);
      if (problem) return problem;
      const entry = line.timeline(chatId).find((one) => one.messageId === messageId);
      if (entry?.by !== "user" || entry.from !== from || entry.unsent) return 409;
      return line.unsend({ messageId });
    }),
  );

  // The bytes of what was sent, for the page only.
  api.get("/content/:messageId", (c) => {
    const content = line.content(c.req.param("messageId"));
    if (!content) return c.body(null, 404);
    const { contentType, bytes } = content;
    return c.body(new Uint8Array(bytes), 200, {
      "content-type": isShown(contentType) ? contentType : "application/octet-stream",
      "content-disposition": isShown(contentType) ? "inline" : "attachment",
      // A message's bytes never change; gone they are only after it was unsent.
      "cache-control": "no-cache",
    });
  });

  /** Why this user cannot write in this chat now. */
  function whyNot(from: string, chatId: string): 404 | 409 | undefined {
    const user = line.users().find(({ userId }) => userId === from);
    if (!user) return 404;
    if (chatId === from) return user.blocked ? 409 : undefined;
    const group = line.groups().find((one) => one.chatId === chatId);
    if (!group) return 404;
    return group.joined && group.members.includes(from) ? undefined : 409;
  }

  /** Quotes a message of this chat, and mentions who is in it. */
  function refersToKnown(chatId: string, content: Sendable): boolean {
    const quotedId = "quotedMessageId" in content ? content.quotedMessageId : undefined;
    if (quotedId && !line.timeline(chatId).some(({ messageId }) => messageId === quotedId)) return false;
    const mentionees = content.type === "text" ? (content.mentionees ?? []) : [];
    const members = line.groups().find((group) => group.chatId === chatId)?.members ?? [];
    // LINE: there are no mentions in a 1:1 chat.
    const isHere = (id: string) => members.includes(id) || (members.length > 0 && id === line.bot.userId);
    return mentionees.every(({ userId }) => isHere(userId));
  }

  return api;
}

function isShown(contentType: string): boolean {
  return (pictureTypes as readonly string[]).includes(contentType) || /^(audio|video)\//.test(contentType);
}

type Who = { from: string; in: string | undefined };

function send(line: LineSimulator, who: Who, content: Sendable): WebhookEvent {
  switch (content.type) {
    case "text": {
      const { text, mentionees = [], quotedMessageId } = content;
      return line.say({ ...who, text, quotedMessageId, mention: mentionOf(line.bot.userId, mentionees) });
    }
    case "sticker":
      return line.sticker({ ...who, ...content });
    case "location":
      return line.send({ ...who, content: withoutEmpty(content) });
    case "image":
    case "video":
    case "audio": {
      const { type, contentType, base64 } = content;
      const duration = "durationMs" in content ? content.durationMs : undefined;
      const bytes = Buffer.from(base64, "base64");
      return line.media({ ...who, type, contentType, bytes, ...(duration !== undefined && { duration }) });
    }
    case "file": {
      const { type, fileName, base64 } = content;
      const contentType = "application/octet-stream";
      return line.media({ ...who, type, fileName, contentType, bytes: Buffer.from(base64, "base64") });
    }
    case "postback": {
      const { data, displayText } = content;
      return line.postback({ ...who, data, ...(displayText !== undefined && { displayText }) });
    }
  }
}

type Mentionees = NonNullable<Extract<Sendable, { type: "text" }>["mentionees"]>;

/** LINE: `isSelf` says which of them is the bot; every mention of a user has it. */
function mentionOf(botId: string, mentionees: Mentionees): Mention | undefined {
  if (mentionees.length === 0) return undefined;
  return {
    mentionees: mentionees.map(({ index, length, userId }) => ({
      ...{ index, length, userId },
      ...{ type: "user" as const, isSelf: userId === botId },
    })),
  };
}

/** LINE leaves out the title and the address of a place that has none. */
function withoutEmpty({
  type,
  latitude,
  longitude,
  title,
  address,
}: Extract<Sendable, { type: "location" }>) {
  return { type, ...(title && { title }), ...(address && { address }), latitude, longitude };
}
