// What the worker's process has in memory at the most while it shows pictures and files to the model, and listens.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { worker as settings } from "@henji/core/settings";
import { startLocal } from "../src/start.ts";
import { writeBotConfig } from "../test/bot-config.ts";
import { startKillableWorker } from "../test/killable/worker.ts";

const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
if (values.help) {
  console.log(
    "npm run bench:media-memory   ten chats at once, of which each shows or says something (a minute)",
  );
  process.exit(0);
}

const MB = 1024 * 1024;
const chats = settings.batchSize;

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
const botConfig = writeBotConfig(directory, (text) => text.replace("defineBot({", `defineBot({ ${most}`));
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

/** Ten chats send it at once, three times. @returns the most that the process ever had, MB */
async function peakOf({ head = "", type, mb = 0 }: Case): Promise<number> {
  content.bytes = Buffer.concat([
    Buffer.from(head, "latin1"),
    Buffer.alloc(Math.max(0, mb * MB - head.length)),
  ]);
  content.type = type === undefined ? "" : contentTypes[type];
  const worker = startKillableWorker({ ...local, environment }, "real");
  for (let round = 1; round <= 3; round += 1) {
    const users = Array.from({ length: chats }, (_, n) => line.addUser({ name: `User ${n}` }).userId);
    const events = users.map((from) => {
      if (type === undefined) return line.say({ from, text: "Hello" });
      const bytes = new Uint8Array([1]);
      return line.media({ from, type, bytes, contentType: content.type, fileName: "a.pdf" });
    });
    await line.deliver(events);
    for (const user of users) {
      while (!line.timeline(user).some(({ by }) => by === "reply" || by === "push")) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
  const status = readFileSync(`/proc/${worker.pid()}/status`, "utf8");
  await worker.stop();
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const rows: Record<string, object> = {};
let text = 0;
for (const one of cases) {
  const peak = Math.round(await peakOf(one));
  text ||= peak;
  rows[one.name] = { "at the most (MB)": peak, "more than text (MB)": peak - text };
}
console.table(rows);
await local.stop();
server.close();
rmSync(directory, { recursive: true });
const highest = Math.max(...Object.values(rows).map((row) => Object.values(row)[0] as number));
console.log(`${chats} chats at once; the worker's function has ${settings.memoryMb} MB.`);
process.exit(highest < settings.memoryMb ? 0 : 1);
