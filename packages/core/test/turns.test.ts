import { type Chats, createChats } from "@henji/core/chat/chats";
import { tokensOf } from "@henji/core/context/context";
import { type Content, textContent } from "@henji/core/platform/content";
import type { Answer, TokenCounts } from "@henji/core/turn/answer";
import type { ClaimRequest } from "@henji/core/turn/claim";
import { type TurnItem, textAttributes } from "@henji/core/turn/entity";
import { eraseOpen } from "@henji/core/turn/erasures";
import { MAX_STEPS } from "@henji/core/turn/step";
import type { AnsweredTurn, Turn } from "@henji/core/turn/turn";
import { createTurns, type Turns } from "@henji/core/turn/turns";
import { runningTotal } from "@henji/core/usage/usage";
import { createMemoryTable, type MemoryTable } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { answered } from "./turns.ts";

const sentAt = 1_800_000_000_000;
const expiresAt = sentAt / 1000 + 1_000;
const total = { usage: runningTotal([], undefined, { user: "u", day: "2027-01-15" }), isUnlisted: true };

let table: MemoryTable & { turns: Turns; chats: Chats };
beforeEach(() => {
  const memory = createMemoryTable();
  table = { ...memory, turns: createTurns(memory.turnStore), chats: createChats(memory.chatStore) };
});

const storing = { at: sentAt, leaseUntil: sentAt + 1_000 };

const questionOf = (n: number): Content => textContent(`question ${n}`);
const keyOf = (n: number) => `${sentAt + n}#E${n}`;

async function claim(n: number, owner = "w", now = sentAt): Promise<Turn> {
  const claimed = await table.turns.claim({
    ...{ chatId: "U1", key: keyOf(n), sequence: String(n), eventId: `E${n}`, messageId: `M${n}` },
    ...{ question: questionOf(n), senderId: "U1", owner, replay: undefined },
    ...{ now, leaseUntil: sentAt + 1_000, expiresAt },
  });
  if (claimed.kind !== "claimed") throw new Error(claimed.kind);
  return claimed.turn;
}

type Said = { texts?: string[]; tokens?: TokenCounts; refused?: boolean };

const textMessages = (...texts: string[]) => texts.map((text) => ({ type: "text", text }));

function answerOf(n: number, { texts = [`answer ${n}`], tokens, refused = false }: Said = {}): Answer {
  const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 1 };
  return {
    ...{ from: "model", messages: textMessages(...texts), usage, tokens, refused, repeats: undefined },
    ...{ idempotencyKey: `key ${n}`, route: "reply" },
  };
}

const answer = async (n: number, said: Said = {}): Promise<AnsweredTurn> =>
  table.turns.answer(await claim(n), answerOf(n, said), storing);

const deliver = (turn: AnsweredTurn) =>
  table.turns.delivered(turn, {
    route: "reply",
    requestId: undefined,
    at: sentAt,
    total,
    folding: undefined,
  });
const failed = (code: string) => ({ at: sentAt, code, outcomeUnknownSince: undefined });
const park = (turn: Turn) =>
  table.turns.park(turn, {
    ...{ ...failed("model.rejected"), reason: "rejected", job: "{}" },
    ...{ apologyBy: undefined, total },
  });

const recall = (n = 99) =>
  table.chats.recall({ chatId: "U1", key: keyOf(n), sequence: String(n) }, 50, sentAt);

test("an answer of several messages is one text for the model", async () => {
  await deliver(await answer(1, { texts: ["one", "two"] }));
  expect((await recall()).turns).toMatchObject([{ question: questionOf(1), answer: "one\ntwo" }]);
});

test("a stored answer that is not delivered yet is part of the conversation", async () => {
  await answer(1);
  expect((await recall()).turns).toMatchObject([{ answer: "answer 1" }]);
});

test("a turn has token counts only if both its texts were counted", async () => {
  await deliver(await answer(1, { tokens: { question: 2, answer: 3 } }));
  await deliver(await answer(2));
  await table.turns.eraseAnswer({ chatId: "U1", key: keyOf(2) });
  await deliver(await answer(3));
  const { turns } = await recall();
  expect(turns.map(({ tokens }) => tokens)).toEqual([{ question: 2, answer: 3 }, undefined, undefined]);
  for (const turn of turns) expect(tokensOf(turn)).toBeGreaterThan(0);
});

