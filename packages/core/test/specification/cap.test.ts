import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { tokenCap } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

// The stand-in model takes 40 tokens for a question without a past.
const QUESTION = 40;
const { dailyLimit } = ownBot.texts.en;
const knownEverywhereMs = tokenCap.addEveryMs + tokenCap.readEveryMs;

const capped = (totalDailyTokens: number) =>
  defineBot({ ...plainBot, limits: { ...ownBot.limits, totalDailyTokens } });

let world: World;
/** Calls to the day's items. */
let calls: string[];
let users: number;

function open(totalDailyTokens: number): void {
  world = createWorld({ bot: capped(totalDailyTokens) });
  calls = [];
  users = 0;
  const { totals } = world.table;
  const { add, sum } = totals;
  totals.add = (addition) => {
    calls.push(`add ${addition.tokens}`);
    return add(addition);
  };
  totals.sum = (day) => {
    calls.push("sum");
    return sum(day);
  };
}
beforeEach(() => open(3 * QUESTION));

/** A new user's first message, handled by this process. */
async function ask(worker: ReturnType<World["worker"]>, forMs = 1_000): Promise<string> {
  users += 1;
  world.say(`U${users}`, `hello ${users}`);
  await world.run(worker, forMs);
  return world.sent().at(-1)!;
}
const pass = (ms: number) => world.scheduler.run(world.scheduler.now() + ms, () => false);

test("when all users together have used the day's tokens, each is told once, and the model is not asked", async () => {
  const worker = world.worker();
  for (let n = 1; n <= 3; n += 1) expect(await ask(worker)).toBe(`U${n} reply: You said: hello ${n}`);
  expect(await ask(worker)).toBe(`U4 reply: ${dailyLimit}`);
  for (const userId of ["U4", "U1", "U1"]) {
    world.say(userId, "again");
    await world.run(worker, 1_000);
  }
  expect(world.sent().slice(3)).toEqual([`U4 reply: ${dailyLimit}`, `U1 reply: ${dailyLimit}`]);
  expect(world.asked).toHaveLength(3);
  expect(world.lines.filter((line) => line === "bot.token_cap_reached")).toHaveLength(1);
});

test("past the cap, what costs no tokens still works; on the next day everything does", async () => {
  const worker = world.worker();
  for (let n = 1; n <= 3; n += 1) await ask(worker);
  world.say("U1", "/help");
  await world.run(worker, 1_000);
  expect(world.sent().at(-1)).toContain(ownBot.texts.en.help);
  world.say("U1", "/retry");
  await world.run(worker, 1_000);
  expect(world.sent().at(-1)).toBe(`U1 reply: ${dailyLimit}`);
  await pass(7 * 60 * 60_000);
  expect(await ask(worker)).toBe("U4 reply: You said: hello 4");
});

test("a process that has just started includes what the others have used", async () => {
  for (let n = 1; n <= 3; n += 1) await ask(world.worker());
  expect(await ask(world.worker())).toBe(`U4 reply: ${dailyLimit}`);
});

test("a running process includes what the others have used after both intervals have passed", async () => {
  open(3 * QUESTION);
  const [busy, other] = [world.worker(), world.worker()];
  await ask(other, 100);
  await ask(busy, 100);
  const crossedAt = world.scheduler.now();
  await ask(busy, 100);
  // Its last read was a moment ago.
  expect(await ask(other, 100)).toContain("You said");
  await pass(crossedAt + knownEverywhereMs - world.scheduler.now());
  expect(await ask(other)).toContain(dailyLimit);
});

test("what a process uses is in the table before its batch ends", async () => {
  const worker = world.worker();
  await ask(worker);
  expect(calls).toEqual(["sum", `add ${QUESTION}`]);
});

test("a busy process reads and adds at intervals, not with every answer", async () => {
  open(1_000_000);
  const worker = world.worker();
  for (let n = 0; n < 10; n += 1) world.say(`U${n}`, "hello");
  await world.run(worker, 1_000);
  expect(calls).toEqual(["sum", `add ${10 * QUESTION}`]);
  for (let n = 0; n < 5; n += 1) await ask(worker);
  expect(calls.filter((call) => call === "sum")).toHaveLength(1);
});

test("a process that cannot read the day's sum asks nothing and parks nothing until it can", async () => {
  const { totals } = world.table;
  const { sum } = totals;
  totals.sum = async () => {
    throw new BotError("table.unavailable", "DynamoDB: TimeoutError", { retry: "later" });
  };
  const worker = world.worker();
  world.say("U1", "hello");
  await world.run(worker, 1_000);
  expect(world.asked).toEqual([]);
  totals.sum = sum;
  await pass(10_000);
  await world.run(worker, 1_000);
  expect(world.sent()).toEqual(["U1 reply: You said: hello"]);
});

test("tokens that could not be added are added later", async () => {
  const { totals } = world.table;
  const { add } = totals;
  totals.add = async () => {
    throw new BotError("table.unavailable", "DynamoDB: TimeoutError", { retry: "later" });
  };
  const worker = world.worker();
  await ask(worker);
  const line = world.printed.find((entry) => entry.includes("bot.tokens_not_added"));
  expect(JSON.parse(line!)).toMatchObject({ day: "2027-01-15", code: "table.unavailable" });
  totals.add = add;
  await ask(worker);
  expect(calls).toContain(`add ${2 * QUESTION}`);
});

test("without a cap nothing is read or added", async () => {
  world = createWorld();
  const { totals } = world.table;
  const refuse = () => Promise.reject(new Error("not without a cap"));
  Object.assign(totals, { sum: refuse, add: refuse });
  expect(await ask(world.worker())).toContain("You said");
});
