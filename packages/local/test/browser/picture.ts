// Takes the picture of Studio in the README: node packages/local/test/browser/picture.ts [file]
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "@henji/core/clock";
import { chromium as driver } from "playwright-core";
import { startLocal } from "../../src/start.ts";
import { startStudio } from "../../src/studio.ts";
import { createMemory } from "../../src/studio-memory.ts";
import { ask } from "../support.ts";
import { chromium, flags } from "./chromium.ts";
import { withoutFilters } from "./png.ts";

const file = resolve(process.argv[2] ?? "docs/studio.png");

const notes = `- Aki lives in Nagoya and is vegetarian.
- Kyoto on 28–29 November with Emma (English only).
- 宿は四条烏丸（予約済み）。バスより歩くのが好き。`;

/** What is visible; the last turn is folded. */
const visible: [question: string, answer: string][] = [
  [
    "I'm vegetarian. Where can we eat near Tōfuku-ji?",
    "Try the temple lunches (shōjin ryōri) along the path to Tōfuku-ji. They are fully vegetarian; book a day ahead.",
  ],
  [
    "来週、京都に行きます。2日間のおすすめは？",
    "11月下旬なら紅葉が見頃です🍁\n\n1日目：東福寺 → 伏見稲荷\n2日目：嵐山（朝がおすすめ）→ 嵯峨野\n\n混雑を避けるなら、朝8時前に着くと静かです。",
  ],
  ["雨だったら？", "雨なら京都国立博物館や錦市場がよいですよ☔ 屋根があるので、傘なしで歩けます。"],
  [
    "My friend reads English only. Can you write the plan for her?",
    "Sure! Day 1: Tōfuku-ji, then Fushimi Inari. Day 2: Arashiyama early in the morning, then Sagano. Have a lovely trip 😊",
  ],
];
const answers = new Map(visible);
const filler = "The gardens are open all day, and the walk there takes about half an hour. ".repeat(12);

const local = await startLocal();
const { line } = local;
const model = local.model!;
const memory = createMemory({ ...local, clock: systemClock });
const studio = await startStudio({
  ...{ ...local, memory, port: 0 },
  info: {
    model: "stand-in",
    standIn: true,
    urls: local.urls,
    botConfig: "bot.config.ts",
    commands: local.bot().commands,
  },
});
const [aki, ben] = line.users().map(({ userId }) => userId) as [string, string];

model.answerWith(async ({ instructions, messages }) => {
  // Only the instructions for answers name the bot; the others ask for notes.
  if (!instructions.includes("Henji")) return notes;
  const answer = answers.get(messages.at(-1)!.text);
  if (answer) await wait(900);
  return answer ?? filler;
});

// 25 turns of 229 tokens and the visible ones: only the last of these passes the high mark of 6,000.
for (let n = 1; n <= 25; n += 1) await ask(line, aki, `And stop ${n} of our long walk?`);
await ask(line, ben, "Are you there?");
for (const [question] of visible.slice(0, -1)) await ask(line, aki, question);

const browser = await driver.launch({ executablePath: chromium, args: flags });
const page = await browser.newPage({
  ...{ viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "Asia/Tokyo" },
});
await page.goto(`${studio.url}/#${aki}`);
const trace = (text: string) => page.getByRole("complementary").locator("article").filter({ hasText: text });

model.faults.add({ times: 100, fault: { kind: "status", status: 503, code: "server_error" } });
await line.deliver([line.say({ from: ben, text: "Write Tom that I'm 10 min late for our meeting" })]);
await trace("Write Tom").getByText("Next attempt in").waitFor();
model.faults.clear();
const [question] = visible.at(-1)!;
await ask(line, aki, question);
await trace(question).getByText("summarized").waitFor();
await page.getByText("Aki lives in Nagoya").waitFor();
writeFileSync(file, withoutFilters(await page.screenshot({ animations: "disabled" })));

await browser.close();
await studio.close();
await local.stop();
