import { questionIn } from "@henji/core/decide/addressed";
import { textContent } from "@henji/core/platform/content";
import type { Overheard } from "@henji/core/platform/platform";
import type { FinishedTurn } from "@henji/core/turn/past";
import { expect, test } from "vitest";

const overheard: Overheard = {
  ...{ kind: "overheard", eventId: "E1", at: 0, type: "message", messageId: "M1", senderId: "U1" },
  chat: { type: "group", id: "C1" },
  content: textContent("and then?"),
};

/** The chat's finished turns, and how often they were read. */
function chatWith(finished: readonly Partial<FinishedTurn>[]) {
  let reads = 0;
  const ask = (follows: boolean | undefined) =>
    questionIn(
      {
        overheard: { ...overheard, ...(follows !== undefined && { follows }) },
        platform: { botName: async () => undefined },
        async recall() {
          reads += 1;
          return { turns: [], recent: [], finished: finished as readonly FinishedTurn[] };
        },
      },
      { groups: { words: [], overheard: 0 } },
    );
  return { ask, reads: () => reads };
}

test("in a conversation that follows the bot, a message is for it once it has spoken there", async () => {
  const { ask } = chatWith([{ key: "1" }]);
  expect(await ask(true)).toMatchObject({ kind: "question", content: overheard.content });
  expect(await ask(false)).toBeUndefined();
  expect(await chatWith([]).ask(true)).toBeUndefined();
});

test("only what follows reads the memory", async () => {
  const { ask, reads } = chatWith([{ key: "1" }]);
  await ask(undefined);
  expect(reads()).toBe(0);
  await ask(true);
  expect(reads()).toBe(1);
});
