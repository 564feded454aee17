import { decodeJob, encodeJob, type Job } from "@henji/core/queue/job";
import { describe, expect, test } from "vitest";

const event = { type: "message", webhookEventId: "E1", timestamp: 1_800_000_000_000 };
const job: Job = { version: 2, platform: "line", eventId: "E1", event, receivedAt: 5 };
const unreadable = expect.objectContaining({ code: "job.unreadable", retry: "never" });

describe("a job", () => {
  test("comes out of the queue as it was put on it, its replay included", () => {
    expect(decodeJob(encodeJob(job))).toEqual(job);
    expect(decodeJob(encodeJob({ ...job, replayedAt: 7 }))).toEqual({ ...job, replayedAt: 7 });
  });

  test("is written only in characters that every queue takes", () => {
    const text = "😀 𠮷 👩‍👩‍👧‍👦 \uFEFF \uFFFE \uFFFF <|endoftext|> \\ud83d \ud83d";
    const body = encodeJob({ ...job, event: { ...event, text } });
    expect(body).not.toMatch(/[\uD800-\uDFFF\uFFFE\uFFFF]/);
    expect(decodeJob(body).event).toEqual({ ...event, text });
  });

  test("keeps what a later version has added to it", () => {
    const later = { ...job, brandNew: { deep: 1 } };
    expect(decodeJob(JSON.stringify(later))).toEqual(later);
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
