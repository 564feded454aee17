import { chatHash, type LogEntry, logChannel } from "@henji/core/log";
import type {
  Change,
  Group,
  LineSimulator,
  OtherEvent,
  Source,
  TimelineEntry,
  User,
  UserEntry,
} from "@henji/line-simulator";
import type { ModelSimulator } from "@henji/model-simulator";
import type { SlackSimulator } from "@henji/slack-simulator";
import { contentOf, happeningOf, quickRepliesOf } from "./chat-content.ts";
import { inboundOf } from "./inbound.ts";
import type { OperatorsSide } from "./operators-side.ts";
import { createParked } from "./parked.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { eventsByRetryKey } from "./retry-keys.ts";
import { createScript } from "./script.ts";
import { createSlackView } from "./slack-view.ts";
import type { Broken, Chat, Handover, Message, StudioInfo, View, ViewChange } from "./studio-view.ts";
import { createTraces, isAccepted } from "./trace.ts";
import { createTraceContents } from "./trace-contents.ts";
import { contentChannel, type SeenContent } from "./watch-worker.ts";

/** Messages per chat in the first view of a page. */
const SHOWN_MESSAGES = 200;

export type Feed = ReturnType<typeof createFeed>;

export type FeedOptions = {
  line: LineSimulator;
  slack?: SlackSimulator | undefined;
  /** The stand-in; undefined with a real model. */
  model: ModelSimulator | undefined;
  rehearsal: Rehearsal;
  operators: OperatorsSide;
  retentionDays(): number;
  info: StudioInfo;
};

