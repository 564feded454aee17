import { expect } from "vitest";
import { afterLease, answerWith, later, now, type TableTest, usage } from "./chat.ts";

/** What the model and the day have used. */
export function usages(test: TableTest) {
  test("the day's usage is found with the turns that carry it", async ({
    chat: { claim, delivered, recall },
  }) => {
    await claim();
    const first = await delivered("a1");
    expect((await recall()).usages).toEqual([usage]);
    // Also by a replayed message that comes before them.
    expect(await recall(first.key)).toMatchObject({ finished: [], usages: [usage] });
  });

  test("the tokens of a stored answer are known to the worker that delivers it", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    const used = { inputTokens: 5, cachedTokens: 4, outputTokens: 3 };
    await turns.answer(turn, answerWith("hello", { usage: used }), later);
    expect(await again(turn, afterLease)).toMatchObject({ turn: { answer: { usage: used } } });
  });

  test("tokens that are added to any item of a day count in the sum of that day only", async ({
    chat: { totals, chatId },
  }) => {
    const [day, tomorrow] = [`${chatId}-1`, `${chatId}-2`];
    expect(await totals.sum(day)).toBe(0);
    await Promise.all([0, 1, 1, 3].map((shard) => totals.add({ day, shard, tokens: 100 + shard, now })));
    await totals.add({ day: tomorrow, shard: 1, tokens: 7, now });
    expect(await totals.sum(day)).toBe(405);
    expect(await totals.sum(tomorrow)).toBe(7);
  });
}
