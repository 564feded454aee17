import { chatHash } from "@henji/core/log";
import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import {
  buttonsOf,
  type Change,
  type Channel,
  type Message as SlackMessage,
  type SlackSimulator,
} from "@henji/slack-simulator";
import type { Chat, Handover, Message, QuickReply, ViewChange } from "./studio-view.ts";

export type SlackView = ReturnType<typeof createSlackView>;

/** How the bot names a message's event. */
const messageId = /^(\w+)-([\d.]+)$/;

/** Of a thread's name. */
const NAME_LENGTH = 28;

/**
 * A Slack workspace as the page shows chats: a DM is one, and stands for its user too; so is a channel, with the
 * messages outside of threads, and each thread.
 */
export function createSlackView(slack: SlackSimulator) {
  /** What became of the events of a message, by the id under which the bot knows it. */
  const handovers = new Map<string, Handover>();
  /** By Slack's own id of an event. */
  const eventIds = new Map<string, string>();

  const channelsOf = (kind: Channel["kind"]) => slack.channels().filter((channel) => channel.kind === kind);
  const people = () => channelsOf("dm").map(({ id }) => idOf(id));

  function chats(): Chat[] {
    const channels = channelsOf("channel");
    return [...channelsOf("dm"), ...channels].map(chatOf).concat(channels.flatMap(threadsOf));
  }

  function chatOf({ id, name, kind, members }: Channel): Chat {
    const about = { id: idOf(id), hash: chatHash(idOf(id)) };
    if (kind === "channel") {
      return { ...about, type: "group", name: `#${name} · Slack`, members: people(), joined: true };
    }
    const user = slack.users().find((one) => one.id === members[0]);
    return { ...about, type: "user", name: `${user?.name ?? name} · Slack`, blocked: false };
  }

  function threadsOf({ id, name }: Channel): Chat[] {
    const messages = slack.timeline(id);
    return messages.filter((head) => isThread(head, messages)).map((head) => threadOf(id, name, head));
  }

  function threadOf(channel: string, name: string, head: SlackMessage): Chat {
    const id = idOf(channel, head.ts);
    const words = said(head);
    const title = words.length > NAME_LENGTH ? `${words.slice(0, NAME_LENGTH)}…` : words;
    return {
      id,
      hash: chatHash(id),
      type: "group",
      name: `#${name}: ${title}`,
      members: people(),
      joined: true,
    };
  }

  /** Begun by a mention of the bot, or by an answer. */
  function isThread(head: SlackMessage, messages: readonly SlackMessage[]): boolean {
    if (head.threadTs !== undefined) return false;
    return (
      head.text.includes(`<@${slack.app.userId}>`) || messages.some(({ threadTs }) => threadTs === head.ts)
    );
  }

  /** In all the chats that show it. */
  function shownAs(channel: string, message: SlackMessage): Message[] {
    if (channel.startsWith("D")) return [messageOf(idOf(channel), channel, message)];
    const head = message.threadTs ?? message.ts;
    const messages = slack.timeline(channel);
    const root = messages.find(({ ts }) => ts === head);
    const places = [
      ...(message.threadTs === undefined ? [idOf(channel)] : []),
      ...(root && isThread(root, messages) ? [idOf(channel, head)] : []),
    ];
    return places.map((chatId) => messageOf(chatId, channel, message));
  }

  function messageOf(chatId: string, channel: string, message: SlackMessage): Message {
    const { ts, user, appId } = message;
    const common = {
      ...{ id: `${chatId}/${ts}`, chatId, at: Number(ts) * 1_000, quotes: undefined },
      content: { type: "text" as const, text: said(message) },
    };
    if (appId === undefined) {
      const eventId = `${channel}-${ts}`;
      const dm = channelsOf("dm").find(({ members }) => members[0] === user);
      const handover: Handover = handovers.get(eventId) ?? { state: "sending" };
      return { ...common, eventId, by: "user", from: dm ? idOf(dm.id) : user, handover, unsent: false };
    }
    const eventId = answeredBy(channel, message);
    return { ...common, eventId, by: "bot", via: "reply", quickReplies: repliesOf(message) };
  }

  /** By the key in its metadata. */
  function answeredBy(channel: string, { metadata }: SlackMessage): string | undefined {
    const key = metadata?.event_payload.key;
    const ids = slack.timeline(channel).map(({ ts }) => `${channel}-${ts}`);
    return ids.find((id) => [id, `${id}/apology`].some((name) => idempotencyKeyOf(name) === key));
  }

  function said({ text, blocks = [] }: SlackMessage): string {
    const shown = blocks.flatMap(({ text: one }) => {
      const words = typeof one === "string" ? one : (one as { text?: string } | undefined)?.text;
      return words ?? [];
    });
    return plain(shown.length > 0 ? shown.join("\n") : text);
  }

  /** As a reader sees it. */
  function plain(text: string): string {
    const names = [{ id: slack.app.userId, name: "henji" }, ...slack.users()];
    const named = names.reduce((all, { id, name }) => all.replaceAll(`<@${id}>`, `@${name}`), text);
    return named.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  }

  function onChange(change: Change): ViewChange[] {
    switch (change.type) {
      case "message": {
        const { channel, message } = change;
        const messages = shownAs(channel, message).map((one) => ({ type: "message" as const, message: one }));
        const head = message.threadTs ?? message.ts;
        // Only the bot's own answer ends it.
        const over = message.appId === undefined ? [] : [loadingIn(channel, head, undefined)];
        return [...threadsSeen(channel), ...messages, ...over];
      }
      case "status":
        return [loadingIn(change.channel, change.thread, change.status === "" ? undefined : change.until)];
      case "event": {
        const { event, event_id: id } = change.envelope as {
          event?: { channel: string; ts: string };
          event_id?: string;
        };
        if (event && id !== undefined) eventIds.set(id, `${event.channel}-${event.ts}`);
        return [];
      }
      case "webhook":
        return handedOver(eventIds.get(change.eventId), change.status);
      case "deleted":
        return [];
    }
  }

  /** The name of a thread is its first message, which is there before its chat. */
  function threadsSeen(channel: string): ViewChange[] {
    const found = slack.channels().find(({ id, kind }) => id === channel && kind === "channel");
    return (found ? threadsOf(found) : []).map((chat) => ({ type: "chat", chat }));
  }

  function loadingIn(channel: string, thread: string, until: number | undefined): ViewChange {
    return {
      type: "loading",
      chatId: channel.startsWith("D") ? idOf(channel) : idOf(channel, thread),
      until,
    };
  }

  function handedOver(
    eventId: string | undefined,
    status: Extract<Change, { type: "webhook" }>["status"],
  ): ViewChange[] {
    const [, channel, ts] = messageId.exec(eventId ?? "") ?? [];
    const message = slack.timeline(channel ?? "").find((one) => one.ts === ts);
    if (eventId === undefined || !channel || !message || message.appId !== undefined) return [];
    const isTaken = typeof status === "number" && status < 300;
    // A mention is told twice: taken once is enough.
    if (handovers.get(eventId)?.state === "read") return [];
    handovers.set(eventId, isTaken ? { state: "read" } : { state: "refused", status });
    return shownAs(channel, message).map((one) => ({ type: "message", message: one }));
  }

  return {
    chats,
    onChange,

    /** Slack tells the bot of what it has posted itself. */
    isOfBot(eventId: unknown): boolean {
      const [, channel = "", ts] = messageId.exec(String(eventId)) ?? [];
      return slack.timeline(channel).some((one) => one.ts === ts && one.appId !== undefined);
    },
    subscribe: slack.subscribe,

    messages: (): Message[] =>
      slack.channels().flatMap(({ id }) => slack.timeline(id).flatMap((message) => shownAs(id, message))),
  };
}

function repliesOf(message: SlackMessage): QuickReply[] {
  return buttonsOf(message).map(({ label }) => ({
    label,
    sends: { type: "postback", data: `${message.ts} ${label}`, displayText: label },
  }));
}

/** As the bot names the chat; a channel's own is none of the bot's. */
export function idOf(channel: string, thread?: string): string {
  return thread === undefined ? `slack:${channel}` : `slack:${channel}:${thread}`;
}
