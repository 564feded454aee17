import { tokensOf } from "@henji/core/context/context";
import type { TurnItem } from "@henji/core/turn/entity";
import type { Learned, Turn } from "@henji/core/turn/turn";
import { createTurns } from "@henji/core/turn/turns";
import { accountOf } from "@henji/core/usage/usage";
import { createMemoryTable } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";

const sentAt = 1_800_000_000_000;
const expiresAt = sentAt / 1000 + 1_000;
const account = accountOf([], undefined, "2027-01-15");

let table: ReturnType<typeof createMemoryTable>;
beforeEach(() => {
  table = createMemoryTable();
});

const keyOf = (n: number) => `${sentAt + n}#E${n}`;

async function claim(n: number, owner = "w", now = sentAt): Promise<Turn> {
  const claimed = await table.turns.claim({
    ...{ chatId: "U1", key: keyOf(n), sequence: String(n), eventId: `E${n}`, messageId: `M${n}` },
    ...{ question: `question ${n}`, owner, replay: undefined },
    ...{ now, leaseUntil: sentAt + 1_000, expiresAt },
  });
  if (claimed.kind !== "claimed") throw new Error(claimed.kind);
  return claimed.turn;
}

type Said = { texts?: string[]; learned?: Learned; refused?: true };

async function answer(
  n: number,
  { texts = [`answer ${n}`], learned = {}, refused }: Said = {},
): Promise<Turn> {
  const messages = texts.map((text) => ({ type: "text" as const, text }));
  const stored = { messages, retryKey: `key ${n}`, way: "reply" as const, ...(refused && { refused }) };
  return table.turns.answer(await claim(n), stored, learned, sentAt + 1_000);
}

const deliver = (turn: Turn, requestId?: string) =>
  table.turns.delivered(turn, { by: "reply", requestId, at: sentAt, account });
const park = (turn: Turn) => table.turns.park(turn, { code: "model.rejected" }, sentAt, account);

const recall = (n = 99) =>
  table.chats.recall({ chatId: "U1", key: keyOf(n), sequence: String(n) }, 50, sentAt);

test("an answer of several messages is one text to the model", async () => {
  await deliver(await answer(1, { texts: ["one", "two"] }));
  expect((await recall()).turns).toMatchObject([{ question: "question 1", answer: "one\ntwo" }]);
});

test("an answer that is about to be delivered is part of the conversation", async () => {
  await answer(1);
  expect((await recall()).turns).toMatchObject([{ answer: "answer 1" }]);
});

test("a turn has a count of its tokens only if both its texts were counted", async () => {
  await deliver(await answer(1, { learned: { tokens: { question: 2, answer: 3 } } }));
  await deliver(await answer(2));
  await table.turns.eraseAnswer({ chatId: "U1", key: keyOf(2) });
  await deliver(await answer(3));
  const { turns } = await recall();
  expect(turns.map(({ tokens }) => tokens)).toEqual([{ question: 2, answer: 3 }, undefined, undefined]);
  for (const turn of turns) expect(tokensOf(turn)).toBeGreaterThan(0);
});

test("what the model took is known of an answer that says so, and of no other", async () => {
  const usage = { inputTokens: 7, cachedTokens: 0, outputTokens: 3 };
  expect(await answer(1, { learned: { usage } })).toMatchObject({ used: usage });
  expect(await answer(2)).not.toHaveProperty("used");
});

test("only what was given up on or declined can be asked again, under its message", async () => {
  await deliver(await answer(1));
  await park(await claim(2));
  await deliver(await answer(3, { refused: true }));
  await claim(4);
  await answer(5, { refused: true });
  expect((await recall()).unanswered).toEqual([
    { key: keyOf(2), question: "question 2", messageId: "M2" },
    { key: keyOf(3), question: "question 3", messageId: "M3" },
  ]);
});

test("of a notice that was delivered neither its words nor the command that asked for it are kept", async () => {
  const messages = [{ type: "text" as const, text: "my export" }];
  const stored = { messages, retryKey: "key", way: "reply" as const, notice: "export" as const };
  await deliver(await table.turns.answer(await claim(1), stored, {}, sentAt + 1_000));
  const turn = table.turn({ chatId: "U1", key: keyOf(1) });
  expect(turn).toMatchObject({ status: "delivered", notice: "export", question: "", messages: "[]" });
});

test("what was given up on is where an operator looks for it", async () => {
  await park(await claim(1));
  const listed = { list: "parked", listedAt: new Date(sentAt).toISOString(), error: "model.rejected" };
  expect(table.turn({ chatId: "U1", key: keyOf(1) })).toMatchObject(listed);
});

