import { createHmac } from "node:crypto";
import type { Context } from "@henji/core/context/context";
import { type Caused, causeChannel, type LogEntry, logChannel } from "@henji/core/log";
import type { AskOptions, Model } from "@henji/core/model/model";
import { retry } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { afterEach, beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, type World } from "./world.ts";

const aki = `U${"a1".repeat(16)}`;
const ben = `U${"b2".repeat(16)}`;

let world: World;
let log: LogEntry[];
let causes: unknown[];
const record = (entry: unknown) => void log.push(entry as LogEntry);
const recordCause = (caused: unknown) => void causes.push((caused as Caused).cause);

beforeEach(() => {
  world = createWorld();
  log = [];
  causes = [];
  logChannel.subscribe(record);
  causeChannel.subscribe(recordCause);
});
afterEach(() => {
  logChannel.unsubscribe(record);
  causeChannel.unsubscribe(recordCause);
});

/** All attempts, one after another. */
async function attempts(worker: () => ReturnType<World["worker"]>): Promise<void> {
  for (let n = 0; n < retry.maxAttempts; n += 1) {
    await world.run(worker(), 1_000);
    await world.scheduler.run(world.scheduler.now() + retry.maxDelayS * 1000, () => false);
  }
}

test("OpenAI gets no user id, only a keyed hash of it", async () => {
  const told: { context: Context; options: AskOptions }[] = [];
  const model: Model = {
    ask(context, options) {
      told.push({ context, options });
      return createMemoryModel().ask(context, options);
    },
  };
  for (const user of [aki, ben, aki]) {
    world.say(user, "Hello");
    await world.run(world.worker({ model }), 1_000);
  }
  const [first, other, again] = told.map(({ options }) => options);
  expect(first!.safetyIdentifier).toBe(createHmac("sha256", "secret").update(aki).digest("hex"));
  expect(again).toMatchObject({ safetyIdentifier: first!.safetyIdentifier, cacheKey: first!.cacheKey });
  expect(other!.safetyIdentifier).not.toBe(first!.safetyIdentifier);
  expect(other!.cacheKey).not.toBe(first!.cacheKey);
  for (const { context, options } of told) {
    const { signal, ...rest } = options;
    expect(JSON.stringify([context, rest])).not.toMatch(new RegExp(`${aki}|${ben}|token \\d`));
  }
});

test("what one user says is not part of another's conversation", async () => {
  for (const [user, text] of [
    [aki, "I am Aki, my word is marzipan"],
    [ben, "I am Ben"],
    [ben, "Who else is here?"],
    [aki, "Good night"],
  ] as const) {
    world.say(user, text);
    await world.settle();
  }
  const [, bens, bensSecond, akis] = world.contexts;
  expect(`${bens}${bensSecond}`).not.toContain("marzipan");
  expect(akis).toContain("marzipan");
  world.say(ben, "/export");
  await world.settle();
  expect(JSON.stringify(world.line.sent.at(-1))).toContain("Who else is here?");
  expect(JSON.stringify(world.line.sent.at(-1))).not.toContain("marzipan");
});

test.each([
  ["the model's error quotes it", "model"],
  ["LINE's error quotes it", "line"],
] as const)(
  "no log line, reason or message to a user contains what was said, even if %s",
  async (_, thrower) => {
    const said = "my secret diary";
    const throwing = () => Promise.reject(new Error(`400: ${said} by ${aki}, token 1`));
    const model: Model | undefined = thrower === "model" ? { ask: throwing } : undefined;
    const line = thrower === "line" ? { ...world.line.line, reply: throwing, push: throwing } : undefined;
    world.say(aki, said);
    await attempts(() => world.worker({ ...(model && { model }), ...(line && { line }) }));
    expect(log.map(({ name }) => name)).toContain("job.parked");

    // It is there for whoever watches in this process.
    expect(causes.at(-1)).toMatchObject({ cause: { message: expect.stringContaining(said) } });
    const parked = world.queue.deadLetters.messages().map(({ reason }) => reason);
    expect(parked).toHaveLength(1);
    for (const written of [...log, ...parked].map((entry) => JSON.stringify(entry)))
      expect(written).not.toMatch(new RegExp(`diary|${aki}|token 1|U[0-9a-f]{32}`));
    const heard = world.line.sent.flatMap(({ messages }) => messages.map(({ text }) => text));
    expect(heard.filter((text) => text !== ownBot.texts.en.apology)).toEqual([]);
  },
);

test("no log line contains what was said, answered, noted or erased, nor a user id", async () => {
  const secret = "marzipan";
  for (const text of [`My word is ${secret}`, "/memory", "/export", "/retry", "/help"]) {
    world.say(aki, text);
    await world.settle();
  }
  const id = world.say(aki, `And again: ${secret}`);
  await world.settle();
  world.unsend(aki, id);
  await world.settle();
  for (const text of ["/forget", "yes, forget it all"]) {
    world.say(aki, text);
    await world.settle();
  }
  world.unfollow(aki);
  await world.settle();
  expect(log.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "turn.claimed",
      "model.answered",
      "turn.delivered",
      "message.erased",
      "chat.erased",
    ]),
  );
  const lines = JSON.stringify(log);
  expect(lines).not.toMatch(new RegExp(`${secret}|${aki}|You said|token \\d|secret`));
  for (const entry of log) {
    for (const value of Object.values(entry)) expect(typeof value).not.toBe("object");
  }
});
