import { expect } from "vitest";
import {
  afterLease,
  answerWith,
  claimed,
  failure,
  givenUp,
  noticeWith,
  now,
  storing,
  type TableTest,
  total,
  usage,
} from "./chat.ts";

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

  const media = { pictures: 0, files: 0, voiceSeconds: 7 };
  const spent = { inputTokens: 5, cachedTokens: 4, outputTokens: 3, searches: { web: 1, files: 0 }, media };

  test("what failed attempts have taken is known to the next, until it is part of the answer", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = { ...(await claim()), spent };
    await turns.release(turn, failure("model.unavailable"));
    const next = claimed(await again(turn));
    expect(next.spent).toEqual(spent);
    expect((await turns.answer(next, noticeWith("help", "help"), storing)).spent).toEqual(spent);
    expect((await turns.answer(next, answerWith("hello"), storing)).spent).toBeUndefined();
  });

  test.for(["claimed", "answered"] as const)(
    "what a question has taken is no more its own once it was given up on, %s",
    async (status, { chat: { turns, claim, again, recall } }) => {
      const turn = { ...(await claim()), spent };
      const { media: heard, ...tokens } = spent;
      const answer = answerWith("hello", { usage: tokens, media: heard });
      const last = status === "claimed" ? turn : await turns.answer(turn, answer, storing);
      await turns.park(last, givenUp("line.rejected", { total }));
      expect((await recall()).usages).toEqual([usage]);
      const back = claimed(await again(turn, { ...afterLease, replay: { id: "one", force: false } }));
      expect(back.spent).toBeUndefined();
      const none = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
      if (back.status === "answered") expect(back.answer).toMatchObject({ usage: none });
      if (back.status === "answered") expect(back.answer).not.toHaveProperty("media");
      expect(back.status).toBe(status);
    },
  );

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