test("an attempt knows how the one before it ended, and how many died", async () => {
  await table.turns.release(await claim(1), { code: "model.timeout" });
  const second = await claim(1, "w2");
  expect(second).toMatchObject({ attempts: 2, crashes: 0, error: "model.timeout" });
  expect(await claim(1, "w3", second.leaseUntil)).toMatchObject({ attempts: 3, crashes: 1 });
});

test.each<[string, () => Promise<unknown>, string]>([
  ["claimed", () => claim(1), "dropped"],
  ["answered", () => answer(1), "dropped"],
  ["given up on", async () => park(await claim(1)), "dropped"],
  ["given up on with its answer", async () => park(await answer(1)), "dropped"],
  ["delivered", async () => deliver(await answer(1)), "delivered"],
])(
  "nothing of what a turn says is left once it is erased, be it %s, and nobody holds it",
  async (_, begin, status) => {
    await begin();
    await table.turns.erase({ chatId: "U1", key: keyOf(1) });
    const turn = table.turn({ chatId: "U1", key: keyOf(1) })!;
    expect(turn).toMatchObject({ status, erased: true, question: "" });
    for (const name of ["messages", "messageId"]) expect(turn).not.toHaveProperty(name);
    expect(turn.list).not.toBe("parked");
    expect(table.textOf("U1")).not.toMatch(/question 1|answer 1|M1/);
    const lost = { code: "turn.lost" };
    const held = { chatId: "U1", key: keyOf(1), owner: "w", crashes: 0 } as Turn;
    const messages = [{ type: "text" as const, text: "answer 1" }];
    const again = { messages, retryKey: "key", way: "reply" as const };
    await expect(table.turns.answer(held, again, {}, sentAt)).rejects.toMatchObject(lost);
    if (status !== "dropped") return;
    await expect(deliver(held)).rejects.toMatchObject(lost);
    expect(turn).not.toHaveProperty("listedAt");
  },
);

test("what another turn stands for is no longer where an operator looks for what was given up on", async () => {
  await park(await claim(1));
  await table.turns.supersede({ chatId: "U1", key: keyOf(1) });
  const turn = table.turn({ chatId: "U1", key: keyOf(1) })!;
  expect(turn).toMatchObject({ status: "dropped", erased: true, question: "" });
  for (const name of ["list", "listedAt", "messageId"]) expect(turn).not.toHaveProperty(name);
});

test("what was cut off after one of two turns that the answer stands for goes on to the other", async () => {
  const parked = { ...(await claim(1)), expiresAt, status: "parked" as const };
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

test("a claim that others keep overtaking is left to them, and so is one on a turn that has just expired", async () => {
  const key = { chatId: "U1", key: keyOf(1) };
  const item = { ...(await claim(1)), expiresAt, leaseUntil: 0 };
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
    ...{ ...key, sequence: "1", eventId: "E1", messageId: "M1", question: "question 1", owner: "other" },
    ...{ now: sentAt, leaseUntil: sentAt + 1_000, expiresAt, replay: undefined },
  };
  expect(await turns(item).claim(request)).toEqual(overtaken);
  expect(reads).toBe(3);
  expect(await turns(undefined).claim(request)).toEqual(overtaken);
});

test("what is brought back begins anew, and is no longer where an operator looks for what was given up on", async () => {
  await table.turns.release(await claim(1), { code: "model.timeout" });
  const second = await claim(1, "w2");
  const messages = [{ type: "text" as const, text: "answer 1" }];
  const stored = { messages, retryKey: "key", way: "reply" as const };
  await park(await table.turns.answer(second, stored, {}, sentAt + 1_000));
  const claimed = await table.turns.claim({
    ...{ chatId: "U1", key: keyOf(1), sequence: "9", eventId: "E1", messageId: "M1", question: "" },
    ...{ owner: "w3", replay: "R1", now: sentAt, leaseUntil: sentAt + 1_000, expiresAt },
  });
  expect(claimed).toMatchObject({ kind: "claimed", turn: { status: "answered", attempts: 1, crashes: 0 } });
  const turn = table.turn({ chatId: "U1", key: keyOf(1) });
  for (const name of ["list", "listedAt", "finishedAt", "released", "crashesBefore"])
    expect(turn).not.toHaveProperty(name);
});

test("LINE's request id is kept with the delivery, if there is one", async () => {
  await deliver(await answer(1), "r1");
  await deliver(await answer(2));
  expect(table.turn({ chatId: "U1", key: keyOf(1) })).toMatchObject({ requestId: "r1" });
  expect(table.turn({ chatId: "U1", key: keyOf(2) })).not.toHaveProperty("requestId");
});