/** What the page shows, kept up to date from the LINE simulator and the handlers' log. */
export function createFeed(options: FeedOptions) {
  const { line, model, rehearsal, operators, retentionDays } = options;
  const traces = createTraces();
  const contents = createTraceContents();
  const listeners = new Set<(change: ViewChange) => void>();
  /** Messages whose webhook was not accepted yet, by event id. */
  const pending = new Map<string, { chatId: string; entry: UserEntry; handover: Handover }>();
  let { info } = options;

  const script = createScript(model, (next) => publish({ type: "script", script: next }));
  const parked = createParked({
    ...{ ...operators, retentionDays },
    onChange: (state) => publish({ type: "parked", parked: state }),
    onDone(verb, { chatId, event }) {
      const about = { chat: chatHash(chatId), at: operators.clock.now() };
      if (event) publishTrace(traces.changed(verb, { ...about, eventId: event.eventId }));
    },
  });
  // What was parked before this run; a failure is told to whoever opens the list.
  parked.look().catch(() => {});

  const slack = options.slack && createSlackView(options.slack);

  const onLog = (logged: unknown) => {
    const entry = logged as LogEntry;
    if (!slack?.isOfBot(entry.eventId)) publishTrace(traces.log(entry));
    parked.onLog(entry);
  };
  const onContent = (seen: unknown) => contents.seen(seen as SeenContent);
  logChannel.subscribe(onLog);
  contentChannel.subscribe(onContent);
  const unsubscribe = line.subscribe((change) => {
    // Even if no webhook brings it to the bot.
    if (change.type === "event") {
      contents.seen({ ...change, eventId: change.event.webhookEventId });
    }
    for (const trace of traces.line(change)) publishTrace(trace);
    onLine(change);
  });

  const unsubscribeSlack = slack?.subscribe((change) => {
    if (change.type === "event") {
      const eventId = inboundOf(change.envelope)?.eventId;
      if (eventId !== undefined) contents.seen({ type: "event", eventId, event: change.envelope });
    }
    for (const seen of slack.onChange(change)) publish(seen);
  });

  function onLine(change: Change) {
    switch (change.type) {
      case "message":
        return onMessage(change.chatId, change.entry);
      case "webhook":
        return onWebhook(change);
      case "unsent":
        return publishEntries(change.chatId, [change.messageId]);
      case "read":
        return publishEntries(change.chatId, change.messageIds);
      case "event":
        return onHappening(change.event as OtherEvent);
      case "loading":
        return publish({ type: "loading", chatId: change.chatId, until: change.until });
      case "loading-ended":
        return publish({ type: "loading", chatId: change.chatId, until: undefined });
      case "user":
        return publish({ type: "chat", chat: userChat(change.user) });
      case "group":
        return publish({ type: "chat", chat: groupChat(change.group) });
    }
  }

  function onMessage(chatId: string, entry: TimelineEntry) {
    if (entry.by === "user") {
      pending.set(entry.webhookEventId, { chatId, entry, handover: { state: "sending" } });
    }
    publish({ type: "message", message: messageOf(chatId, entry) });
  }

  function onHappening(event: OtherEvent) {
    const message = lineOf(event);
    if (message) publish({ type: "message", message });
  }

  function onWebhook({ status, eventIds }: Extract<Change, { type: "webhook" }>) {
    for (const eventId of eventIds) {
      // Accepted before: a later copy that fails changes nothing.
      const message = pending.get(eventId);
      if (!message) continue;
      message.handover = { state: "refused", status };
      if (isAccepted(status)) pending.delete(eventId);
      publish({ type: "message", message: messageOf(message.chatId, message.entry) });
    }
  }

  function publishEntries(chatId: string, messageIds: string[]) {
    for (const entry of line.timeline(chatId)) {
      if (messageIds.includes(entry.messageId)) {
        publish({ type: "message", message: messageOf(chatId, entry) });
      }
    }
  }

  function publishTrace(trace: ReturnType<typeof traces.log>) {
    if (trace) publish({ type: "trace", trace });
  }

  function publish(change: ViewChange) {
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
      // The simulator's tokens begin with the id of the quoted message.
      const quotes = entry.message.quoteToken?.split(".")[0];
      return { ...common, eventId, by: "bot", via: entry.by, quotes, quickReplies: quickRepliesOf(entry) };
    }
    const { webhookEventId: eventId, from, unsent, message } = entry;
    const quotes = "quotedMessageId" in message ? message.quotedMessageId : undefined;
    const handover: Handover = pending.get(eventId)?.handover ?? { state: "read" };
    return { ...common, eventId, by: "user", from, unsent, quotes, handover };
  }

  function messagesOf({ id }: Chat): Message[] {
    const entries = line.timeline(id).slice(-SHOWN_MESSAGES);
    const eventOf = eventsByRetryKey(entries);
    const lines = line.happenings(id).flatMap((event) => lineOf(event) ?? []);
    const messages = entries.map((entry) => messageOf(id, entry, eventOf));
    return [...lines, ...messages].sort((a, b) => a.at - b.at).slice(-SHOWN_MESSAGES);
  }

  const lineChats = (): Chat[] => [...line.users().map(userChat), ...line.groups().map(groupChat)];
  const chats = (): Chat[] => [...lineChats(), ...(slack?.chats() ?? [])];

  return {
    view(): View {
      return {
        info,
        botName: line.bot.displayName,
        botId: line.bot.userId,
        chats: chats(),
        messages: [...lineChats().flatMap(messagesOf), ...(slack?.messages() ?? [])],
        loading: Object.fromEntries(
          lineChats().flatMap(({ id }) => {
            const until = line.loadingUntil(id);
            return until === undefined ? [] : [[id, until]];
          }),
        ),
        traces: traces.all(),
        broken: rehearsal.broken(),
        script: script.now(),
        parked: parked.state(),
      };
    },

    chats,
    content: contents.of,
    parked,
    script,

    subscribe(listener: (change: ViewChange) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    setInfo(next: StudioInfo) {
      info = next;
      publish({ type: "info", info });
    },

    /** @returns whether it could be done */
    setBroken(broken: Broken): boolean {
      if (!rehearsal.set(broken)) return false;
      publish({ type: "broken", broken });
      return true;
    },

    async close(): Promise<void> {
      logChannel.unsubscribe(onLog);
      contentChannel.unsubscribe(onContent);
      unsubscribe();
      unsubscribeSlack?.();
      listeners.clear();
      await parked.close();
    },
  };
}

function userChat({ userId, displayName, blocked }: User): Chat {
  return { id: userId, type: "user", name: displayName, hash: chatHash(userId), blocked };
}

function groupChat({ chatId, type, name, members, joined }: Group): Chat {
  return { id: chatId, type, name, hash: chatHash(chatId), members, joined };
}

/** An event that is no message, if there is something to see of it in its chat. */
function lineOf(event: OtherEvent): Message | undefined {
  const { webhookEventId: id, timestamp: at, source } = event;
  const content = happeningOf(event);
  const chatId = source && chatIdOf(source);
  if (!content || !chatId) return undefined;
  return { id, eventId: id, chatId, at, content, quotes: undefined, by: "line" };
}

function chatIdOf(source: Source): string {
  if (source.type === "group") return source.groupId;
  return source.type === "room" ? source.roomId : source.userId;
}
