import { decodeJob, encodeJob, type Job } from "@henji/core/queue/job";
import { describe, expect, test } from "vitest";

const event = { type: "message", webhookEventId: "E1", timestamp: 1_800_000_000_000 };
const job: Job = { version: 2, platform: "line", eventId: "E1", event, receivedAt: 5 };
const unreadable = expect.objectContaining({ code: "job.unreadable", retry: "never" });

describe("a job", () => {
  test("is decoded as it was encoded, with its replay", () => {
    expect(decodeJob(encodeJob(job))).toEqual(job);
    const replay = { id: "7", force: true };
    expect(decodeJob(encodeJob({ ...job, replay }))).toEqual({ ...job, replay });
  });

  test("is encoded only with characters that every queue accepts", () => {
    const text = "😀 𠮷 👩‍👩‍👧‍👦 \uFEFF \uFFFE \uFFFF <|endoftext|> \\ud83d \ud83d";
    const body = encodeJob({ ...job, event: { ...event, text } });
    expect(body).not.toMatch(/[\uD800-\uDFFF\uFFFE\uFFFF]/);
    expect(decodeJob(body).event).toEqual({ ...event, text });
  });

  test("keeps fields that a later version has added", () => {
    const later = { ...job, brandNew: { deep: 1 } };
    expect(decodeJob(JSON.stringify(later))).toEqual(later);
  });

  test("of version 1 is still read, because queues keep messages for 14 days", () => {
    const first = JSON.stringify({ version: 1, event, receivedAt: 5 });
    expect(decodeJob(first)).toEqual({ ...job, replay: undefined });
  });

  test.each([
    ["of a later version", { ...job, version: 3 }],
    ["of an unknown platform", { ...job, platform: "carrier pigeon" }],
    ["without the id of its event", { ...job, eventId: undefined }],
    ["without the time of its receipt", { ...job, receivedAt: undefined }],
    ["of version 1, without an event", { version: 1, receivedAt: 5 }],
    ["of version 1, whose event has no id", { version: 1, event: {}, receivedAt: 5 }],
  ])("%s is unreadable", (_, body) => {
    expect(() => decodeJob(JSON.stringify(body))).toThrow(unreadable);
  });

  test("that is not JSON is unreadable", () => {
    expect(() => decodeJob("{")).toThrow(unreadable);
  });
});
