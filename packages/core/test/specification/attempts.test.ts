import { replayOf } from "@henji/core/dead-letter/replay";
import { BotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import { textContent } from "@henji/core/platform/content";
import { maxEventAgeMs, replyTokenFreshMs, retry, retryKeyGoodMs, worker } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const never: Model = { ask: () => new Promise(() => {}) };

async function dies(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await world.crash(world.worker({ model: never }));
}

test("a message that another worker holds comes back when that lease has expired", async () => {
  world.say("U1", "Hello");
  await world.turns.claim({
    ...{ chatId: "U1", key: `${start}#E1`, sequence: "1", eventId: "E1", question: textContent("Hello") },
    ...{ messageId: "1", senderId: "U1", owner: "another", now: start, leaseUntil: start + 7_500 },
    ...{ expiresAt: start, replay: undefined },
  });
  expect(await world.run(world.worker(), 1_000)).toHaveLength(1);
  expect(world.logged("turn.held")).toMatchObject([{ eventId: "E1" }]);
  expect(world.asked).toEqual([]);
  await world.scheduler.run(start + 7_999, () => false);
  expect(world.queue.receive(1)).toEqual([]);
  await world.scheduler.run(start + 8_000, () => false);
  expect(world.queue.receive(1)).toHaveLength(1);
});

test("the last attempt is made; if it crashes too, the message is parked without asking the model", async () => {
  world.say("U1", "Hello");
  await dies(retry.maxAttempts - 1);
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  expect(world.asked).toEqual(["Hello"]);
  world.say("U2", "Hello");
  await dies(retry.maxAttempts);
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  expect(world.asked).toHaveLength(1);
  expect(world.queue.deadLetters.messages()).toMatchObject([{ reason: { code: "worker.crashed" } }]);
});

test("after two crashes with several chats in the batch, each message is isolated", async () => {
  world.say("U1", "Hello");
  world.say("U2", "Hello");
  await dies(2);
  expect(await world.run(world.worker(), 1_000)).toHaveLength(2);
  expect(world.logged("turn.isolated")).toMatchObject([{ crashes: 2 }, { crashes: 2 }]);
  expect(world.asked).toEqual([]);
  const [first] = world.queue.receive(1);
  await world.worker()([first!], world.scheduler.now() + worker.timeoutS * 1000);
  expect(world.asked).toHaveLength(1);
});

test("a push that may have been accepted is not repeated after its retry key has expired", async () => {
  const { line } = world.line;
  const lossy: typeof line = {
    ...line,
    async push(...send) {
      await line.push(...send);
      throw new BotError("line.timeout", "LINE did not answer", { retry: "later", outcome: "unknown" });
    },
  };
  world.say("U1", "Hello");
  await world.scheduler.run(start + replyTokenFreshMs, () => false);
  expect(await world.run(world.worker({ line: lossy }), 1_000)).toHaveLength(1);
  await world.scheduler.run(world.scheduler.now() + retryKeyGoodMs, () => false);
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  expect(world.queue.deadLetters.messages()).toMatchObject([{ reason: { code: "delivery.unclear" } }]);
  expect(world.sent()).toEqual(["U1 push: You said: Hello"]);
});

test("the log has the attempt, the past turns and whether an answer was resumed", async () => {
  await world.talk("U1", "Hello");
  world.say("U1", "Are you there?");
  const dying = { ...world.line.line, reply: () => new Promise<never>(() => {}) };
  await world.crash(world.worker({ line: dying }));
  await world.run(world.worker(), 1_000);
  expect(world.logged("turn.claimed")).toMatchObject([
    { attempts: 1, turns: 0, ms: 0 },
    { attempts: 1, turns: 1, ms: 0 },
    { attempts: 2, turns: 1, ms: 0 },
  ]);
  expect(world.logged("turn.delivered")).toMatchObject([{ resumed: false }, { resumed: true }]);
});

test("a replayed message is answered, however old it is; a late duplicate is not", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: createMemoryModel({ behave: () => "rejected" }) }), 1_000);
  const [letter] = world.queue.deadLetters.messages();
  await world.scheduler.run(start + maxEventAgeMs + 1, () => false);
  const again = (deduplicationId: string, body: string) =>
    world.queue.main.send({ chatId: "U1", deduplicationId, body });
  again("duplicate", letter!.body);
  await world.settle();
  expect(world.lines.at(-1)).toBe("event.too_old");
  again("replay", replayOf(letter!, "1").body);
  await world.settle();
  expect(world.newest()).toBe("U1 push: You said: Hello");
});
