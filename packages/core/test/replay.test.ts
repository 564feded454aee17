import { replayOf } from "@henji/core/dead-letter/replay";
import { decodeJob, encodeJob } from "@henji/core/queue/job";
import { expect, test } from "vitest";

const event = {
  ...{ type: "message", webhookEventId: "E1", timestamp: 1_800_000_000_000 },
  ...{ source: { type: "user", userId: "U1" }, message: { type: "text", id: "1", text: "Hello 😀" } },
} as const;

const job = { version: 2, platform: "line", eventId: "E1", event, receivedAt: 5 } as const;
const body = encodeJob(job);

test("a parked job goes back to its chat unchanged, under an id that is new to SQS", () => {
  const replay = replayOf({ chatId: "U1", body }, "7");
  expect(replay).toMatchObject({ chatId: "U1", eventId: "E1-replay-7" });
  expect(decodeJob(replay.body)).toEqual({ ...job, replay: { id: "7", force: false } });
});

test("a job that was replayed before is replayed anew, by force only if that is asked for", () => {
  const first = replayOf({ chatId: "U1", body }, "7", true);
  expect(decodeJob(first.body).replay).toEqual({ id: "7", force: true });
  expect(decodeJob(replayOf(first, "8").body).replay).toEqual({ id: "8", force: false });
});

test("a job of the first version is replayed as one of the current version", () => {
  const replay = replayOf({ chatId: "U1", body: JSON.stringify({ version: 1, event, receivedAt: 5 }) }, "7");
  expect(replay).toMatchObject({ chatId: "U1", eventId: "E1-replay-7" });
  expect(JSON.parse(replay.body)).toEqual({ ...job, replay: { id: "7", force: false } });
});

test("a message that is not a job cannot be replayed", () => {
  expect(() => replayOf({ chatId: "U1", body: "{}" }, "7")).toThrow(
    expect.objectContaining({ code: "job.unreadable" }),
  );
});