test("a stored answer has its token usage, also for a worker that resumes", async () => {
  const usage = { inputTokens: 7, cachedTokens: 0, outputTokens: 3 };
  const stored = { ...answerOf(1), usage };
  const turn = await table.turns.answer(await claim(1), stored, storing);
  expect(turn.answer).toMatchObject({ from: "model", usage });
  // For a worker that resumes.
  expect(await claim(1, "w2", turn.leaseUntil)).toMatchObject({ answer: { from: "model", usage } });
});

test("only parked or declined questions can be asked again, with their message ids", async () => {
  await deliver(await answer(1));
  await park(await claim(2));
  await deliver(await answer(3, { refused: true }));
  await claim(4);
  await answer(5, { refused: true });
  expect((await recall()).unanswered).toEqual([
    { key: keyOf(2), origin: keyOf(2), question: questionOf(2), messageId: "M2", senderId: "U1" },
    { key: keyOf(3), origin: keyOf(3), question: questionOf(3), messageId: "M3", senderId: "U1" },
  ]);
});

test("of a delivered notice, neither the text nor the command is kept", async () => {
  const said = { from: "bot", notice: "export", messages: textMessages("my export") } as const;
  const stored = { ...said, idempotencyKey: "key", route: "reply" } as const;
  await deliver(await table.turns.answer(await claim(1), stored, storing));
  const turn = table.turn({ chatId: "U1", key: keyOf(1) });
  expect(turn).toMatchObject({ status: "delivered", notice: "export", messages: "[]" });
  expect(turn).not.toHaveProperty("question");
});

test("a parked turn is listed for operators", async () => {
  await park(await claim(1));
  const listed = {
    list: "parked",
    listedAs: `${new Date(sentAt).toISOString()}#model.rejected#1`,
    error: "model.rejected",
  };
  expect(table.turn({ chatId: "U1", key: keyOf(1) })).toMatchObject(listed);
});

test("an attempt knows how the previous one ended, and how many died", async () => {
  await table.turns.release(await claim(1), failed("model.timeout"));
  const second = await claim(1, "w2");
  expect(second).toMatchObject({ attempts: 2, crashes: 0, error: "model.timeout" });
  expect(await claim(1, "w3", second.leaseUntil)).toMatchObject({ attempts: 3, crashes: 1 });
});

test("crashes stay counted when a later attempt releases its lease", async () => {
  const dead = await claim(1);
  const second = await claim(1, "w2", dead.leaseUntil);
  await table.turns.release(second, failed("model.timeout"));
  expect(await claim(1, "w3", second.leaseUntil)).toMatchObject({ attempts: 3, crashes: 1 });
});

test("the first time at which the outcome of a send became unknown is kept", async () => {
  const unknownSince = async (owner: string, outcomeUnknownSince: number | undefined) => {
    const turn = await claim(1, owner);
    await table.turns.release(turn, { ...failed("line.timeout"), outcomeUnknownSince });
    return table.turn({ chatId: "U1", key: keyOf(1) });
  };
  expect(await unknownSince("w1", undefined)).not.toHaveProperty("outcomeUnknownSince");
  expect(await unknownSince("w2", 5)).toMatchObject({ outcomeUnknownSince: 5 });
  expect(await unknownSince("w3", 7)).toMatchObject({ outcomeUnknownSince: 5 });
  expect(await unknownSince("w4", undefined)).toMatchObject({ outcomeUnknownSince: 5 });
});

test("a dropped turn has no text, and the reason, unless it was unsent", async () => {
  await table.turns.drop(await claim(1), sentAt, total, "daily_limit");
  await table.turns.drop(await claim(2), sentAt, total, "unsent");
  const turn = (n: number) => table.turn({ chatId: "U1", key: keyOf(n) });
  const dropped = { status: "dropped", erased: true, finishedAt: sentAt };
  expect(turn(1)).toMatchObject({ ...dropped, notice: "daily_limit" });
  expect(turn(2)).toMatchObject(dropped);
  expect(turn(2)).not.toHaveProperty("notice");
  expect(table.textOf("U1")).not.toMatch(/question|M1|M2/);
  // A duplicate finds it finished.
  await expect(claim(1, "w2", sentAt + 1_000)).rejects.toThrow("finished");
});

