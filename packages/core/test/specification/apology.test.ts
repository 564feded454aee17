import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { type Caused, causeChannel } from "@henji/core/log";
import type { Line } from "@henji/core/platform/line/api";
import { replyTokenFreshMs } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const broken = () => createMemoryModel({ behave: () => "rejected" });
const letters = () => world.queue.deadLetters.messages();
const pushes = () => world.line.sent.filter(({ by }) => by === "push").length;

test("the apology has a button that asks the question again", async () => {
  world.say("U1", "How tall is Mt. Fuji?");
  world.say("U2", "富士山の高さは？");
  await world.run(world.worker({ model: broken() }), 1_000);
  expect(world.sent()).toEqual([
    `U1 reply: ${ownBot.texts.en.apology} [try again]`,
    `U2 reply: ${ownBot.texts.ja.apology} [もう一度答えて]`,
  ]);
  world.say("U1", "try again");
  await world.settle();
  expect(world.newest()).toBe("U1 reply: You said: How tall is Mt. Fuji?");
});

test("a replayed message is answered even if its apology was pushed", async () => {
  await parkLate("Hello");
  world.moveBack();
  await world.settle();
  expect(world.sent()).toEqual([
    `U1 push: ${ownBot.texts.en.apology} [try again]`,
    "U1 push: You said: Hello",
  ]);
});

test("an apology for a command is in the language of the question before it", async () => {
  await world.talk("U1", "富士山の高さは？");
  world.say("U1", "/retry");
  await world.run(world.worker({ model: broken() }), 1_000);
  expect(world.newest()).toBe(`U1 reply: ${ownBot.texts.ja.apology} [もう一度答えて]`);
});

test("without words for /retry an apology has no button", async () => {
  const commands = { ...ownBot.commands, retry: [] };
  world = createWorld({ bot: defineBot({ ...plainBot, commands }) });
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  expect(world.line.sent.map(({ messages }) => messages)).toEqual([
    [{ type: "text", text: ownBot.texts.en.apology }],
  ]);
});

test("while the reply token is fresh, each message gets a free apology", async () => {
  for (let message = 0; message < 3; message += 1) {
    world.say("U1", "Hello");
    await world.run(world.worker({ model: broken() }), 1_000);
  }
  expect(world.line.sent.map(({ by }) => by)).toEqual(["reply", "reply", "reply"]);
});

/** A message whose reply token has expired, and which is parked at once. */
async function parkLate(text: string): Promise<void> {
  world.say("U1", text);
  await world.scheduler.run(world.scheduler.now() + replyTokenFreshMs, () => false);
  await world.run(world.worker({ model: broken() }), 1_000);
}

test("after a pushed apology, replied ones are still sent, and none is pushed for an hour", async () => {
  await parkLate("Hello");
  world.say("U1", "Hello again");
  await world.run(world.worker({ model: broken() }), 1_000);
  await parkLate("Are you there?");
  expect(letters()).toHaveLength(3);
  expect(world.line.sent.map(({ by }) => by)).toEqual(["push", "reply"]);
});

/** All waiting messages are parked after five attempts, when their reply tokens have expired. */
async function outage(): Promise<void> {
  const model = createMemoryModel({ behave: () => "unavailable" });
  while (world.queue.main.messages().length > 0) await world.run(world.worker({ model }), 1_000);
}

test("an outage costs a chat one pushed apology an hour", async () => {
  for (let message = 0; message < 10; message += 1) {
    const nextAt = world.scheduler.now() + 600_000;
    world.say("U1", `Hello ${message}`);
    await outage();
    await world.scheduler.run(nextAt, () => false);
  }
  expect(letters()).toHaveLength(10);
  expect(pushes()).toBe(2);
});

test("each chat gets an apology of its own", async () => {
  for (const userId of ["U1", "U2", "U3"]) world.say(userId, "Hello");
  await outage();
  expect(pushes()).toBe(3);
});

/** A LINE that refuses the first sends, which are the answer, and accepts later ones. */
function refusingFirst(sends: number): Line {
  const { line } = world.line;
  let left = sends;
  const refused = new BotError("line.rejected", "LINE answered 400", { retry: "never" });
  const refuse = () => {
    left -= 1;
    return left < 0 ? undefined : Promise.reject(refused);
  };
  return {
    ...line,
    reply: (...send) => refuse() ?? line.reply(...send),
    push: (...send) => refuse() ?? line.push(...send),
  };
}

test.each([
  ["pushed, after LINE has refused the answer as a reply and as a push", "auto", 2, "push"],
  ["replied, after LINE has refused the answer as a push: its token is unused", "push", 1, "reply"],
] as const)("an apology is %s", async (_, delivery, refusals, by) => {
  world = createWorld({ bot: defineBot({ ...plainBot, delivery }) });
  world.say("U1", "Hello");
  await world.run(world.worker({ line: refusingFirst(refusals) }), 1_000);
  expect(letters()).toHaveLength(1);
  expect(world.line.sent.map((sent) => sent.by)).toEqual([by]);
});

test("no apology is sent for an answer that may have arrived", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  let replies = 0;
  const lossy: typeof line = {
    ...line,
    async reply(token, messages) {
      replies += 1;
      await line.reply(token, messages);
      if (replies > 2) throw new BotError("line.unauthorized", "LINE answered 401", { retry: "never" });
      throw new BotError("line.timeout", "LINE did not answer", { retry: "later", outcome: "unknown" });
    },
  };
  for (let attempt = 0; attempt < 3; attempt += 1) await world.run(world.worker({ line: lossy }), 10_000);
  expect(world.lines).toContain("job.parked");
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
});

test.each<[string, Line["reply"], string]>([
  ["the token is invalid", async () => ({ outcome: "invalid_token" }) as never, "line.invalid_reply_token"],
  [
    "LINE is unavailable",
    () => Promise.reject(new BotError("line.unavailable", "LINE answered 500", { retry: "later" })),
    "line.unavailable",
  ],
])("an apology that cannot be sent is logged, and its message is not retried: %s", async (_, reply, code) => {
  world.say("U1", "Hello");
  const line = { ...world.line.line, reply };
  expect(await world.run(world.worker({ model: broken(), line }), 1_000)).toEqual([]);
  expect(letters()).toHaveLength(1);
  expect(world.logged("apology.not_sent")).toMatchObject([{ eventId: "E1", code }]);
  expect(world.sent()).toEqual([]);
});

test("the error behind an apology that was not sent is its own, not that of the message", async () => {
  const heard: Caused[] = [];
  const listen = (caused: unknown) => void heard.push(caused as Caused);
  causeChannel.subscribe(listen);
  world.say("U1", "Hello");
  const refusal = new BotError("line.unavailable", "LINE answered 500", { retry: "later" });
  const line = { ...world.line.line, reply: () => Promise.reject(refusal) };
  await world.run(world.worker({ model: broken(), line }), 1_000);
  causeChannel.unsubscribe(listen);
  const causeOf = (name: string) => heard.find(({ entry }) => entry.name === name)?.cause;
  expect(causeOf("job.parked")).toMatchObject({ code: "model.rejected" });
  expect(causeOf("apology.not_sent")).toBe(refusal);
});

test("an apology that was sent is not logged as apology.not_sent", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  expect(world.lines).not.toContain("apology.not_sent");
});
