import type { LogEntry } from "@henji/core/log";
import type { Change } from "@henji/line-simulator";
import { describe, expect, test } from "vitest";
import { createTraces, isOver } from "../src/trace.ts";
import type { Trace } from "../src/trace-step.ts";

const start = Date.parse("2026-11-20T09:00:00.000Z");

function entry(name: string, afterMs: number, fields: Partial<LogEntry> = {}): LogEntry {
  return {
    level: "info",
    name,
    at: new Date(start + afterMs).toISOString(),
    eventId: "E1",
    chat: "aki",
    ...fields,
  };
}

function received(eventId: string, afterMs = 0): Change {
  const event = {
    webhookEventId: eventId,
    timestamp: start + afterMs,
    mode: "active" as const,
    deliveryContext: { isRedelivery: false },
    type: "message",
  };
  return { type: "event", event };
}

function webhook(status: number | "timeout" | "unreachable", afterMs: number): Change {
  return { type: "webhook", status, eventIds: ["E1"], redelivery: false, at: start + afterMs };
}

const names = (trace: Trace | undefined) => trace?.steps.map(({ name }) => name);

describe("the trace of a message", () => {
  test("goes from received to delivered, each step with the time since the one before", () => {
    const traces = createTraces();
    traces.line(received("E1"));
    traces.log(entry("event.queued", 12, { type: "message", redelivery: false }));
    traces.line(webhook(200, 15));
    traces.log(entry("turn.claimed", 40, { attempts: 1, turns: 3, ms: 9 }));
    const tokens = { inputTokens: 812, cachedTokens: 640, outputTokens: 54 };
    traces.log(
      entry("model.answered", 1_240, {
        model: "gpt-6-luna",
        ...tokens,
        cut: false,
        refused: false,
        ms: 1_200,
      }),
    );
    traces.log(entry("turn.answered", 1_246, { messages: 1 }));
    const trace = traces.log(entry("turn.delivered", 1_268, { by: "reply", resumed: false }));
    expect(traces.all()).toEqual([trace]);
    expect(trace).toEqual({
      eventId: "E1",
      chat: "aki",
      steps: [
        { name: "received", type: "message", at: start, sinceMs: 0 },
        { name: "queued", redelivery: false, at: start + 12, sinceMs: 12 },
        { name: "claimed", attempts: 1, turns: 3, at: start + 40, sinceMs: 28 },
        {
          ...{ name: "asked", model: "gpt-6-luna", ...tokens, cut: false, refused: false },
          ...{ at: start + 1_240, sinceMs: 1_200 },
        },
        { name: "answered", messages: 1, at: start + 1_246, sinceMs: 6 },
        { name: "delivered", by: "reply", resumed: false, at: start + 1_268, sinceMs: 22 },
      ],
    });
  });

  test("of a slow answer says what was told, for what it waits, and which answer brought it", () => {
    const traces = createTraces();
    traces.line(received("E1"));
    traces.log(entry("thinking.said", 40_000));
    const waiting = traces.log(entry("turn.waiting", 55_000, { told: true, reminded: true, inS: 300 }));
    expect(waiting?.steps.slice(1)).toMatchObject([
      { name: "told" },
      { name: "waits", told: true, until: start + 355_000 },
    ]);
    expect(isOver(waiting!)).toBe(true);
    const shown = traces.log(entry("turn.shown", 60_000, { by: "reply", carrier: "E2" }));
    expect(shown?.steps.at(-1)).toMatchObject({ name: "brought", by: "reply", carrier: "E2" });
    const carrier = traces.log(
      entry("turn.delivered", 60_001, { eventId: "E2", by: "reply", resumed: false, carried: 1 }),
    );
    expect(carrier?.steps.at(-1)).toMatchObject({ name: "delivered", brought: 1 });
    const free = traces.log(entry("turn.waiting", 1, { eventId: "E3", told: false, reminded: false }));
    expect(free?.steps.at(-1)).toEqual({ name: "waits", told: false, at: start + 1, sinceMs: 0 });
  });

  test("has a retry's code and the time of the next attempt", () => {
    const traces = createTraces();
    traces.log(entry("event.queued", 0));
    const failure = { code: "model.overloaded", reason: "OpenAI answered 503", attempts: 1, inS: 5 };
    const trace = traces.log(entry("job.retry", 700, { level: "warn", ...failure }));
    expect(trace?.steps.at(-1)).toEqual({
      name: "retried",
      ...{ code: "model.overloaded", reason: "OpenAI answered 503", attempts: 1 },
      ...{ nextAt: start + 5_700, at: start + 700, sinceMs: 700 },
    });
  });

  test("ends parked with its code, ignored, too old or dropped", () => {
    const traces = createTraces();
    traces.log(
      entry("job.parked", 0, { level: "error", code: "model.refused_key", reason: "No", attempts: 5 }),
    );
    traces.log(entry("event.ignored", 0, { eventId: "E2", type: "follow" }));
    traces.log(entry("event.too_old", 0, { level: "warn", eventId: "E3" }));
    traces.log(entry("turn.dropped", 0, { eventId: "E4", because: "too_many" }));
    expect(traces.all().map((trace) => trace.steps[0])).toMatchObject([
      { name: "parked", code: "model.refused_key", attempts: 5 },
      { name: "ignored", type: "follow" },
      { name: "tooOld" },
      { name: "dropped", because: "too_many" },
    ]);
  });

  test("has a notice, and what a command erased before it", () => {
    const traces = createTraces();
    traces.log(entry("turn.claimed", 0, { attempts: 1, turns: 3 }));
    traces.log(entry("chat.erased", 5, { turns: 3 }));
    const trace = traces.log(entry("turn.answered", 9, { messages: 1, notice: "forgotten" }));
    expect(trace?.steps).toMatchObject([
      { name: "claimed" },
      { name: "erased", what: "chat", turns: 3 },
      { name: "answered", messages: 1, notice: "forgotten" },
    ]);
  });

  test("has the fold after the delivery, or why there was none", () => {
    const traces = createTraces();
    traces.log(entry("turn.delivered", 0, { by: "reply" }));
    const tokens = { inputTokens: 4_210, cachedTokens: 0, outputTokens: 180 };
    traces.log(entry("window.folded", 900, { turns: 12, kept: true, ...tokens, ms: 890 }));
    const code = "model.unavailable";
    const trace = traces.log(entry("window.not_folded", 950, { level: "warn", code }));
    expect(trace?.steps).toMatchObject([
      { name: "delivered" },
      { name: "folded", turns: 12, kept: true, inputTokens: 4_210, outputTokens: 180, sinceMs: 900 },
      { name: "notFolded", code },
    ]);
  });

  test("has a webhook that was not accepted, and the redelivery that was", () => {
    const traces = createTraces();
    traces.line(received("E1"));
    traces.line(webhook(503, 30));
    traces.log(entry("event.queued", 3_040, { redelivery: true }));
    expect(traces.line(webhook(200, 3_050))).toEqual([]);
    expect(traces.all()[0]?.steps).toMatchObject([
      { name: "received" },
      { name: "refused", status: 503 },
      { name: "queued", redelivery: true },
    ]);
  });

  test("has a duplicate after the delivery", () => {
    const traces = createTraces();
    traces.log(entry("turn.delivered", 0, { by: "push" }));
    expect(names(traces.log(entry("turn.duplicate", 10, { status: "delivered" })))).toEqual([
      "delivered",
      "duplicate",
    ]);
  });

  test("has warnings by their name in the log, and no other entries", () => {
    const traces = createTraces();
    const trace = traces.log(entry("loading.not_shown", 0, { level: "warn", code: "line.rate_limited" }));
    expect(trace?.steps).toMatchObject([
      { name: "warned", what: "loading.not_shown", code: "line.rate_limited" },
    ]);
    expect(traces.log(entry("something.new", 0))).toBeUndefined();
    expect(traces.log({ level: "error", name: "queue.unavailable", at: new Date(start).toISOString() })).toBe(
      undefined,
    );
  });
});

