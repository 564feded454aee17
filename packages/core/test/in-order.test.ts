import { inOrder } from "@henji/core/queue/in-order";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seed } from "./seed.ts";

fc.configureGlobal({ seed });

type Item = { chat: string; n: number };

/** Runs a batch in which the items of `poison` fail; returns what was done, left and released. */
async function run(items: Item[], poison: Set<Item>) {
  const handled: Item[] = [];
  const released: Item[] = [];
  const left = await inOrder(
    items,
    ({ chat }) => chat,
    async (item) => {
      handled.push(item);
      await Promise.resolve();
      return poison.has(item) ? "stop" : "next";
    },
    async ({ untouched }) => void released.push(...untouched),
  );
  return { handled, released, left };
}

test("a failed message holds back only its own chat", async () => {
  const [a1, b1, a2, b2, a3] = [
    { chat: "a", n: 1 },
    { chat: "b", n: 1 },
    { chat: "a", n: 2 },
    { chat: "b", n: 2 },
    { chat: "a", n: 3 },
  ];
  const { handled, released, left } = await run([a1, b1, a2, b2, a3], new Set([a2]));
  expect(handled.filter(({ chat }) => chat === "b")).toEqual([b1, b2]);
  expect(handled).not.toContain(a3);
  expect(left).toEqual([a2, a3]);
  expect(released).toEqual([a3]);
});

test("chats run side by side: a slow one does not delay others", async () => {
  const slow = Promise.withResolvers<void>();
  const done: string[] = [];
  const batch = inOrder(
    ["slow", "fast", "fast"],
    (chat) => chat,
    async (chat) => {
      if (chat === "slow") await slow.promise;
      done.push(chat);
      return "next";
    },
    async () => {},
  );
  await expect.poll(() => done).toEqual(["fast", "fast"]);
  slow.resolve();
  expect(await batch).toEqual([]);
});

test("in any batch, each chat is handled in order up to its first failure, and the rest comes back in order", async () => {
  const batch = fc.array(
    fc.record({ chat: fc.constantFrom("a", "b", "c"), n: fc.nat(), fails: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(batch, async (items) => {
      const { handled, left } = await run(items, new Set(items.filter(({ fails }) => fails)));
      for (const chat of ["a", "b", "c"]) {
        const mine = items.filter((item) => item.chat === chat);
        const stop = mine.findIndex(({ fails }) => fails);
        const done = stop === -1 ? mine : mine.slice(0, stop + 1);
        expect(handled.filter((item) => item.chat === chat)).toEqual(done);
        expect(left.filter((item) => item.chat === chat)).toEqual(stop === -1 ? [] : mine.slice(stop));
      }
    }),
  );
});
