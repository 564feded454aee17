import type { LogEntry } from "@henji/core/log";
import type { Change } from "@henji/line-simulator";
import type { ParkedVerb } from "./parked-view.ts";
import type { StepDetail, Trace, WebhookStatus } from "./trace-step.ts";

export type Traces = ReturnType<typeof createTraces>;

/** Bounds the memory of an event that is redelivered without end. */
const MAX_STEPS = 60;

/**
 * Collects log entries and changes of the LINE simulator into one trace per event. Beyond `maxTraces`
 * the oldest are dropped.
 */
export function createTraces({ maxTraces = 500 }: { maxTraces?: number } = {}) {
  const traces = new Map<string, Trace>();

  function traceOf(eventId: string): Trace {
    const known = traces.get(eventId);
    if (known) return known;
    const trace: Trace = { eventId, chat: undefined, steps: [] };
    traces.set(eventId, trace);
    if (traces.size > maxTraces) traces.delete(traces.keys().next().value!);
    return trace;
  }

  function add(trace: Trace, at: number, detail: StepDetail): Trace {
    const before = trace.steps.at(-1);
    trace.steps.push({ ...detail, at, sinceMs: before ? Math.max(0, at - before.at) : 0 });
    // Steps in the middle are dropped: the first ones say where it came from, the last ones its state.
    if (trace.steps.length > MAX_STEPS) trace.steps.splice(MAX_STEPS / 2, 1);
    return trace;
  }

  /** A chat's messages are handled in order, so an entry without an event id is about the oldest open one. */
  function oldestOpen(chat: string): Trace | undefined {
    return traces.values().find((trace) => trace.chat === chat && !isOver(trace));
  }

  return {
    /** @returns the changed trace, if the entry is about one */
    log(entry: LogEntry): Trace | undefined {
      const detail = stepOf(entry);
      if (!detail) return undefined;
      const trace = entry.eventId
        ? traceOf(entry.eventId)
        : entry.chat === undefined
          ? undefined
          : oldestOpen(entry.chat);
      if (!trace) return undefined;
      trace.chat ??= entry.chat;
      return add(trace, Date.parse(entry.at), detail);
    },

    /** What an operator has done about a message that was given up on. */
    changed(verb: ParkedVerb, { eventId, chat, at }: { eventId: string; chat: string; at: number }): Trace {
      const trace = traceOf(eventId);
      trace.chat ??= chat;
      return add(
        trace,
        at,
        verb === "replay" ? { name: "replayed" } : { name: "dropped", because: "by_hand" },
      );
    },

    /** @returns the changed traces */
    line(change: Change): Trace[] {
      if (change.type === "event") {
        const { webhookEventId, timestamp, type } = change.event;
        return [add(traceOf(webhookEventId), timestamp, { name: "received", type })];
      }
      if (change.type === "webhook" && !isAccepted(change.status)) {
        const { status, at } = change;
        return change.eventIds.map((eventId) => add(traceOf(eventId), at, { name: "refused", status }));
      }
      return [];
    },

    /** Oldest first. */
    all: (): Trace[] => [...traces.values()],
  };
}

export function isAccepted(status: WebhookStatus): boolean {
  return typeof status === "number" && status >= 200 && status < 300;
}

const ends: ReadonlySet<StepDetail["name"]> = new Set([
  "delivered",
  "brought",
  // Nothing more happens by itself until it is due, minutes later.
  "waits",
  "parked",
  "ignored",
  // Its answer, if it gets one of its own after all, comes after seconds.
  "gathered",
  "tooOld",
  "dropped",
]);

/** Whether the bot is done with the event, however it ended. */
export function isOver({ steps }: Trace): boolean {
  const has = (wanted: StepDetail["name"]) => steps.some(({ name }) => name === wanted);
  // A command that erases is claimed before, and answered afterwards.
  return steps.some(({ name }) => ends.has(name)) || (has("erased") && !has("claimed"));
}

/** Log fields are flat and loosely typed: a missing one becomes "" or 0, never an exception. */
export function stepOf(entry: LogEntry): StepDetail | undefined {
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
    case "tool.hosted":
    case "tool.ran":
    case "tool.not_run":
      return { name: "toolRan", tool: text("tool"), outcome: text("outcome"), ms: number("ms") };
    case "handler.ran":
      return { name: "handled", handler: text("handler"), ms: number("ms") };
    case "turn.answered":
      return {
        name: "answered",
        messages: number("messages"),
        ...(text("notice") !== "" && { notice: text("notice") }),
        ...(entry.confirms === true && { confirms: true }),
      };
    case "chat.flooded":
      // Followed by what is done about it.
      return undefined;
    case "turn.dropped":
      return { name: "dropped", because: text("because") };
    case "turn.delivered":
      return {
        name: "delivered",
        by: entry.by === "push" ? "push" : "reply",
        resumed: entry.resumed === true,
        ...(number("carried") > 0 && { brought: number("carried") }),
      };
    case "thinking.said":
      return { name: "told" };
    case "turn.waiting":
      return {
        name: "waits",
        told: entry.told === true,
        ...(entry.reminded === true && { until: Date.parse(entry.at) + number("inS") * 1000 }),
      };
    case "voice.heard":
      return { name: "heard", model: text("model"), seconds: number("seconds") };
    case "turn.gathered":
      return { name: "gathered" };
    case "turn.shown":
      return { name: "brought", by: entry.by === "push" ? "push" : "reply", carrier: text("carrier") };
    case "job.retry":
      return {
        name: "retried",
        code: text("code"),
        reason: text("reason"),
        attempts: number("attempts"),
        nextAt: Date.parse(entry.at) + number("inS") * 1000,
      };
    case "turn.postponed":
      return { name: "postponed", nextAt: Date.parse(entry.at) + number("inS") * 1000 };
    case "model.rate_limited":
      // Followed by what is done about it.
      return undefined;
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
