import { replayOf } from "@henji/core/dead-letter/replay";
import { decodeJob, encodeJob } from "@henji/core/queue/job";
import { expect, test } from "vitest";

const event = {
  ...{ type: "message", webhookEventId: "E1", timestamp: 1_800_000_000_000 },
  ...{ source: { type: "user", userId: "U1" }, message: { type: "text", id: "1", text: "Hello 😀" } },
} as const;

test("a parked job goes back to its chat as it was, under an id that SQS does not know yet", () => {
  const job = { version: 2, platform: "line", eventId: "E1", event, receivedAt: 5 } as const;
  const body = encodeJob(job);
  const replay = replayOf({ chatId: "U1", body }, 7);
  expect(replay).toMatchObject({ chatId: "U1", eventId: "E1-replayed-7" });
  expect(decodeJob(replay.body)).toEqual({ ...job, replayedAt: 7 });
});

test("what is no job cannot be brought back", () => {
  expect(() => replayOf({ chatId: "U1", body: "{}" }, 7)).toThrow(
    expect.objectContaining({ code: "job.unreadable" }),
  );
});