test.each<[string, () => Promise<unknown>, string]>([
  ["claimed", () => claim(1), "dropped"],
  ["answered", () => answer(1), "dropped"],
  ["parked", async () => park(await claim(1)), "dropped"],
  ["parked with its answer", async () => park(await answer(1)), "dropped"],
  ["delivered", async () => deliver(await answer(1)), "delivered"],
])("an erased turn that was %s has no text and no owner", async (_, begin, status) => {
  await begin();
  await table.turns.erase({ chatId: "U1", key: keyOf(1) });
  const turn = table.turn({ chatId: "U1", key: keyOf(1) })!;
  expect(turn).toMatchObject({ status, erased: true });
  for (const name of textAttributes) expect(turn).not.toHaveProperty(name);
  expect(turn.list).not.toBe("parked");
  expect(table.textOf("U1")).not.toMatch(/question 1|answer 1|M1/);
  const lost = { code: "turn.lost" };
  const held = answered({ chatId: "U1", key: keyOf(1), owner: "w" });
  await expect(table.turns.answer(held, answerOf(1), storing)).rejects.toMatchObject(lost);
  if (status !== "dropped") return;
  await expect(deliver(held)).rejects.toMatchObject(lost);
  expect(turn).not.toHaveProperty("listedAs");
});

test("a superseded turn is no longer listed for operators", async () => {
  await park(await claim(1));
  await table.turns.supersede({ chatId: "U1", key: keyOf(1) });
  const turn = table.turn({ chatId: "U1", key: keyOf(1) })!;
  expect(turn).toMatchObject({ status: "dropped", erased: true });
  for (const name of ["list", "listedAs", "messageId", "question"]) expect(turn).not.toHaveProperty(name);
});

test("superseding that was interrupted after the first of two turns goes on to the second", async () => {
  await claim(1);
  const parked = { ...table.turn({ chatId: "U1", key: keyOf(1) })!, status: "parked" as const };
  const items = new Map<string, TurnItem>([
    [keyOf(1), parked],
    [keyOf(2), { ...parked, key: keyOf(2), status: "dropped", repeats: keyOf(1) }],
  ]);
  const { supersede } = createTurns({
    create: async () => false,
    read: async ({ key }) => items.get(key),
    async update({ key }, { when, set }) {
      const item = items.get(key)!;
      if (!when.status.includes(item.status)) return undefined;
      items.set(key, { ...item, ...set });
      return items.get(key);
    },
  });
  await supersede({ chatId: "U1", key: keyOf(2) });
  expect(items.get(keyOf(1))?.status).toBe("dropped");
});

test("a claim that others keep overtaking is 'held', and so is one on a turn that has just expired", async () => {
  const key = { chatId: "U1", key: keyOf(1) };
  await claim(1);
  const item = { ...table.turn(key)!, leaseUntil: 0 };
  const overtaken = { kind: "held", until: sentAt };
  let reads = 0;
  const turns = (found: typeof item | undefined) =>
    createTurns({
      create: async () => false,
      async read() {
        reads += 1;
        return found;
      },
      update: async () => undefined,
    });
  const request = {
    ...{ ...key, sequence: "1", eventId: "E1", messageId: "M1", question: questionOf(1), owner: "other" },
    ...{ senderId: "U1", now: sentAt, leaseUntil: sentAt + 1_000, expiresAt, replay: undefined },
  };
  expect(await turns(item).claim(request)).toEqual(overtaken);
  expect(reads).toBe(3);
  expect(await turns(undefined).claim(request)).toEqual(overtaken);
});

test("an answer that comes to wait has nothing left of the send in front of it", async () => {
  const carrying: Answer = { ...answerOf(1), carries: [keyOf(0)], isHeldBack: true };
  const failure = { ...failed("line.unavailable"), outcomeUnknownSince: sentAt };
  await table.turns.release(await table.turns.answer(await claim(1), carrying, storing), failure);
  const sender = await claim(1, "w2");
  if (sender.status !== "answered") throw new Error(sender.status);
  await table.turns.wait(sender, { at: sentAt, total, folding: undefined, dueAt: undefined });
  const turn = table.turn({ chatId: "U1", key: keyOf(1) });
  expect(turn).toMatchObject({ status: "waiting", route: "wait" });
  for (const name of ["carries", "heldBack", "outcomeUnknownSince", "error"])
    expect(turn).not.toHaveProperty(name);
});

