import type { LogEntry } from "@henji/core/log";
import type { Change } from "@henji/line-simulator";
import type { StepDetail, Way, WebhookStatus } from "./trace-way.ts";

export type Trace = ReturnType<typeof createTrace>;

/** The same step again and again, as in redeliveries without end, does not fill the memory. */
const MAX_STEPS = 60;

/**
 * Turns log entries and what the LINE simulator tells into one way per event. Of more than
 * `maxWays` the oldest are forgotten.
 */
export function createTrace({ maxWays = 500 }: { maxWays?: number } = {}) {
  const ways = new Map<string, Way>();

  function wayOf(eventId: string): Way {
    const known = ways.get(eventId);
    if (known) return known;
    const way: Way = { eventId, chat: undefined, steps: [] };
    ways.set(eventId, way);
    if (ways.size > maxWays) ways.delete(ways.keys().next().value!);
    return way;
  }

  function add(way: Way, at: number, detail: StepDetail): Way {
    const before = way.steps.at(-1);
    way.steps.push({ ...detail, at, sinceMs: before ? Math.max(0, at - before.at) : 0 });
    // The first steps say where it came from, the last ones how it stands.
    if (way.steps.length > MAX_STEPS) way.steps.splice(MAX_STEPS / 2, 1);
    return way;
  }

  /** The queue hands out a chat's messages in order, so an entry without an event id is about the oldest open one. */
  function oldestOpen(chat: string): Way | undefined {
    return ways.values().find((way) => way.chat === chat && !isOver(way));
  }

  return {
    /** @returns the way that has changed, if this entry is about one */
    log(entry: LogEntry): Way | undefined {
      const detail = stepOf(entry);
      if (!detail) return undefined;
      const way = entry.eventId
        ? wayOf(entry.eventId)
        : entry.chat === undefined
          ? undefined
          : oldestOpen(entry.chat);
      if (!way) return undefined;
      way.chat ??= entry.chat;
      return add(way, Date.parse(entry.at), detail);
    },

    /** @returns the ways that have changed */
    line(change: Change): Way[] {
      if (change.type === "event") {
        const { webhookEventId, timestamp, type } = change.event;
        return [add(wayOf(webhookEventId), timestamp, { name: "received", type })];
      }
      if (change.type === "webhook" && !isAccepted(change.status)) {
        const { status, at } = change;
        return change.eventIds.map((eventId) => add(wayOf(eventId), at, { name: "refused", status }));
      }
      return [];
    },

    /** Oldest first. */
    ways: (): Way[] => [...ways.values()],
  };
}

export function isAccepted(status: WebhookStatus): boolean {
  return typeof status === "number" && status >= 200 && status < 300;
}

const ends: ReadonlySet<StepDetail["name"]> = new Set([
  "delivered",
  "parked",
  "ignored",
  "tooOld",
  "dropped",
]);

function isOver({ steps }: Way): boolean {
  const has = (wanted: StepDetail["name"]) => steps.some(({ name }) => name === wanted);
  // A command to forget is claimed first, and answered afterwards.
  return steps.some(({ name }) => ends.has(name)) || (has("erased") && !has("claimed"));
}

/** Log fields are flat and loosely typed: what is missing becomes nothing or 0, never a crash. */
function stepOf(entry: LogEntry): StepDetail | undefined {
  const text = (field: string) => (typeof entry[field] === "string" ? entry[field] : "");
  const number = (field: string) => (typeof entry[field] === "number" ? entry[field] : 0);
  switch (entry.name) {
    case "event.queued":
      return { name: "queued", redelivery: entry.redelivery === true };
    case "event.ignored":
      return { name: "ignored", type: text("type") };
    case "event.too_old":
      return { name: "tooOld" };
    case "turn.claimed":
      return { name: "claimed", attempts: number("attempts"), turns: number("turns") };
    case "model.answered":
      return {
        name: "asked",
        model: text("model"),
        inputTokens: number("inputTokens"),
        cachedTokens: number("cachedTokens"),
        outputTokens: number("outputTokens"),
        cut: entry.cut === true,
        refused: entry.refused === true,
      };
    case "turn.answered":
      return {
        name: "answered",
        messages: number("messages"),
        ...(text("notice") !== "" && { notice: text("notice") }),
      };
    case "chat.flooded":
      // What is done about it comes behind it.
      return undefined;
    case "turn.dropped":
      return { name: "dropped", because: text("because") };
    case "turn.delivered":
      return {
        name: "delivered",
        by: entry.by === "push" ? "push" : "reply",
        resumed: entry.resumed === true,
      };
    case "job.retry":
      return {
        name: "retried",
        code: text("code"),
        reason: text("reason"),
        attempts: number("attempts"),
        nextAt: Date.parse(entry.at) + number("inS") * 1000,
      };
    case "job.parked":
      return {
        name: "parked",
        code: text("code"),
        reason: text("reason"),
        attempts: number("attempts"),
      };
    case "turn.duplicate":
      return { name: "duplicate" };
    case "turn.held":
      return { name: "held" };
    case "window.folded":
      return {
        name: "folded",
        turns: number("turns"),
        kept: entry.kept !== false,
        inputTokens: number("inputTokens"),
        outputTokens: number("outputTokens"),
      };
    case "window.not_folded":
      return { name: "notFolded", code: text("code") };
    case "message.erased":
      return { name: "erased", what: "message", turns: number("turns") };
    case "chat.erased":
      return { name: "erased", what: "chat", turns: number("turns") };
    default:
      return entry.level === "info" ? undefined : { name: "warned", what: entry.name, code: text("code") };
  }
}
