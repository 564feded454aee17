import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { createNotices } from "@henji/core/reply/notice";
import { createThinking } from "@henji/core/reply/thinking";
import { deadlines, thinkingBeforeMs } from "@henji/core/settings";
import type { Turn } from "@henji/core/turn/turn";
import { beforeEach, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { held, platformWith } from "./held.ts";
import { answered, claimed } from "./turns.ts";

const start = 1_800_000_000_000;
const until = start + 50_000;
let now: number;
let done: string[];
let refused: BotError | undefined;
beforeEach(() => {
  [now, done, refused] = [start, [], undefined];
});

type Asked = {
  turn?: Turn;
  delivery?: typeof bot.delivery;
  replyUntil?: number | undefined;
  told?: number | undefined;
  deadline?: number;
};

function lateFor({
  turn = claimed(),
  delivery = "auto",
  told,
  deadline = start + 900_000,
  ...asked
}: Asked = {}) {
  const platform = platformWith({
    replyUntil: () => ("replyUntil" in asked ? asked.replyUntil : until),
    async sendOnce({ route }) {
      done.push(`sent by ${route}`);
      return { sentIds: ["m1"] };
    },
  });
  const late = createThinking({
    bot: { delivery },
    notices: createNotices(bot),
    turns: {
      told: async (_turn, ids) => void done.push(`kept ${ids}`),
      async spend() {
        done.push("recorded");
        if (refused) throw refused;
      },
    },
    clock: { now: () => now, timeout: () => new AbortController().signal },
  });
  const log = createLog({ write: (line) => void done.push(JSON.parse(line).name) });
  const thinking = { at: told };
  return late({ turn, platform, job: held().job, thinking, log, language: "en", deadline });
}

test("it is recorded before it is said, once, with the free reply", async () => {
  const late = lateFor();
  expect(late?.at).toBe(until - thinkingBeforeMs);
  now = late!.at;
  await late?.say();
  expect(done).toEqual(["recorded", "sent by reply", "thinking.said"]);
});

test("in a group its ids are kept, so that members may quote it", async () => {
  await lateFor({ turn: claimed({ chatId: "C1" }) })?.say();
  expect(done).toEqual(["recorded", "sent by reply", "thinking.said", "kept m1"]);
});

test("what could not be recorded is not said", async () => {
  refused = new BotError("turn.lost", "Another worker has it", { retry: "later" });
  await lateFor()?.say();
  expect(done).toEqual(["recorded", "thinking.not_said"]);
});

test.each<[string, Asked]>([
  ["by a bot that pushes", { delivery: "push" }],
  ["where nothing can be replied", { replyUntil: undefined }],
  ["twice", { told: start }],
  ["of an answer that is stored", { turn: answered() }],
  ["when the reply is no longer good for as long as that takes", { replyUntil: start + 6_000 }],
  [
    "when the invocation has no time for it and for what follows",
    { deadline: start + deadlines.reserveMs + 6_000 },
  ],
])("it is not said %s", (_, asked) => {
  expect(lateFor(asked)).toBeUndefined();
});

test("whoever comes late from the queue is told as soon as the answer does not come at once, and not too late", () => {
  now = until - 12_000;
  expect(lateFor()?.at).toBe(until - 6_500);
  now = until - 9_000;
  expect(lateFor()?.at).toBe(until - 6_500);
  now = until - 20_000;
  expect(lateFor()?.at).toBe(until - thinkingBeforeMs);
});

test("a timer that fires too late says nothing", async () => {
  const late = lateFor();
  now = until - 6_000;
  await late?.say();
  expect(done).toEqual([]);
});