test("an entry without an event id is about the oldest open message of its chat", () => {
  const traces = createTraces();
  for (const eventId of ["E1", "E2", "E3"]) traces.log(entry("event.queued", 0, { eventId }));
  traces.log(entry("event.queued", 0, { eventId: "B1", chat: "ben" }));
  traces.log(entry("turn.delivered", 5, { by: "reply" }));
  const trace = traces.log(entry("job.retry", 9, { level: "warn", eventId: undefined, code: "table.busy" }));
  expect(trace?.eventId).toBe("E2");
});

test("an unsent message or a block ends with the erasure; a command goes on", () => {
  const traces = createTraces();
  traces.log(entry("event.queued", 0, { eventId: "U1" }));
  traces.log(entry("message.erased", 1, { eventId: "U1", turns: 1 }));
  traces.log(entry("event.queued", 2, { eventId: "U2" }));
  traces.log(entry("chat.erased", 3, { eventId: "U2", turns: 4 }));
  traces.log(entry("turn.claimed", 4, { eventId: "M1" }));
  traces.log(entry("chat.erased", 5, { eventId: "M1", turns: 4 }));
  const trace = traces.log(entry("job.retry", 9, { level: "warn", eventId: undefined, code: "table.busy" }));
  expect(trace?.eventId).toBe("M1");
  expect(names(trace)).toEqual(["claimed", "erased", "retried"]);
});

test("the newest traces are kept, and the steps of each are bounded", () => {
  const traces = createTraces({ maxTraces: 3 });
  for (const eventId of ["E1", "E2", "E3", "E4"]) traces.line(received(eventId));
  expect(traces.all().map(({ eventId }) => eventId)).toEqual(["E2", "E3", "E4"]);

  for (let n = 1; n <= 200; n += 1) traces.log(entry("turn.duplicate", n, { eventId: "E4" }));
  const steps = traces.all().at(-1)?.steps ?? [];
  expect(steps).toHaveLength(60);
  expect([steps[0]?.name, steps.at(-1)?.at]).toEqual(["received", start + 200]);
});
