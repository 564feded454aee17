import { createHmac } from "node:crypto";
import { type Bot, defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { createIngress } from "@henji/core/ingress";
import { createLog } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import type { Model } from "@henji/core/model/model";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import { replyTokenFreshMs } from "@henji/core/settings";
import { type Behaviour, createMemoryModel, createMemoryQueue, createScheduler } from "@henji/simulation";
import ownBot from "../../../bot.config.ts";
import { createWorld, start } from "../../../packages/core/test/specification/world.ts";
import type { Line } from "./filter-pattern.ts";

/** By the log group that they go to. */
export type LogLines = { ingress: readonly Line[]; worker: readonly Line[] };

/** Lines that core writes, in everything that an operator watches for: the real ingress, the real worker. */
export async function realLogLines(): Promise<LogLines> {
  const worker = [
    ...(await answered()),
    ...(await folded()),
    ...(await parkedAfterRetries()),
    ...(await modelRefused()),
    ...(await lineRefused()),
    ...(await quotaLow()),
    ...(await rateLimited()),
    ...(await flooded()),
    ...(await capped()),
    ...(await isolated()),
    ...(await tooShort()),
  ];
  return { ingress: await webhooks(), worker };
}

async function webhooks(): Promise<Line[]> {
  const lines: Line[] = [];
  const ingress = createIngress({
    webhook: createLineWebhook({ channelSecret: "secret" }),
    ...{ queue: createMemoryQueue({ clock: createScheduler(start) }).sender, clock: createScheduler(start) },
    log: createLog({ write: (line) => lines.push(line) }),
  });
  const source = { type: "user", userId: "U1" };
  const events = [{ type: "message", webhookEventId: "E1", timestamp: start, source }];
  const body = JSON.stringify({ destination: "Ubot", events });
  for (const secret of ["secret", "another secret"]) {
    const signature = createHmac("sha256", secret).update(body).digest("base64");
    const headers = { "x-line-signature": signature };
    await ingress(new Request("https://henji.example/", { method: "POST", body, headers }));
  }
  return lines;
}

/** A reply, and a push because the reply token was no longer fresh. */
async function answered(): Promise<Line[]> {
  const world = createWorld();
  await world.talk("U1", "Hello");
  world.say("U1", "Are you there?");
  await world.scheduler.run(world.scheduler.now() + replyTokenFreshMs, () => false);
  await world.settle();
  return world.printed;
}

async function folded(): Promise<Line[]> {
  const memory = { ...ownBot.memory, highWaterTokens: 120, lowWaterTokens: 40, maxTokens: 200 };
  const world = createWorld({ bot: defineBot({ ...ownBot, memory }), summarizer: { answer: () => "notes" } });
  await world.talk("U1", ...Array.from({ length: 8 }, (_, n) => `question no. ${n}`));
  return world.printed;
}

async function parkedAfterRetries(): Promise<Line[]> {
  const world = createWorld();
  world.say("U1", "Hello");
  const worker = world.worker({ model: failing("unavailable") });
  while (world.queue.deadLetters.messages().length === 0) await world.run(worker, 60_000);
  return world.printed;
}

async function modelRefused(): Promise<Line[]> {
  const lines: Line[] = [];
  const world = createWorld();
  const log = createLog({ write: (line) => lines.push(line) });
  world.say("U1", "Hello");
  const model = withBreaker(failing("quota_exhausted"), { clock: world.scheduler, log });
  await world.run(world.worker({ model }), 1_000);
  return [...lines, ...world.printed];
}

async function rateLimited(): Promise<Line[]> {
  const world = createWorld();
  world.say("U1", "Hello");
  await world.run(world.worker({ model: failing("rate_limited_for_minutes") }), 1_000);
  return world.printed;
}

async function lineRefused(): Promise<Line[]> {
  const world = createWorld();
  const refuse = () =>
    Promise.reject(new BotError("line.unauthorized", "LINE answered 401", { retry: "never" }));
  world.say("U1", "Hello");
  const line = { ...world.line.line, reply: refuse, push: refuse, quota: refuse };
  await world.run(world.worker({ line }), 1_000);
  return world.printed;
}

/** A message comes too late for a reply, and the month has few pushes left. */
async function quotaLow(): Promise<Line[]> {
  const world = createWorld();
  world.say("U1", "Hello");
  await world.scheduler.run(world.scheduler.now() + replyTokenFreshMs, () => false);
  const line = { ...world.line.line, quota: async () => ({ limit: 200, used: 195 }) };
  await world.run(world.worker({ line }), 1_000);
  return world.printed;
}

const limited = (limits: Partial<Bot["limits"]>) =>
  createWorld({ bot: defineBot({ ...ownBot, limits: { ...ownBot.limits, ...limits } }) });

async function flooded(): Promise<Line[]> {
  const world = limited({ maxUnanswered: 2 });
  for (let n = 0; n < 5; n += 1) world.say("U1", `Hello ${n}`, start - 1);
  await world.settle();
  return world.printed;
}

async function capped(): Promise<Line[]> {
  const world = limited({ totalDailyTokens: 1 });
  const worker = world.worker();
  for (const text of ["one", "two"]) {
    world.say("U1", text);
    await world.run(worker, 1_000);
  }
  return world.printed;
}

/** Two processes die under two chats. */
async function isolated(): Promise<Line[]> {
  const world = createWorld();
  for (const userId of ["U1", "U2"]) world.say(userId, "Hello");
  const hanging: Model = { ask: () => new Promise(() => {}) };
  for (let deaths = 0; deaths < 2; deaths += 1) await world.crash(world.worker({ model: hanging }));
  await world.run(world.worker(), 1_000);
  return world.printed;
}

async function tooShort(): Promise<Line[]> {
  const world = createWorld();
  await world.worker()([], world.scheduler.now() + 1_000);
  return world.printed;
}

const failing = (behaviour: Behaviour) => createMemoryModel({ behave: () => behaviour });
