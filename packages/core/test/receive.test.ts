import { encodeJob, type Job } from "@henji/core/queue/job";
import { receive } from "@henji/core/receive";
import { expect, test } from "vitest";
import { platformWith } from "./held.ts";

const event = { type: "follow", webhookEventId: "E1", timestamp: 1_800_000_000_000 };
const job: Job = { version: 2, platform: "line", eventId: "E1", event, receivedAt: 5 };
const platform = platformWith();

const messageWith = (body: string) => ({
  ...{ messageId: "m1", receiptHandle: "r1", chatId: "U1", sequence: "1", body, receiveCount: 1 },
});

test("a message is read with its job, its platform, and the meaning of its event", () => {
  const message = messageWith(encodeJob(job));
  const inbound = platform.read(event);
  expect(receive(message, { line: platform })).toEqual({ kind: "readable", message, job, platform, inbound });
  expect(inbound).toMatchObject({ kind: "ignored", eventId: "E1", type: "follow" });
});

test("a job of the first version, which named no platform, is read by LINE's", () => {
  const message = messageWith(JSON.stringify({ version: 1, event, receivedAt: 5 }));
  expect(receive(message, { line: platform })).toMatchObject({ kind: "readable", job, platform });
});

test("moving a letter as it is replays it anew, also after a replay that was parked again", () => {
  const replayed = { ...job, replay: { id: "at the first parking", force: true } };
  const message = messageWith(encodeJob(replayed));
  expect(receive(message, { line: platform })).toMatchObject({ replay: replayed.replay });
  const moved = { ...message, parkedAt: 6 };
  expect(receive(moved, { line: platform })).toMatchObject({ replay: { id: "m1", force: false } });
});

test.each([
  ["of a platform that this worker does not serve", encodeJob(job), {}, "This worker does not serve line"],
  ["that is not a job", "{", { line: platform }, "The queue message is not a job"],
  [
    "whose event its platform cannot read",
    encodeJob({ ...job, event: {} }),
    { line: platform },
    "The queue message holds no LINE event",
  ],
])("a message %s is unreadable, and is never retried", (_, body, platforms, reason) => {
  const message = messageWith(body);
  expect(receive(message, platforms)).toEqual({
    ...{ kind: "unreadable", message },
    error: expect.objectContaining({ code: "job.unreadable", retry: "never", message: reason }),
  });
});
