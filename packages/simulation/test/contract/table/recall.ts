import type { Turn } from "@henji/core/turn/turn";
import { expect } from "vitest";
import {
  afterLease,
  answerWith,
  deliveredBy,
  expiresAt,
  givenUp,
  later,
  noticeWith,
  now,
  questionOf,
  repeatOf,
  sequenceOf,
  storing,
  type TableTest,
  total,
} from "./chat.ts";

/** What is read of a chat: the memory of a turn, and page by page. */
export function recall(test: TableTest) {
  test("a chat's memory has the answered turns before the current one, oldest first", async ({
    chat: { claim, delivered, recall },
  }) => {
    await delivered("a1");
    await delivered("a2");
    const third = await claim();
    const memory = await recall(third.key);
    expect(memory).toMatchObject({ windowStart: "", version: 0 });
    expect(memory.turns.map(({ question, answer, tokens }) => ({ question, answer, tokens }))).toEqual([
      { question: questionOf(1), answer: "a1", tokens: { question: 3, answer: 5 } },
      { question: questionOf(2), answer: "a2", tokens: { question: 3, answer: 5 } },
    ]);
    expect((await recall(memory.turns[1]!.key)).turns).toHaveLength(1);
  });

  test("turns of one millisecond are in the order of the queue, whatever their events' ids are", async ({
    chat: { chats, chatId, delivered, recall },
  }) => {
    const turn = (id: string, n: number) => ({ key: `${now}#${id}`, eventId: id, sequence: sequenceOf(n) });
    await delivered("a1", now, turn("c", 1));
    const second = await delivered("a2", now, turn("b", 2));
    await delivered("a3", now, turn("a", 30));
    const answers = async (...at: Parameters<typeof recall>) =>
      (await recall(...at)).turns.map(({ answer }) => answer);
    expect(await answers()).toEqual(["a1", "a2", "a3"]);
    // For a turn that is not stored yet, and for a replayed turn, which keeps its place.
    expect(await answers(`${now}#d`, 50, sequenceOf(4))).toEqual(["a1", "a2"]);
    expect(await answers(second.key, 50, sequenceOf(40))).toEqual(["a1"]);
    const { turns } = await chats.page(chatId, "", "9", now);
    expect(turns.map(({ past }) => past?.answer)).toEqual(["a1", "a2", "a3"]);
  });

  test("parked and dropped turns and notices are not part of the conversation", async ({
    chat: { turns, claim, delivered, recall },
  }) => {
    const parked = await claim();
    await turns.answer(parked, answerWith("never seen"), storing);
    await turns.park(parked, givenUp("line.unavailable", { at: now + 1 }));
    const noticed = await claim();
    const told = await turns.answer(noticed, noticeWith("too_many", "too many"), storing);
    await turns.delivered(told, deliveredBy("reply", undefined, now + 2));
    const dropped = await claim();
    await turns.drop(dropped, now + 3, total, "daily_limit");
    const done = await delivered("seen", now + 4);
    const memory = await recall();
    expect(memory.turns.map(({ answer }) => answer)).toEqual(["seen"]);
    expect(memory.finished).toMatchObject([
      { key: parked.key, finishedAt: now + 1 },
      { key: noticed.key, finishedAt: now + 2, notice: "too_many" },
      { key: dropped.key, finishedAt: now + 3, notice: "daily_limit" },
      { key: done.key, finishedAt: now + 4 },
    ]);
  });

  test("a started fold is in the memory of the following turns, until another one starts", async ({
    chat: { turns, claim, delivered, recall },
  }) => {
    const begun = async (folding: { until: number; version: number }) => {
      const stored = await turns.answer(await claim(), answerWith("a"), storing);
      await turns.delivered(stored, { ...deliveredBy("reply"), folding });
    };
    await begun({ until: later, version: 3 });
    await delivered("a2");
    expect((await recall()).folding).toEqual({ until: later, version: 3 });
    await begun({ until: later + 1, version: 4 });
    expect((await recall()).folding).toEqual({ until: later + 1, version: 4 });
  });

  test("only the newest turns are read, up to the limit", async ({
    chat: { chats, chatId, delivered, recall },
  }) => {
    for (let n = 0; n < 6; n += 1) await delivered(`a${n}`);
    expect((await recall()).folding).toBeUndefined();
    const newest = await recall("9", 4);
    expect(newest.turns.map(({ answer }) => answer)).toEqual(["a2", "a3", "a4", "a5"]);
    expect([newest.isWhole, (await recall()).isWhole]).toEqual([false, true]);
    await chats.update(chatId, newest, { windowStart: newest.turns[1]!.key, expiresAt });
    expect((await recall("9", 4)).isWhole).toBe(true);
  });

  test("the conversation is recalled even after a flood and for a message that is replayed late", async ({
    chat: { turns, claim, delivered, recall },
  }) => {
    for (let n = 0; n < 3; n += 1) await delivered(`a${n}`);
    const late = await claim();
    for (let n = 0; n < 6; n += 1) await turns.drop(await claim(), now, total, "unsent");
    expect((await recall("9", 5)).turns.map(({ answer }) => answer)).toEqual(["a0", "a1", "a2"]);
    for (let n = 0; n < 6; n += 1) await delivered(`b${n}`);
    expect((await recall(late.key, 5)).turns.map(({ answer }) => answer)).toEqual(["a0", "a1", "a2"]);
  });

  test("an expired turn is not recalled, even if it is not deleted yet", async ({
    chat: { turns, claim, recall },
  }) => {
    const turn = await claim({ expiresAt: now / 1000 - 1 });
    const stored = await turns.answer(turn, answerWith("old"), storing);
    await turns.delivered(stored, deliveredBy("reply"));
    expect(await recall()).toMatchObject({ turns: [], finished: [] });
  });

  test("a repeated question is recalled with its last answer", async ({
    chat: { turns, claim, again, delivered, recall },
  }) => {
    const first = await delivered("a1");
    const turn = await claim();
    const repeats = repeatOf(first);
    const stored = await turns.answer(turn, answerWith("better", { repeats }), storing);
    expect(await again(turn, afterLease)).toMatchObject({ turn: { answer: { repeats } } });
    expect(stored).toMatchObject({ question: questionOf(1), messageId: "M1" });
    expect((await recall()).turns).toMatchObject([
      { question: questionOf(1), answer: "better", messageId: "M1" },
    ]);
  });

  test("a chat's memory has nothing of other chats", async ({
    chat: { chats, chatId, delivered, recall },
  }) => {
    await delivered("mine");
    const other = await chats.recall({ chatId: `${chatId}x`, key: "9", sequence: "" }, 50, now);
    expect(other).toMatchObject({ turns: [], finished: [], summary: "", version: 0 });
    expect((await recall("9", 2)).turns.map(({ answer }) => answer)).toEqual(["mine"]);
  });

  test("pages have all turns of a range, oldest first, whatever their status", async ({
    chat: { turns, chats, chatId, claim, delivered },
  }) => {
    const stored: Turn[] = [];
    for (let n = 1; n <= 6; n += 1) stored.push(await delivered(`a${n}`));
    const dropped = await claim();
    await turns.drop(dropped, now, total, "unsent");
    await delivered("a8");
    const from = stored[1]!.key;
    const found: (string | undefined)[] = [];
    for (let next: string | undefined = from; next !== undefined; ) {
      const page = await chats.page(chatId, next, dropped.key, now);
      found.push(...page.turns.map(({ past, status }) => past?.answer ?? status));
      next = page.next;
    }
    expect(found).toEqual(["a2", "a3", "a4", "a5", "a6", "dropped"]);
  });
}
