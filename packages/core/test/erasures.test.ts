import type { Content } from "@henji/core/platform/content";
import type { Message } from "@henji/core/platform/platform";
import type { Answer } from "@henji/core/turn/answer";
import type { Transcript } from "@henji/core/turn/transcript";
import type { Turn } from "@henji/core/turn/turn";
import { createTurns } from "@henji/core/turn/turns";
import { createMemoryTable } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";

const now = 1_800_000_000_000;
const heard: Content = [{ kind: "audio", ref: "1", ms: 1_000, text: "My PIN is 4711" }];
const transcript: Transcript = {
  rounds: [
    {
      output: ["called with 4242"],
      calls: [{ id: "a", name: "pay", arguments: "4242", idempotencyKey: "k", result: "4242" }],
    },
  ],
};
const used = { inputTokens: 1, cachedTokens: 0, outputTokens: 1 };
const day = { day: "2027-01-15", user: "u", answers: 0, replies: 0, pushes: 0, refused: false };
const total = { usage: { ...used, ...day, foldVersion: 0 }, isUnlisted: false };
const parking = {
  ...{ at: now, code: "model.rejected", reason: "r", job: "job", apologyBy: undefined },
  ...{ outcomeUnknownSince: undefined, total },
};

let table: ReturnType<typeof createMemoryTable>;
let turns: ReturnType<typeof createTurns>;
let turn: Turn;
const left = () => table.textOf("U1");

/** A voice message that was listened to, for which the model has called a tool. */
beforeEach(async () => {
  table = createMemoryTable();
  turns = createTurns(table.turnStore);
  const claim = await turns.claim({
    ...{ chatId: "U1", key: `${now}#E1`, sequence: "1", eventId: "E1", messageId: "1", senderId: "U1" },
    ...{ question: [{ kind: "audio", ref: "1" }], owner: "w", now, leaseUntil: now + 60_000 },
    ...{ expiresAt: now, replay: undefined },
  });
  if (claim.kind !== "claimed") throw new Error("It was new");
  turn = await turns.hear(claim.turn, heard);
  await turns.record(turn, transcript, now + 60_000);
  expect(left()).toMatch(/4711.*4242|4242.*4711/s);
});

test("of what is dropped neither voice nor calls are left", async () => {
  await turns.drop(turn, now, total, "unsent");
  expect(left()).not.toMatch(/4711|4242/);
});

test("of what was given up on and is answered by another turn neither voice nor calls are left", async () => {
  await turns.park(turn, parking);
  expect(left()).toMatch(/4711/);
  await turns.supersede(turn);
  expect(left()).not.toMatch(/4711|4242/);
});

test("of an answer that is erased neither words nor calls nor its rest are left, and the question stays", async () => {
  const messages: Message[] = [{ ...{ type: "text" }, text: "🎤 about 4242" }];
  const answer: Answer = {
    ...{ from: "model", messages, rest: "more of 4242", usage: used, tokens: undefined, refused: false },
    ...{ repeats: undefined, idempotencyKey: "key", route: "reply", confirms: { transcript, until: now } },
  };
  const stored = await turns.answer(turn, answer, { at: now, leaseUntil: now + 60_000 });
  await turns.delivered(stored, { route: "reply", requestId: undefined, at: now, total, folding: undefined });
  expect(left()).toMatch(/4242/);
  await turns.eraseAnswer(turn);
  expect(left()).not.toMatch(/4242/);
  expect(left()).toMatch(/4711/);
});
