import { BotError } from "@henji/core/error";
import type { Line } from "@henji/core/platform/line/api";
import { hold, replyTokenFreshMs } from "@henji/core/settings";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { en, slowIn, slowly, thinking } from "./slow.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const latencyMs = 55_000;
const { worker, pass, thinkHard, tap } = slowIn(
  () => world,
  () => latencyMs,
);

/** The same line whose process dies as it is about to send this, or after it was sent. */
function dying(when: "before" | "after", text: string): Line {
  const { line } = world.line;
  return {
    ...line,
    async reply(token, messages) {
      if (!JSON.stringify(messages).includes(text)) return line.reply(token, messages);
      if (when === "after") await line.reply(token, messages);
      return new Promise<never>(() => {});
    },
  };
}

describe("whatever dies, the answer comes once:", () => {
  const pushed = "U1 push: You said: Think hard";

  test("before it is said that it takes long", async () => {
    world.say("U1", "Think hard");
    await world.crash(worker(dying("before", en.stillThinking)), 45_000);
    await world.run(worker(), latencyMs + 5_000);
    // The token may be used, so nobody knows of a button.
    expect(world.sent()).toEqual([]);
    await world.talk("U1", "Hello?");
    expect(world.line.sent.map(({ messages }) => messages[0]?.text)).toEqual(["You said: Think hard"]);
  });

  test.each(["put", "wait"] as const)("around the moment from which it waits (%s)", async (call) => {
    const stuck = () => new Promise<never>(() => {});
    const { reminders } = world.queue;
    const { put } = reminders;
    const { wait } = world.turns;
    if (call === "put") reminders.put = stuck;
    else world.turns.wait = stuck;
    world.say("U1", "Think hard");
    await world.crash(worker(), latencyMs + 1_000);
    Object.assign(reminders, { put });
    Object.assign(world.turns, { wait });
    await world.run(worker(), 5_000);
    expect(world.asked).toEqual(["Think hard"]);
    await pass(ownBot.slow.pushAfterS * 1000);
    await world.settle();
    expect(world.sent()).toEqual([thinking, pushed]);
  });

  test.each(["before", "after"] as const)("%s a tap's reply", async (when) => {
    await thinkHard();
    const line = dying(when, "Think hard");
    await tap(line);
    await world.crash(worker(line));
    await world.settle();
    await pass(ownBot.slow.pushAfterS * 1000);
    await world.settle();
    expect(world.sent()).toEqual([thinking, slowly]);
  });

  test("between a reply and the mark of what it has brought", async () => {
    await thinkHard();
    const { shown } = world.turns;
    world.turns.shown = () => new Promise<never>(() => {});
    world.say("U1", "And now?");
    await world.crash(world.worker());
    Object.assign(world.turns, { shown });
    await world.settle();
    await pass(ownBot.slow.pushAfterS * 1000);
    await world.settle();
    expect(world.sent()).toEqual([thinking, slowly]);
  });

  test("if its carrier is given up on before anything was sent, it waits again", async () => {
    await thinkHard();
    const refuse = () =>
      Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
    const refusing: Line = { ...world.line.line, reply: refuse, push: refuse };
    world.say("U1", "And now?");
    await world.run(world.worker({ line: refusing }), 5_000);
    expect(world.lines).toContain("job.parked");
    await pass(ownBot.slow.pushAfterS * 1000);
    await world.settle();
    expect(world.newest()).toBe(pushed);
    // An operator brings the carrier back: it has only its own answer left.
    world.moveBack();
    await world.settle();
    expect(world.line.sent.at(-1)?.messages.map(({ text }) => text)).toEqual(["You said: And now?"]);
  });

  test("if its carrier is unsent before anything was sent, it waits again", async () => {
    await thinkHard();
    const line = dying("before", "And now?");
    const id = world.say("U1", "And now?");
    const dyingWorker = world.worker({ line });
    await world.run(dyingWorker, 100);
    world.unsend("U1", id);
    dyingWorker.kill();
    await pass(hold.forS * 1000 + 1);
    await world.settle();
    await pass(ownBot.slow.pushAfterS * 1000);
    await world.settle();
    expect(world.sent().filter((text) => text.includes("Think hard"))).toHaveLength(1);
  });

  test("if its reminder comes back in front of the job of its carrier, which an operator has brought back", async () => {
    await thinkHard();
    const unknown = new BotError("line.unavailable", "LINE 500", { retry: "later", outcome: "unknown" });
    const unheard: Line = { ...world.line.line, push: () => Promise.reject(unknown) };
    world.say("U1", "And now?");
    await pass(replyTokenFreshMs);
    while (!world.lines.includes("job.parked")) await world.run(world.worker({ line: unheard }), 10_000);
    await pass(ownBot.slow.pushAfterS * 1000);
    world.moveBack();
    const { inbox } = world.queue;
    const { delete: remove } = inbox;
    // The reminder is done with as long as the carrier is given up on; and SQS has not heard of it.
    inbox.delete = async () => [];
    await world.run(worker(unheard), 3_000);
    Object.assign(inbox, { delete: remove });
    expect(world.queue.main.messages()).toHaveLength(2);
    const until = world.scheduler.now() + 120_000;
    while (world.scheduler.now() < until) await world.run(world.worker(), 1_000);
    expect(world.sent().filter((text) => text.includes("Think hard"))).toHaveLength(1);
    expect(world.queue.main.messages()).toEqual([]);
    expect(world.queue.deadLetters.messages()).toEqual([]);
    // Should the carrier let it go after all.
    expect(world.queue.pending()).toBe(1);
    await pass(24 * 60 * 60_000);
    expect(world.queue.pending()).toBe(0);
  });
});
