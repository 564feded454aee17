import { decodeJob, encodeJob, type Job } from "@henji/core/queue/job";
import { receive } from "@henji/core/receive";
import { describe, expect, test } from "vitest";

const event = { type: "message", webhookEventId: "E1", timestamp: 1_800_000_000_000 };
const job: Job = { version: 2, platform: "line", eventId: "E1", event, receivedAt: 5 };
const unreadable = expect.objectContaining({ code: "job.unreadable", retry: "never" });

describe("a job", () => {
  test("comes out of the queue as it was put on it, its replay included", () => {
    expect(decodeJob(encodeJob(job))).toEqual(job);
    expect(decodeJob(encodeJob({ ...job, replayedAt: 7 }))).toEqual({ ...job, replayedAt: 7 });
  });

  test("of the first version is still read: queues hold messages for 14 days", () => {
    const first = JSON.stringify({ version: 1, event, receivedAt: 5 });
    expect(decodeJob(first)).toEqual({ ...job, replayedAt: undefined });
    expect(decodeJob(JSON.stringify({ version: 1, event, receivedAt: 5, replayedAt: 7 }))).toEqual({
      ...{ ...job, replayedAt: 7 },
    });
  });

  test.each([
    ["of a version to come", { ...job, version: 3 }],
    ["of an unknown platform", { ...job, platform: "carrier pigeon" }],
    ["without the id of its event", { ...job, eventId: undefined }],
    ["without the time of its receipt", { ...job, receivedAt: undefined }],
    ["of the first version, without an event", { version: 1, receivedAt: 5 }],
    ["of the first version, whose event has no id", { version: 1, event: {}, receivedAt: 5 }],
  ])("%s is unreadable", (_, body) => {
    expect(() => decodeJob(JSON.stringify(body))).toThrow(unreadable);
  });

  test("that is no JSON is unreadable", () => {
    expect(() => decodeJob("{")).toThrow(unreadable);
  });
});

describe("a message of the queue", () => {
  const message = {
    ...{ messageId: "m1", receiptHandle: "r1", chatId: "U1", sequence: "1", receiveCount: 1 },
    body: encodeJob(job),
  };

  test("whose platform this worker does not serve is unreadable, and says which", () => {
    const received = receive(message, {});
    expect(received).toMatchObject({ kind: "unreadable", message, error: unreadable });
    expect(received.kind === "unreadable" && received.error.message).toContain("line");
  });

  test("that is no job is unreadable", () => {
    expect(receive({ ...message, body: "{" }, {})).toMatchObject({ kind: "unreadable", error: unreadable });
  });
});
