// How fast the local system answers: all of it in this process, its parts talking HTTP on loopback.
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startLocal } from "../src/start.ts";

const { values } = parseArgs({
  options: {
    chats: { type: "string", default: "200" },
    rounds: { type: "string", default: "5" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log("npm run bench:pipeline -- [--chats 200] [--rounds 5]   rounds: messages of each chat");
  process.exit(0);
}
const chats = Number(values.chats);
const rounds = Number(values.rounds);
const modelMs = 20;
const idleMessages = 100;

const local = await startLocal({ modelLatencyMs: modelMs, logLevel: "warn" });
const { line } = local;

/** Resolves when the bot has sent `count` more messages, with the time of the last. */
function answers(count: number): Promise<number> {
  return new Promise((resolve) => {
    let left = count;
    const unsubscribe = line.subscribe((change) => {
      if (change.type !== "message" || change.entry.by === "user") return;
      left -= 1;
      if (left > 0) return;
      unsubscribe();
      resolve(performance.now());
    });
  });
}

async function idle(): Promise<number> {
  const users = Array.from({ length: 10 }, () => line.addUser({ name: "Idle" }).userId);
  const times: number[] = [];
  for (let n = 0; n < idleMessages; n += 1) {
    const answered = answers(1);
    const startedAt = performance.now();
    await line.deliver([line.say({ from: users[n % users.length]!, text: `message ${n}` })]);
    times.push((await answered) - startedAt - modelMs);
    // What is still done after the delivery belongs to no message: idle is idle.
    await wait(5);
  }
  // The first ones warm everything up: connections, the tokenizer, the JIT.
  const warm = times.slice(20).sort((a, b) => a - b);
  return warm[Math.floor(warm.length / 2)]!;
}

async function flood(): Promise<{ seconds: number; cpuMs: number }> {
  const users = Array.from({ length: chats }, (_, n) => line.addUser({ name: `User ${n}` }).userId);
  const all = answers(chats * rounds);
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    for (let from = 0; from < chats; from += 20) {
      await Promise.all(
        users
          .slice(from, from + 20)
          .map((user) =>
            line.deliver([line.say({ from: user, text: `message ${round}` })], { timeoutMs: 10_000 }),
          ),
      );
    }
  }
  const seconds = ((await all) - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuMs: (user + system) / 1000 };
}

const idleMs = await idle();
const { seconds, cpuMs } = await flood();
console.table({
  "answers per second": Number(((chats * rounds) / seconds).toFixed(0)),
  // Of all threads: says more than the rate does where others share the machine.
  "CPU of one answer (ms)": Number((cpuMs / (chats * rounds)).toFixed(1)),
  "answers in all": chats * rounds,
  chats,
  "idle message, webhook to delivery, less the model (median ms)": Number(idleMs.toFixed(1)),
  "model (ms)": modelMs,
});
await local.stop();
process.exit(0);