test("a replayed turn starts with its first attempt, and is no longer listed for operators", async () => {
  await table.turns.release(await claim(1), failed("model.timeout"));
  const second = await claim(1, "w2");
  await park(await table.turns.answer(second, answerOf(1), storing));
  const claimed = await table.turns.claim({
    ...{ chatId: "U1", key: keyOf(1), sequence: "9", eventId: "E1", messageId: "M1", senderId: "U1" },
    ...{
      question: textContent(""),
      owner: "w3",
      replay: { id: "R1", force: false },
      now: sentAt,
      leaseUntil: sentAt + 1_000,
      expiresAt,
    },
  });
  expect(claimed).toMatchObject({ kind: "claimed", turn: { status: "answered", attempts: 1, crashes: 0 } });
  const turn = table.turn({ chatId: "U1", key: keyOf(1) });
  for (const name of ["list", "listedAs", "finishedAt", "released"]) expect(turn).not.toHaveProperty(name);
});

/** Claims the first turn again: for a redelivered or a replayed message. */
const claimAgain = (fields: Partial<ClaimRequest> = {}) =>
  table.turns.claim({
    ...{ chatId: "U1", key: keyOf(1), sequence: "9", eventId: "E1", messageId: "M1", senderId: "U1" },
    ...{ question: questionOf(1), owner: "w2", now: sentAt, leaseUntil: sentAt + 1_000, expiresAt },
    ...{ replay: undefined, ...fields },
  });

test("a turn is held until its lease, renewed or not, has expired", async () => {
  const turn = await claim(1);
  expect(await claimAgain({ now: sentAt + 999 })).toEqual({ kind: "held", until: sentAt + 1_000 });
  await table.turns.renew(turn, sentAt + 5_000);
  expect(await claimAgain({ now: sentAt + 4_999 })).toEqual({ kind: "held", until: sentAt + 5_000 });
  expect(await claimAgain({ now: sentAt + 5_000 })).toMatchObject({ kind: "claimed" });
  const lost = {
    code: "turn.lost",
    retry: "later",
    message: expect.stringContaining("taken this turn over"),
  };
  await expect(table.turns.renew(turn, sentAt + 9_000)).rejects.toMatchObject(lost);
});

test("the switch to push is known to a worker that resumes", async () => {
  const turn = await answer(1);
  expect(turn.answer.route).toBe("reply");
  await table.turns.usePush(turn);
  const later = await claimAgain({ now: turn.leaseUntil });
  expect(later).toMatchObject({ turn: { status: "answered", answer: { route: "push" } } });
});

test("a stored notice is read back unchanged by a worker that resumes", async () => {
  const said = { from: "bot", notice: "help", messages: textMessages("my help") } as const;
  const stored = { ...said, idempotencyKey: "key", route: "reply" } as const;
  const turn = await table.turns.answer(await claim(1), stored, storing);
  const later = await claimAgain({ now: turn.leaseUntil });
  expect(later).toMatchObject({ turn: { status: "answered", answer: stored } });
});

test("a parked turn is claimed only by a replay, once for each replayed message", async () => {
  await park(await claim(1));
  const finished = { kind: "finished", status: "parked" };
  expect(await claimAgain()).toEqual(finished);
  for (const replay of ["R1", "R2"]) {
    const claimed = await claimAgain({ replay: { id: replay, force: false }, owner: replay });
    if (claimed.kind !== "claimed") throw new Error(claimed.kind);
    expect(table.turn({ chatId: "U1", key: keyOf(1) })).toMatchObject({ status: "claimed" });
    await park(claimed.turn);
  }
  for (const id of ["R1", "R2"])
    expect(await claimAgain({ replay: { id, force: false }, owner: "w9" })).toEqual(finished);
});

test("a turn tells its whole way, with the ids of the requests and without text", async () => {
  const first = await claim(1);
  await table.turns.release(first, { ...failed("model.unavailable"), at: sentAt + 1, requestId: "req_1" });
  const second = await claimAgain({ now: sentAt + 2 });
  if (second.kind !== "claimed") throw new Error(second.kind);
  const storing = { at: sentAt + 3, leaseUntil: sentAt + 1_000, requestId: "req_2" };
  const stored = await table.turns.answer(second.turn, answerOf(1), storing);
  const gone = { ...failed("line.rejected"), at: sentAt + 4, reason: "LINE said no", requestId: "r1" };
  await table.turns.park(stored, { ...gone, job: "{}", apologyBy: undefined, total });
  const back = await claimAgain({ replay: { id: "R1", force: false }, owner: "w3", now: sentAt + 5 });
  if (back.kind !== "claimed" || back.turn.status !== "answered") throw new Error(back.kind);
  await table.turns.delivered(back.turn, {
    ...{ route: "push", requestId: "r2", at: sentAt + 6, total, folding: undefined },
  });
  expect(table.turn({ chatId: "U1", key: keyOf(1) })?.steps).toEqual([
    { at: sentAt, is: "claimed" },
    { at: sentAt + 1, is: "failed", code: "model.unavailable", requestId: "req_1" },
    { at: sentAt + 2, is: "claimed" },
    { at: sentAt + 3, is: "answered", requestId: "req_2" },
    { at: sentAt + 4, is: "parked", code: "line.rejected", reason: "LINE said no", requestId: "r1" },
    { at: sentAt + 5, is: "replayed" },
    { at: sentAt + 6, is: "delivered", route: "push", requestId: "r2" },
  ]);
});

