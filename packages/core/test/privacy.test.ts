import { createHash } from "node:crypto";
import { BotError, toBotError } from "@henji/core/error";
import { type Caused, causeChannel, chatHash, createLog, logChannel } from "@henji/core/log";
import { expect, test } from "vitest";

test("a chat is named in logs by 12 digits of its hash", () => {
  const id = `U${"0123456789abcdef".repeat(2)}`;
  expect(chatHash(id)).toBe(createHash("sha256").update(id).digest("hex").slice(0, 12));
  expect(chatHash(id)).toMatch(/^[0-9a-f]{12}$/);
});

test("an unexpected error is reported by its name, without its message", () => {
  const cause = new TypeError("my secret diary");
  const error = toBotError(cause);
  expect(error).toMatchObject({ code: "unexpected", message: "Unexpected TypeError", retry: "later" });
  expect(error).toMatchObject({ outcome: "unknown", cause, name: "BotError", retryAfterMs: undefined });
  expect(toBotError("my secret diary").message).toBe("Unexpected string");
});

test("a known error is not changed, and its outcome is 'failed' by default", () => {
  const error = new BotError("line.rejected", "LINE answered 400", { retry: "never", retryAfterMs: 5 });
  expect(toBotError(error)).toBe(error);
  expect(error).toMatchObject({
    retry: "never",
    outcome: "failed",
    retryAfterMs: 5,
    message: "LINE answered 400",
  });
});

test("the log prints one JSON line for each entry at or above its level; the channel gets every entry", () => {
  const lines: unknown[] = [];
  const heard: unknown[] = [];
  const listen = (entry: unknown) => void heard.push(entry);
  logChannel.subscribe(listen);
  for (const level of ["info", "warn", "error"] as const) {
    const log = createLog({ level, write: (line) => lines.push(JSON.parse(line)) });
    log.info(`an info at ${level}`);
    log.warn(`a warning at ${level}`, { eventId: "E1" });
    log.error(`an error at ${level}`);
  }
  createLog({ write: (line) => lines.push(JSON.parse(line)) }).info("an info by default");
  logChannel.unsubscribe(listen);
  expect(lines).toMatchObject([
    { level: "info", name: "an info at info", at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) },
    { level: "warn", name: "a warning at info", eventId: "E1" },
    { level: "error", name: "an error at info" },
    { level: "warn", name: "a warning at warn" },
    { level: "error", name: "an error at warn" },
    { level: "error", name: "an error at error" },
    { level: "info", name: "an info by default" },
  ]);
  expect(heard).toHaveLength(10);
});

test("the fields given to log.with are in each line of that log, and in no others", () => {
  const lines: unknown[] = [];
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)) });
  const own = log.with({ eventId: "E1", chat: "c" });
  own.info("one");
  own.with({ eventId: "E2" }).warn("two", { ms: 5 });
  own.warn("two", { eventId: "E3" });
  log.error("three");
  const at = expect.any(String);
  expect(lines).toEqual([
    { level: "info", name: "one", at, eventId: "E1", chat: "c" },
    { level: "warn", name: "two", at, eventId: "E2", chat: "c", ms: 5 },
    { level: "warn", name: "two", at, eventId: "E3", chat: "c" },
    { level: "error", name: "three", at },
  ]);
});

test("the error behind a line is heard by watchers, and printed nowhere", () => {
  const lines: string[] = [];
  const heard: Caused[] = [];
  const listen = (caused: unknown) => void heard.push(caused as Caused);
  causeChannel.subscribe(listen);
  const log = createLog({ write: (line) => void lines.push(line) });
  const cause = new Error("my secret diary", { cause: new Error("and where it is hidden") });
  const failing = log.with({ eventId: "E1" }, cause);
  failing.warn("job.retry", { code: "model.unavailable" });
  failing.with({ attempts: 5 }).error("job.parked");
  failing.with({}, new TypeError("another secret")).warn("turn.not_released");
  log.info("turn.delivered");
  causeChannel.unsubscribe(listen);
  expect(heard).toMatchObject([
    { entry: { name: "job.retry", eventId: "E1" }, cause },
    { entry: { name: "job.parked", eventId: "E1", attempts: 5 }, cause },
    { entry: { name: "turn.not_released" }, cause: new TypeError("another secret") },
  ]);
  expect(lines).toHaveLength(4);
  expect(lines.join()).not.toMatch(/secret|hidden|cause/);
});
