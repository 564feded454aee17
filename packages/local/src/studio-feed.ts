import { chatHash, type LogEntry, logChannel } from "@henji/core/log";
import { retryKeyOf } from "@henji/core/platform/line/retry-key";
import type {
  BotEntry,
  Change,
  Group,
  LineSimulator,
  TimelineEntry,
  User,
  UserEntry,
} from "@henji/line-simulator";
import * as z from "zod/mini";
import type {
  Chat,
  Content,
  Handover,
  Message,
  QuickReply,
  StudioInfo,
  View,
  ViewChange,
} from "./studio-view.ts";
import { createTraces, isAccepted } from "./trace.ts";

/** Messages of a chat that a page gets when it opens. */
const SHOWN_MESSAGES = 200;

export type Feed = ReturnType<typeof createFeed>;

/** What the page shows, followed live from the LINE simulator and from the handlers' log. */
export function createFeed(options: { line: LineSimulator; info: StudioInfo }) {
  const { line } = options;
  const traces = createTraces();
  const listeners = new Set<(change: ViewChange) => void>();
  /** Messages whose webhook the bot has not taken yet, by event id. */
  const pending = new Map<string, { chatId: string; entry: UserEntry; handover: Handover }>();
  let { info } = options;

  const onLog = (entry: unknown) => tellTrace(traces.log(entry as LogEntry));
  logChannel.subscribe(onLog);
  const unsubscribe = line.subscribe((change) => {
    for (const trace of traces.line(change)) tellTrace(trace);
    onLine(change);
  });

  function onLine(change: Change) {
    switch (change.type) {
      case "message":
        return written(change.chatId, change.entry);
      case "webhook":
        return handedOver(change);
      case "unsent":
        return tellEntries(change.chatId, [change.messageId]);
      case "read":
        return tellEntries(change.chatId, change.messageIds);
      case "loading":
        return tell({ type: "loading", chatId: change.chatId, until: change.until });
      case "loading-ended":
        return tell({ type: "loading", chatId: change.chatId, until: undefined });
      case "user":
        return tell({ type: "chat", chat: userChat(change.user) });
      case "group":
        return tell({ type: "chat", chat: groupChat(change.group) });
    }
  }

  function written(chatId: string, entry: TimelineEntry) {
    if (entry.by === "user") {
      pending.set(entry.webhookEventId, { chatId, entry, handover: { state: "sending" } });
    }
    tell({ type: "message", message: messageOf(chatId, entry) });
  }

  function handedOver({ status, eventIds }: Extract<Change, { type: "webhook" }>) {
    for (const eventId of eventIds) {
      // Taken before: a later copy that fails does not undo it.
      const message = pending.get(eventId);
      if (!message) continue;
      message.handover = { state: "refused", status };
      if (isAccepted(status)) pending.delete(eventId);
      tell({ type: "message", message: messageOf(message.chatId, message.entry) });
    }
  }

  function tellEntries(chatId: string, messageIds: string[]) {
    for (const entry of line.timeline(chatId)) {
      if (messageIds.includes(entry.messageId)) {
        tell({ type: "message", message: messageOf(chatId, entry) });
      }
    }
  }

  function tellTrace(trace: ReturnType<typeof traces.log>) {
    if (trace) tell({ type: "trace", trace });
  }

  function tell(change: ViewChange) {
    for (const listener of listeners) listener(change);
  }

  function messageOf(
    chatId: string,
    entry: TimelineEntry,
    eventOf = eventsByRetryKey(entry.by === "push" ? line.timeline(chatId) : []),
  ): Message {
    const common = { id: entry.messageId, chatId, at: entry.at, content: contentOf(entry.message) };
    if (entry.by !== "user") {
      const eventId = entry.repliesTo ?? eventOf.get(entry.retryKey ?? "");
      return { ...common, eventId, by: "bot", via: entry.by, quickReplies: quickRepliesOf(entry) };
    }
    const { webhookEventId: eventId, from, unsent } = entry;
    const handover: Handover = pending.get(eventId)?.handover ?? { state: "read" };
    return { ...common, eventId, by: "user", from, unsent, handover };
  }

  function messagesOf({ id }: Chat): Message[] {
    const entries = line.timeline(id).slice(-SHOWN_MESSAGES);
    const eventOf = eventsByRetryKey(entries);
    return entries.map((entry) => messageOf(id, entry, eventOf));
  }

  const chats = (): Chat[] => [...line.users().map(userChat), ...line.groups().map(groupChat)];

  return {
    view(): View {
      return {
        info,
        botName: line.bot.displayName,
        chats: chats(),
        messages: chats().flatMap(messagesOf),
        loading: Object.fromEntries(
          chats().flatMap(({ id }) => {
            const until = line.loadingUntil(id);
            return until === undefined ? [] : [[id, until]];
          }),
        ),
        traces: traces.all(),
      };
    },

    subscribe(listener: (change: ViewChange) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    setInfo(next: StudioInfo) {
      info = next;
      tell({ type: "info", info });
    },

    close() {
      logChannel.unsubscribe(onLog);
      unsubscribe();
      listeners.clear();
    },
  };
}

/** A push tells by its retry key which event it answers, or apologizes for. */
function eventsByRetryKey(entries: readonly TimelineEntry[]): Map<string, string> {
  return new Map(
    entries.flatMap((entry) => {
      if (entry.by !== "user") return [];
      const { webhookEventId } = entry;
      return [webhookEventId, `${webhookEventId}/apology`].map((name): [string, string] => [
        retryKeyOf(name),
        webhookEventId,
      ]);
    }),
  );
}

function userChat({ userId, displayName, blocked }: User): Chat {
  return { id: userId, type: "user", name: displayName, hash: chatHash(userId), blocked };
}

function groupChat({ chatId, type, name }: Group): Chat {
  return { id: chatId, type, name, hash: chatHash(chatId), blocked: false };
}

function contentOf(message: { type: string; text?: unknown }): Content {
  return message.type === "text" && typeof message.text === "string"
    ? { type: "text", text: message.text }
    : { type: "other", of: message.type };
}

const quickReplies = z.object({ items: z.array(z.unknown()) });
const quickReply = z.object({
  action: z.object({ type: z.literal("message"), label: z.string(), text: z.string() }),
});

/** Buttons that say something; LINE knows others, of which this bot sends none. */
function quickRepliesOf({ message }: BotEntry): QuickReply[] {
  const { data } = z.safeParse(quickReplies, message.quickReply);
  return (data?.items ?? []).flatMap((item) => {
    const action = z.safeParse(quickReply, item).data?.action;
    return action ? [{ label: action.label, text: action.text }] : [];
  });
}
