import { expect } from "vitest";
import { afterLease, answerWith, now, storing, type TableTest, usage } from "./chat.ts";

/** Token usage of an answer and of a day. */
export function usages(test: TableTest) {
  test("the day's usage is recalled with the turns that store it", async ({
    chat: { claim, delivered, recall },
  }) => {
    await claim();
    const first = await delivered("a1");
    expect((await recall()).usages).toEqual([usage]);
    // Also for a replayed message before them.
    expect(await recall(first.key)).toMatchObject({ finished: [], usages: [usage] });
  });

  test("a worker that delivers a stored answer knows its token usage", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    const used = { inputTokens: 5, cachedTokens: 4, outputTokens: 3, searches: { web: 1, files: 2 } };
    await turns.answer(turn, answerWith("hello", { usage: used }), storing);
    expect(await again(turn, afterLease)).toMatchObject({ turn: { answer: { usage: used } } });
  });

  test("tokens added to any item of a day are in the sum of that day only", async ({
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