test("of a very long way the newest steps are kept", async () => {
  let turn = await claim(1);
  for (let n = 1; n <= MAX_STEPS; n += 1) {
    await table.turns.release(turn, { ...failed(`error.${n}`), at: sentAt + n });
    const again = await claimAgain({ now: sentAt + n, leaseUntil: sentAt + n, owner: `w${n}` });
    if (again.kind !== "claimed") throw new Error(again.kind);
    turn = again.turn;
  }
  expect(turn.steps).toHaveLength(MAX_STEPS);
  expect(turn.steps.at(-1)).toEqual({ at: sentAt + MAX_STEPS, is: "claimed" });
});

test("a replay by force takes an answer that may have arrived for one that nobody has seen, and its way is chosen anew", async () => {
  const turn = await answer(1);
  const parked = { ...failed("delivery.unclear"), outcomeUnknownSince: sentAt, reason: "", job: "{}" };
  await table.turns.park(turn, { ...parked, apologyBy: undefined, total });
  const back = await claimAgain({ replay: { id: "R1", force: true } });
  expect(back).toMatchObject({
    kind: "claimed",
    turn: { status: "answered", outcomeUnknownSince: undefined, error: undefined, answer: { route: "wait" } },
  });
});

test("a replay of a turn that is still open begins with all attempts", async () => {
  await claim(1);
  const second = await claimAgain({ now: sentAt + 1_000 });
  if (second.kind !== "claimed") throw new Error(second.kind);
  expect(second.turn).toMatchObject({ attempts: 2, crashes: 1 });
  await table.turns.release(second.turn, failed("model.timeout"));
  const replay = { id: "R1", force: false };
  const back = await claimAgain({ replay, owner: "w3" });
  if (back.kind !== "claimed") throw new Error(back.kind);
  expect(back.turn).toMatchObject({ attempts: 1, crashes: 0 });
  await table.turns.release(back.turn, failed("model.timeout"));
  expect(await claimAgain({ replay, owner: "w4" })).toMatchObject({ turn: { attempts: 2, crashes: 0 } });
});

test.each([
  ["dropped", (turn: Turn) => table.turns.drop(turn, sentAt, total, "unsent")],
  ["erased", (turn: Turn) => table.turns.erase(turn)],
  [
    "erased twice, the first time by a process that died",
    async (turn: Turn) => {
      await table.turnStore.update(turn, eraseOpen);
      await table.turns.erase(turn);
    },
  ],
  [
    "superseded",
    async (turn: Turn) => {
      await park(turn);
      await table.turns.supersede(turn);
    },
  ],
  [
    "discarded by an operator",
    async (turn: Turn) => {
      await park(turn);
      const seen = await table.turnStore.read(turn);
      await table.turns.discard({ ...turn, at: sentAt, expiresAt }, seen);
    },
  ],
])(
  "what a turn carries ends with it if that is %s, unless it is certain that it was not shown",
  async (_, end) => {
    for (const outcomeUnknownSince of [undefined, sentAt]) {
      const [carried, carrier] = outcomeUnknownSince === undefined ? [1, 2] : [3, 4];
      await table.turns.wait(await answer(carried), {
        at: sentAt,
        total,
        folding: undefined,
        dueAt: undefined,
      });
      const carrying = { ...answerOf(carrier), carries: [keyOf(carried)] };
      const turn = await table.turns.answer(await claim(carrier), carrying, storing);
      await table.turns.carry({ chatId: "U1", key: keyOf(carried) }, keyOf(carrier));
      await table.turns.release(turn, { ...failed("line.unavailable"), outcomeUnknownSince });
      await end({ ...turn, outcomeUnknownSince });
      const item = await table.turnStore.read({ chatId: "U1", key: keyOf(carried) });
      expect(item?.status).toBe(outcomeUnknownSince === undefined ? "carried" : "dropped");
    }
  },
);
