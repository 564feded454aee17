/**
 * How long `dead list` takes when thousands of messages were given up on, and in how much memory.
 *
 *   npm run bench:dead -- 10000
 */
import { SQSClient } from "@aws-sdk/client-sqs";
import { encodeJob } from "@henji/core/queue/job";
import { createInbox } from "@henji/core/queue/sqs";
import { createTableClient } from "@henji/core/table";
import { turnKeyOf } from "@henji/core/turn/place";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { runningTotal } from "@henji/core/usage/usage";
import { startLocal } from "@henji/local/start";
import { startHenji } from "../test/command.ts";

const count = Number(process.argv[2] ?? 10_000);
/** Messages of one chat that were given up on. */
const PER_CHAT = 3;
const HEAP_MB = 64;

const local = await startLocal();
await local.stopWorker();
const links = JSON.parse(local.environment.SST_RESOURCES_JSON!);
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const client = createTableClient({}, { deadlineMs: 60_000 });
const inbox = createInbox(sqs, links.EventQueue.url, links.DeadLetterQueue.url);
const turns = createTurns(createTurnStore({ client, table: links.Conversations.name }));
const now = Date.now();

async function giveUp(n: number): Promise<void> {
  const chatId = `U${String(Math.floor(n / PER_CHAT)).padStart(32, "0")}`;
  const eventId = `01BENCH${String(n).padStart(19, "0")}`;
  const at = now - 1_000 * n;
  const event = {
    ...{
      type: "message",
      mode: "active",
      webhookEventId: eventId,
      timestamp: at,
      replyToken: "r".repeat(32),
    },
    source: { type: "user", userId: chatId },
    message: { type: "text", id: String(n), text: "A question of some forty characters, or so." },
  };
  const body = encodeJob({ version: 2, platform: "line", eventId, event, receivedAt: at });
  const claimed = await turns.claim({
    ...{ ...turnKeyOf(chatId, { eventId, at }), sequence: String(n), eventId, question: [] },
    ...{ messageId: String(n), senderId: chatId, owner: "bench", now: at, leaseUntil: at + 20_000 },
    ...{ expiresAt: now / 1000 + 86_400, replay: undefined },
  });
  if (claimed.kind !== "claimed") throw new Error(claimed.kind);
  const [code, reason] = ["model.unavailable", "OpenAI answered 503"];
  const message = { messageId: eventId, receiptHandle: "", chatId, sequence: "", body, receiveCount: 5 };
  await inbox.park(message, { code, reason, attempts: 5, receivedAt: at, parkedAt: at });
  const usage = runningTotal([], undefined, { user: "u", day: "2026-11-28" });
  await turns.park(claimed.turn, {
    ...{ at, code, reason, outcomeUnknownSince: undefined, job: body, apologyBy: undefined },
    total: { usage, isUnlisted: false },
  });
}

const waiting = Array.from({ length: count }, (_, n) => n).values();
await Promise.all(
  Array.from({ length: 16 }, async () => {
    for (const n of waiting) await giveUp(n);
  }),
);

console.log(`${count} messages of ${Math.ceil(count / PER_CHAT)} chats\n`);
for (const args of [
  ["dead", "list", "--json"],
  ["dead", "list", "--limit", String(count), "--json"],
]) {
  const startedAt = performance.now();
  const { code, output, error } = await startHenji(args, local.environment, [
    `--max-old-space-size=${HEAP_MB}`,
  ]).ended;
  const seconds = (performance.now() - startedAt) / 1000;
  const { count: found = 0, unknown } = code === 0 ? JSON.parse(output) : {};
  console.log(
    `${args.join(" ").padEnd(40)} ${seconds.toFixed(1)} s  exit ${code}  found ${found}  unknown ${unknown}`,
  );
  if (code !== 0) console.log(error);
}
sqs.destroy();
client.destroy();
await local.stop();
