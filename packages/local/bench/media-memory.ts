// What the worker's process has in memory at the most, and how long its users wait, in the worst case: ten chats at
// once, each with the largest context, send pictures and files, or speak.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { replyTokenFreshMs, worker as settings } from "@henji/core/settings";
import { throttle } from "../../core/bench/throttle.ts";
import { startLocal } from "../src/start.ts";
import { writeBotConfig } from "../test/bot-config.ts";
import { startKillableWorker } from "../test/killable/worker.ts";
import { bundleWorker } from "./bundle-worker.ts";
import { heapLimits } from "./heap-limits.ts";

const { values } = parseArgs({
  options: {
    memory: { type: "string", default: String(settings.memoryMb) },
    only: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(
    [
      `npm run bench:media-memory -- [--memory ${settings.memoryMb}] [--only picture]   (six minutes; on Linux)`,
      "  --memory  MB of the function: its share of a processor, and the limits of V8's heap, go by that",
      "  --only    cases whose name has this in it",
    ].join("\n"),
  );
  process.exit(0);
}

const MB = 1024 * 1024;
const chats = settings.batchSize;
const memoryMb = Number(values.memory);

/** LINE's content: LINE's stand-in keeps 16 MB, which is less than ten chats send here. */
const content = { bytes: Buffer.alloc(0), type: "" };
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": content.type, "content-length": content.bytes.length });
  response.end(content.bytes);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const contentUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const directory = mkdtempSync(join(tmpdir(), "henji-media-memory-"));
const voice = { maxSeconds: 600, secondsPerDay: 10_000 };
const most = `media: { pictures: { maxMb: 8 }, files: { maxMb: 8 }, voice: ${JSON.stringify(voice)} },`;
const botConfig = writeBotConfig(directory, (text) =>
  text
    .replace("defineBot({", `defineBot({ ${most}`)
    // The window grows to the most that is ever sent.
    .replace("highWaterTokens: 6_000", "highWaterTokens: 9_000"),
);
const file = await bundleWorker(join(directory, "bundle"), botConfig);
const local = await startLocal({ modelLatencyMs: 2_000, botConfig });
await local.stopWorker();
const environment = { ...local.environment, LINE_DATA_API_BASE_URL: contentUrl };
const { line } = local;

type Case = { name: string; head?: string; type?: "image" | "file" | "audio"; mb?: number };
const cases: readonly Case[] = [
  { name: "text" },
  { name: "a picture of 1 MB each", type: "image", head: "\xff\xd8\xff", mb: 1 },
  { name: "a picture of 5 MB each (the default limit)", type: "image", head: "\xff\xd8\xff", mb: 5 },
  { name: "a picture of 8 MB each (the most)", type: "image", head: "\xff\xd8\xff", mb: 8 },
  { name: "a PDF of 8 MB each (the most)", type: "file", head: "%PDF-1.7", mb: 8 },
  { name: "voice of 1.4 MB each (180 s, the default limit)", type: "audio", mb: 1.4 },
  { name: "voice of 12 MB each (600 s, the most)", type: "audio", mb: 12_000_000 / MB },
];

const contentTypes = { image: "image/jpeg", file: "application/pdf", audio: "audio/x-m4a" } as const;

/** LINE: the longest text, 5,000 characters, of some 3,600 tokens: two of them fill the window. */
const longText = "昨日は東京で雨が降っていて、とても寒かったです。".repeat(208);

/**
 * Ten chats write two long messages, then send what the case is about three times.
 *
 * @returns the most that the process ever had, MB, and the longest that a user has waited for the last three, seconds
 */
async function worstOf({ head = "", type, mb = 0 }: Case): Promise<{ peakMb: number; waitS: number }> {
  content.bytes = Buffer.concat([
    Buffer.from(head, "latin1"),
    Buffer.alloc(Math.max(0, mb * MB - head.length)),
  ]);
  content.type = type === undefined ? "" : contentTypes[type];
  const worker = startKillableWorker({ ...local, environment }, "real", {
    file,
    execArgv: heapLimits(memoryMb),
  });
  const users = Array.from({ length: chats }, (_, n) => line.addUser({ name: `User ${n}` }).userId);
  const answers = (user: string) =>
    line.timeline(user).filter(({ by }) => by === "reply" || by === "push").length;
  const round = async (events: Parameters<typeof line.deliver>[0]) => {
    const before = users.map(answers);
    const startedAt = performance.now();
    await line.deliver(events);
    for (const [n, user] of users.entries()) while (answers(user) <= before[n]!) await pause(20);
    return performance.now() - startedAt;
  };
  const say = () => users.map((from) => line.say({ from, text: longText }));
  await round(say());
  // Its start is measured by `npm run bench:cold`.
  const release = throttle(worker.pid()!, memoryMb);
  await round(say());
  let longestMs = 0;
  for (let n = 1; n <= 3; n += 1) {
    const bytes = new Uint8Array([1]);
    const events =
      type === undefined
        ? say()
        : users.map((from) =>
            line.media({ from, type, bytes, contentType: content.type, fileName: "a.pdf" }),
          );
    longestMs = Math.max(longestMs, await round(events));
  }
  const status = readFileSync(`/proc/${worker.pid()}/status`, "utf8");
  release();
  await worker.stop();
  return { peakMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024, waitS: longestMs / 1000 };
}

const rows: Record<string, { "at the most (MB)": number; "longest wait (s)": number }> = {};
for (const one of cases.filter(({ name }) => name.includes(values.only))) {
  const { peakMb, waitS } = await worstOf(one);
  rows[one.name] = { "at the most (MB)": Math.round(peakMb), "longest wait (s)": Number(waitS.toFixed(1)) };
}
console.table(rows);
await local.stop();
server.close();
rmSync(directory, { recursive: true });
console.log(
  `${chats} chats at once, in a function of ${memoryMb} MB. A reply is free for ${replyTokenFreshMs / 1000} s.`,
);
const highest = Math.max(...Object.values(rows).map((row) => row["at the most (MB)"]));
process.exit(highest < memoryMb ? 0 : 1);
