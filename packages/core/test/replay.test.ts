import { replayOf } from "@henji/core/dead-letter/replay";
import { decodeJob, encodeJob } from "@henji/core/queue/job";
import { expect, test } from "vitest";

const event = {
  ...{ type: "message", webhookEventId: "E1", timestamp: 1_800_000_000_000 },
  ...{ source: { type: "user", userId: "U1" }, message: { type: "text", id: "1", text: "Hello 😀" } },
} as const;

test("a parked job goes back to its chat unchanged, under an id that is new to SQS", () => {
  const job = { version: 2, platform: "line", eventId: "E1", event, receivedAt: 5 } as const;
  const body = encodeJob(job);
  const replay = replayOf({ chatId: "U1", body }, 7);
  expect(replay).toMatchObject({ chatId: "U1", eventId: "E1-replayed-7" });
  expect(decodeJob(replay.body)).toEqual({ ...job, replayedAt: 7 });
});

test("a job of the first version is replayed as one of the current version", () => {
  const body = JSON.stringify({ version: 1, event, receivedAt: 5, replayedAt: 6 });
  const replay = replayOf({ chatId: "U1", body }, 7);
  expect(replay).toMatchObject({ chatId: "U1", eventId: "E1-replayed-7" });
  expect(JSON.parse(replay.body)).toEqual({
    ...{ version: 2, platform: "line", eventId: "E1", event, receivedAt: 5, replayedAt: 7 },
  });
});

test("a message that is not a job cannot be replayed", () => {
  expect(() => replayOf({ chatId: "U1", body: "{}" }, 7)).toThrow(
    expect.objectContaining({ code: "job.unreadable" }),
  );
});
