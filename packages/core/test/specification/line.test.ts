import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import type { Model } from "@henji/core/model/model";
import { createLine, type Line } from "@henji/core/platform/line/api";
import { breakerOpenMs, replyTokenFreshMs } from "@henji/core/settings";
import { createMemoryLine, createMemoryModel, type Refusal } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

/** A LINE that answers every request with this error. */
function answering(status: number, message: string): Line {
  const headers = new Headers({ "x-line-request-id": "r1" });
  // A real Response would read its body in real time.
  const response = { ok: false, status, headers, text: async () => JSON.stringify({ message }) } as Response;
  const fetch = async () => response;
  return createLine({ channelAccessToken: "token", clock: world.scheduler, fetch });
}

const reasons = () => world.queue.deadLetters.messages().map(({ reason }) => reason);

test.each([
  ["'my secret' is not allowed", "LINE /v2/bot/message/push answered 400"],
  [
    "The request body has 2 error(s)",
    'LINE /v2/bot/message/push answered 400 "The request body has 2 error(s)"',
  ],
  ["Failed to send messages", 'LINE /v2/bot/message/push answered 400 "Failed to send messages"'],
  ["The request body has my secret error(s)", "LINE /v2/bot/message/push answered 400"],
  ["My secret: The request body has 2 error(s)", "LINE /v2/bot/message/push answered 400"],
  ["The request body has 2 error(s) in my secret", "LINE /v2/bot/message/push answered 400"],
])(
  "of LINE's error messages, which may quote a user, only constant ones are kept: %s",
  async (message, reason) => {
    world.say("U1", "Hello");
    expect(await world.run(world.worker({ line: answering(400, message) }), 5_000)).toEqual([]);
    expect(reasons()).toMatchObject([{ code: "line.rejected", reason }]);
    expect(world.logged("job.parked")).toMatchObject([{ requestId: "r1" }]);
    expect(world.printed.join()).not.toContain("secret");
  },
);

test("an answer that may have arrived is not pushed when an operator moves it back", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  const lossy: Line = {
    ...line,
    async reply(token, messages) {
      await line.reply(token, messages);
      return answering(500, "").reply(token, messages);
    },
  };
  while (world.queue.main.messages().length > 0) await world.run(world.worker({ line: lossy }), 10_000);
  expect(reasons()).toMatchObject([{ code: "line.unavailable" }]);
  for (let moves = 0; moves < 2; moves += 1) {
    world.moveBack();
    await world.settle();
    expect(reasons()).toMatchObject([{ code: "delivery.unclear" }]);
  }
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
});

/** LINE with a channel that is `dead` until `mend` is called. */
function channel(dead: "unauthorized" | "quota") {
  let refusal: Refusal | undefined = dead;
  const { line, giveToken } = createMemoryLine({
    clock: world.scheduler,
    refuses: (operation) => (dead === "unauthorized" || operation !== "line.reply" ? refusal : undefined),
  });
  const mend = () => {
    refusal = undefined;
  };
  return { line, giveToken, mend };
}

test.each(["reply", "push"])(
  "while the channel access token is invalid, the model is asked once (%s)",
  async (delivery) => {
    world = createWorld({ bot: defineBot({ ...plainBot, delivery: delivery === "push" ? "push" : "auto" }) });
    const { line, mend } = channel("unauthorized");
    const worker = world.worker({ line });
    for (let message = 0; message < 12; message += 1) {
      world.say("U1", `Hello ${message}`);
      await world.run(worker, 20_000);
    }
    expect(world.asked).toEqual(["Hello 0"]);
    expect(reasons().map((reason) => reason?.code)).toEqual(Array(12).fill("line.unauthorized"));
    expect(world.lines.filter((name) => name === "line.breaker_opened")).toHaveLength(1);

    mend();
    await world.scheduler.run(world.scheduler.now() + breakerOpenMs, () => false);
    world.say("U1", "Are you back?");
    world.moveBack();
    for (let tries = 0; tries < 20; tries += 1) await world.run(worker, 5_000);
    expect(world.queue.deadLetters.messages()).toEqual([]);
    expect(world.asked).toHaveLength(13);
  },
);

test("a 401 of the model is not tried once more if LINE has refused the channel meanwhile", async () => {
  const calls: string[] = [];
  const unauthorized = createMemoryModel({ behave: () => "unauthorized" });
  const slowlyRefusing: Model = {
    async ask(context, options) {
      const question = context.input.at(-1)!.content;
      calls.push(question);
      if (question === "Hello") return createMemoryModel().ask(context, options);
      await world.scheduler.sleep(5_000);
      return unauthorized.ask(context, options);
    },
  };
  const clock = world.scheduler;
  const model = withBreaker(slowlyRefusing, { clock, log: createLog({ write: () => {} }) });
  world.say("U1", "Hello");
  world.say("U2", "Think hard");
  await world.run(world.worker({ model, line: channel("unauthorized").line }), 10_000);
  expect(calls).toEqual(["Hello", "Think hard"]);
  expect(reasons().map((reason) => reason?.code)).toEqual(["line.unauthorized", "line.unauthorized"]);
});

test("while the quota is used up, what comes too late for a reply waits for the next one, and nothing is parked", async () => {
  const { line, giveToken, mend } = channel("quota");
  const worker = world.worker({ line });
  async function ask(text: string, isLate: boolean) {
    giveToken(`token ${world.say("U1", text)}`, "U1", 60_000);
    if (isLate) await world.scheduler.run(world.scheduler.now() + replyTokenFreshMs, () => false);
    await world.run(worker, 5_000);
  }
  await ask("late", true);
  await ask("soon", false);
  await ask("late too", true);
  await ask("soon too", false);
  expect(world.asked).toEqual(["late", "soon", "late too", "soon too"]);
  expect(reasons()).toEqual([]);
  expect(world.logged("turn.waiting")).toMatchObject([{ reminded: false }, { reminded: false }]);
  expect(world.queue.main.messages()).toEqual([]);

  mend();
  await world.scheduler.run(world.scheduler.now() + breakerOpenMs, () => false);
  await ask("late again", true);
  expect(world.asked.at(-1)).toBe("late again");
});

test("no apology is sent while LINE is known to refuse the channel", async () => {
  const { line } = channel("unauthorized");
  let calls = 0;
  const worker = world.worker({
    line: {
      ...line,
      reply: (...request) => {
        calls += 1;
        return line.reply(...request);
      },
      push: (...request) => {
        calls += 1;
        return line.push(...request);
      },
    },
  });
  for (let message = 0; message < 3; message += 1) {
    world.say("U1", "Hello");
    await world.run(worker, 5_000);
  }
  expect(calls).toBe(1);
});

test("if LINE cannot be asked for its quota, the message is retried", async () => {
  const { line } = channel("unauthorized");
  const worker = world.worker({
    line: {
      ...line,
      quota: () => Promise.reject(new BotError("line.unavailable", "LINE answered 500", { retry: "never" })),
    },
  });
  world.say("U1", "Hello");
  await world.run(worker, 5_000);
  await world.scheduler.run(world.scheduler.now() + breakerOpenMs, () => false);
  world.say("U1", "Are you back?");
  await world.run(worker, 1_000);
  expect(world.asked).toEqual(["Hello"]);
  const waiting = world.printed.map((entry) => JSON.parse(entry)).find(({ name }) => name === "job.retry");
  expect(waiting).toMatchObject({
    code: "line.quota_unknown",
    reason: "LINE did not say whether it would take anything: LINE answered 500",
  });
  expect(reasons()).toHaveLength(1);
});
