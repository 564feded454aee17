import { BotError } from "@henji/core/error";
import { retry, retryKeyGoodMs } from "@henji/core/settings";
import {
  givenUp,
  isForgotten,
  mayHaveArrived,
  runsApart,
  unclear,
  wasNeverSent,
} from "@henji/core/turn/attempt";
import type { Answer, Turn } from "@henji/core/turn/turn";
import { describe, expect, test } from "vitest";

const answer: Answer = { messages: [], retryKey: "key", way: "push" };

const turn = (fields: Partial<Turn> = {}): Turn => ({
  ...{
    chatId: "U1",
    key: "1800000000000#E1",
    sequence: "1",
    eventId: "E1",
    status: "answered",
    owner: "w",
    leaseUntil: 0,
  },
  ...{ attempts: 1, crashes: 0, crashesBefore: 0, question: "Hi" },
  ...fields,
});

describe("a message under which the process died twice", () => {
  const crashed = { crashes: 2, attempts: 3 };

  test("is put apart while it has company", () => {
    expect(runsApart(turn(crashed), { chats: 2 })).toBe(true);
    expect(runsApart(turn(crashed), { chats: 1 })).toBe(false);
    expect(runsApart(turn({ ...crashed, crashes: 1 }), { chats: 2 })).toBe(false);
  });

  test("makes its last two attempts in any company", () => {
    const attempts = retry.maxAttempts;
    expect(runsApart(turn({ ...crashed, attempts: attempts - 2 }), { chats: 2 })).toBe(true);
    expect(runsApart(turn({ ...crashed, attempts: attempts - 1 }), { chats: 2 })).toBe(false);
    expect(runsApart(turn({ ...crashed, attempts }), { chats: 2 })).toBe(false);
  });
});

test("a push is forgotten by LINE when its key is too old; a reply, or a push that nobody doubts, never", () => {
  const since = 1_000;
  const late = since + retryKeyGoodMs + 1;
  expect(isForgotten(turn({ answer, unclearSince: since }), late - 1)).toBe(false);
  expect(isForgotten(turn({ answer, unclearSince: since }), late)).toBe(true);
  expect(isForgotten(turn({ answer: { ...answer, way: "reply" }, unclearSince: since }), late)).toBe(false);
  expect(isForgotten(turn({ answer }), late)).toBe(false);
  expect(isForgotten(turn({ unclearSince: since }), late)).toBe(false);
  expect(unclear()).toMatchObject({
    code: "delivery.unclear",
    retry: "never",
    message: expect.stringContaining("retry key"),
  });
});

test("giving up names what went wrong last, or that the process died", () => {
  expect(givenUp(turn({ attempts: 6, error: "model.timeout" }))).toMatchObject({
    ...{ code: "model.timeout", retry: "never" },
    message: "Given up after 5 attempts, of which 0 ended without an error",
  });
  expect(givenUp(turn({ attempts: 6, crashes: 1, error: "model.timeout" }))).toMatchObject({
    ...{ code: "worker.crashed", message: "Given up after 5 attempts, of which 1 ended without an error" },
  });
  expect(givenUp(turn({ attempts: 6 })).code).toBe("worker.crashed");
});

describe("whether the user may have the answer", () => {
  const unknown = new BotError("line.timeout", "", { retry: "later", outcome: "unknown" });
  const failed = new BotError("line.rejected", "", { retry: "never" });

  test("is open when the send ended without anybody knowing", () => {
    expect(mayHaveArrived(turn(), turn({ answer }), unknown)).toBe(true);
    expect(mayHaveArrived(turn(), turn({ answer }), failed)).toBe(false);
    expect(mayHaveArrived(turn(), turn(), unknown)).toBe(false);
  });

  test("is open when an earlier attempt died with the answer stored", () => {
    expect(mayHaveArrived(turn({ answer, crashes: 1 }), turn({ answer, crashes: 1 }), failed)).toBe(true);
    expect(mayHaveArrived(turn({ answer }), turn({ answer }), failed)).toBe(false);
    expect(mayHaveArrived(turn({ crashes: 1 }), turn({ answer, crashes: 1 }), failed)).toBe(false);
  });

  test("stays open once it was", () => {
    expect(mayHaveArrived(turn(), turn({ unclearSince: 0 }), failed)).toBe(true);
  });

  test("is settled for an answer that no attempt can have sent", () => {
    expect(wasNeverSent(turn({ answer }))).toBe(true);
    expect(wasNeverSent(turn({ answer, crashes: 2, crashesBefore: 2 }))).toBe(true);
    expect(wasNeverSent(turn({ answer, crashes: 2, crashesBefore: 1 }))).toBe(false);
    expect(wasNeverSent(turn({ answer, unclearSince: 0 }))).toBe(false);
  });
});
