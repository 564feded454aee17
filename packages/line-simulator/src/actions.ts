import type { MediaType } from "./contents.ts";
import {
  type ContentProvider,
  type EventBase,
  type FollowEvent,
  type JoinEvent,
  type LeaveEvent,
  type Mention,
  type MessageEvent,
  type Mode,
  type OtherEvent,
  type PostbackEvent,
  REPLYABLE,
  type Source,
  type TextMessage,
  type UnfollowEvent,
  type UnsendEvent,
  type UserContent,
  type WebhookEvent,
} from "./events.ts";
import { isUserId } from "./ids.ts";
import type { Group } from "./people.ts";
import type { Platform } from "./platform.ts";
import type { UserEntry } from "./timeline.ts";

/** Who does something, and where: in the 1:1 chat with the bot unless `in` names a group or room. */
export type Act = {
  from: string;
  in?: string | undefined;
  /** "standby": another module owns the chat, and there is no reply token. */
  mode?: Mode | undefined;
  /** In groups, some LINE clients do not tell who wrote. */
  anonymous?: boolean | undefined;
};

const SEALED = new Set(["text", "sticker", "image", "video"]);

/** What users do. Each verb makes the event LINE would send, but sends nothing. */
export function createActions(platform: Platform) {
  const { clock, ids, people, timelines, happenings, replyTokens, seals, contents, chat, emit } = platform;

  function sourceOf(chatId: string, userId?: string): Source {
    if (isUserId(chatId)) return { type: "user", userId: people.user(chatId).userId };
    const from = userId === undefined ? {} : { userId };
    const { type } = people.group(chatId);
    return type === "group" ? { type, groupId: chatId, ...from } : { type, roomId: chatId, ...from };
  }

  /** The common part of every event, with a reply token where LINE hands one out. */
  function base(
    type: string,
    chat: { id: string; source: Source } | undefined,
    mode: Mode = "active",
  ): EventBase {
    const timestamp = clock();
    const webhookEventId = ids.event(timestamp);
    const event: EventBase = { webhookEventId, timestamp, mode, deliveryContext: { isRedelivery: false } };
    if (!chat) return event;
    event.source = chat.source;
    if (mode === "active" && REPLYABLE.has(type)) {
      event.replyToken = ids.replyToken();
      replyTokens.issue(event.replyToken, chat.id, webhookEventId, timestamp);
    }
    return event;
  }

  /** @param seen what is seen of it in the chat, and not told to the bot */
  function made<E extends WebhookEvent>(event: E, seen: object = {}): E {
    emit({ type: "event", event: { ...event, ...seen } });
    return event;
  }

  function event<T extends string, F extends object>(
    type: T,
    chatId: string,
    fields: F,
    { mode, by, seen }: { mode?: Mode | undefined; by?: string | undefined; seen?: object } = {},
  ) {
    const source = sourceOf(chatId, by);
    const happened = { type, ...base(type, { id: chatId, source }, mode), source, ...fields };
    happenings.add(chatId, { ...happened, ...seen });
    return made(happened, seen);
  }

  function message(act: Act, content: UserContent): MessageEvent {
    const user = people.user(act.from);
    const chatId = act.in ?? user.userId;
    if (user.blocked && !act.in) throw new Error(`${user.userId} has blocked the bot and cannot write to it`);
    if (act.in && !people.group(act.in).members.includes(user.userId))
      throw new Error(`${user.userId} is not a member of ${act.in}`);
    const source = sourceOf(chatId, act.anonymous ? undefined : user.userId);
    const common = base("message", { id: chatId, source }, act.mode);
    const id = ids.message(common.timestamp);
    const written = {
      ...content,
      id,
      ...(SEALED.has(content.type) && { quoteToken: seals.quote(chatId, id) }),
      markAsReadToken: seals.read(chatId, id),
    };
    if (!act.in) user.wroteAt = common.timestamp;
    const entry: UserEntry = {
      by: "user",
      messageId: id,
      at: common.timestamp,
      from: user.userId,
      webhookEventId: common.webhookEventId,
      message: written,
      read: chat.markAsReadMode === "auto",
      unsent: false,
    };
    timelines.append(chatId, structuredClone(entry));
    emit({ type: "message", chatId, entry });
    return made({ type: "message", ...common, source, message: written });
  }

  function setJoined(chatId: string, joined: boolean): Group {
    const group = people.groups.get(chatId);
    if (!group)
      throw new Error(`No group or room ${chatId} in this simulator: add one with addGroup or addRoom`);
    group.joined = joined;
    emit({ type: "group", group });
    return group;
  }

  return {
    say(input: Act & { text: string; quotedMessageId?: string | undefined; mention?: Mention | undefined }) {
      const { text, quotedMessageId, mention } = input;
      const content = {
        type: "text" as const,
        text,
        ...(mention && { mention }),
        ...(quotedMessageId && { quotedMessageId }),
      };
      return message(input, content) as MessageEvent<TextMessage>;
    },

    sticker(
      input: Act & {
        packageId?: string;
        stickerId?: string;
        keywords?: string[];
        quotedMessageId?: string | undefined;
      },
    ): MessageEvent {
      const { packageId = "446", stickerId = "1988", keywords, quotedMessageId } = input;
      const stickerResourceType = "STATIC";
      return message(input, {
        type: "sticker",
        packageId,
        stickerId,
        stickerResourceType,
        ...(keywords && { keywords }),
        ...(quotedMessageId && { quotedMessageId }),
      });
    },

    /** Sends a location, or any other content LINE has a webhook message for. */
    send: (input: Act & { content: UserContent }): MessageEvent => message(input, input.content),

    /**
     * Sends an image, video, audio or file whose bytes the content API then gives
     * out, after `transcodingMs` of answering 202.
     */
    media(
      input: Act & {
        type: MediaType;
        bytes: Uint8Array;
        contentType: string;
        fileName?: string;
        duration?: number;
        imageSet?: { id: string; index?: number; total?: number };
        transcodingMs?: number;
      },
    ): MessageEvent {
      const { type, bytes, contentType, duration, imageSet, transcodingMs = 0 } = input;
      const contentProvider: ContentProvider = { type: "line" };
      const content: UserContent =
        type === "file"
          ? { type, fileName: input.fileName ?? "file", fileSize: bytes.length }
          : {
              type,
              contentProvider,
              ...(duration !== undefined && { duration }),
              ...(imageSet && { imageSet }),
            };
      const sent = message(input, content);
      const readyAt = sent.timestamp + transcodingMs;
      contents.add({ messageId: sent.message.id, type, contentType, bytes: bytes.slice(), readyAt });
      return sent;
    },

    /** Takes a message back: its text and bytes are gone from the platform. */
    unsend(input: { messageId: string; mode?: Mode }): UnsendEvent {
      const found = timelines.find(input.messageId);
      if (!found) throw new Error(`No message ${input.messageId} of a user in any timeline`);
      const { chatId, entry } = found;
      entry.unsent = true;
      entry.message = { type: entry.message.type, id: entry.messageId } as typeof entry.message;
      contents.remove(entry.messageId);
      emit({ type: "unsent", chatId, messageId: entry.messageId });
      const unsend = { messageId: entry.messageId };
      return event("unsend", chatId, { unsend }, { mode: input.mode, by: entry.from });
    },

    /** Adds the bot as a friend, or unblocks it. */
    follow(input: { from: string; mode?: Mode }): FollowEvent {
      const user = people.user(input.from);
      const isUnblocked = user.blocked;
      Object.assign(user, { friend: true, blocked: false });
      emit({ type: "user", user });
      return event("follow", user.userId, { follow: { isUnblocked } }, input);
    },

    /** Blocks the bot. */
    unfollow(input: { from: string; mode?: Mode }): UnfollowEvent {
      const user = people.user(input.from);
      user.blocked = true;
      emit({ type: "user", user });
      return event("unfollow", user.userId, {}, input);
    },

    /** Invites the bot into a group or room. */
    join(input: { in: string; mode?: Mode }): JoinEvent {
      const { chatId } = setJoined(input.in, true);
      return event("join", chatId, {}, input);
    },

    /** Adds a user to a group or room. */
    memberJoin(input: { in: string; userId: string; mode?: Mode }): OtherEvent {
      const group = people.group(input.in);
      const { userId } = people.user(input.userId);
      if (group.members.includes(userId)) throw new Error(`${userId} is a member of ${input.in} already`);
      group.members.push(userId);
      emit({ type: "group", group });
      const joined = { members: [{ type: "user", userId }] };
      return event("memberJoined", group.chatId, { joined }, input);
    },

    /** A user leaves a group or room, or is removed from it. */
    memberLeave(input: { in: string; userId: string; mode?: Mode }): OtherEvent {
      const group = people.group(input.in);
      const place = group.members.indexOf(input.userId);
      if (place === -1) throw new Error(`${input.userId} is not a member of ${input.in}`);
      group.members.splice(place, 1);
      emit({ type: "group", group });
      const left = { members: [{ type: "user", userId: input.userId }] };
      return event("memberLeft", group.chatId, { left }, input);
    },

    /** Removes the bot from a group or room. */
    leave(input: { in: string; mode?: Mode }): LeaveEvent {
      const left = event("leave", people.group(input.in).chatId, {}, input);
      setJoined(input.in, false);
      return left;
    },

    /** @param input with the `displayText` of the button, which is seen in the chat, and not told to the bot */
    postback(
      input: Act & { data: string; params?: Record<string, string>; displayText?: string },
    ): PostbackEvent {
      const { data, params, displayText } = input;
      const chatId = input.in ?? people.user(input.from).userId;
      const postback = { data, ...(params && { params }) };
      const by = input.anonymous ? undefined : input.from;
      const seen = displayText === undefined ? {} : { displayText };
      return event("postback", chatId, { postback }, { mode: input.mode, by, seen });
    },

    /**
     * Any other event, known to LINE or not: `{ type: "memberJoined", in: groupId,
     * fields: { joined: { members } } }`. Without `in` it has no source, like a
     * failed accountLink.
     */
    event(input: {
      type: string;
      in?: string | undefined;
      mode?: Mode | undefined;
      fields?: object | undefined;
    }): OtherEvent {
      const { type, in: chatId, mode, fields } = input;
      if (chatId) return event(type, chatId, { ...fields }, { mode });
      return made({ type, ...base(type, undefined, mode), ...fields });
    },
  };
}
