// What a picture costs in tokens, and what the prompt cache serves of the turns after pictures and tool calls.
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { LoggedRequest } from "@henji/model-simulator";
import { createModelSimulator } from "@henji/model-simulator";
import ownBot from "../../../bot.config.ts";
import { compose, readScript } from "../../core/bench/conversation.ts";
import { calls, startHenji } from "../src/testing.ts";

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
});
if (values.help) {
  console.log(
    "npm run bench:media -- [--json]   what pictures cost, and how much of the later turns is cached",
  );
  process.exit(0);
}

/** Of the input of a turn with pictures and tool calls in its window, beside a picture that it is shown itself. */
const goal = 0.9;
/** Turns in words before the first picture: with fewer, the window is too short for the cache to know much of it. */
const before = 25;
const { prices } = ownBot.model;
const dollarsOf = (tokens: number) => (tokens * prices.input) / 1_000_000;
const jpeg = Buffer.from("ffd8ffe000104a464946", "hex");
const picture = `data:image/jpeg;base64,${jpeg.toString("base64")}`;
type Image = { type: "input_image"; image_url: string; detail: string };
type Part = { type: string } | Image;

const details = await Promise.all(
  ["low", "high", "original"].map(async (detail) => {
    const image: Image = { type: "input_image", image_url: picture, detail };
    const tokens = (await inputOf([image])) - (await inputOf([]));
    return { detail, tokens, dollars: dollarsOf(tokens) };
  }),
);

async function inputOf(images: readonly Part[]): Promise<number> {
  const model = createModelSimulator();
  const content = [{ type: "input_text", text: "[Picture]" }, ...images];
  const body = JSON.stringify({ model: ownBot.model.name, input: [{ role: "user", content }] });
  const headers = { authorization: "Bearer of-the-bench", "content-type": "application/json" };
  await model.fetch("http://model/v1/responses", { method: "POST", headers, body });
  const tokens = model.requests[0]?.usage?.input_tokens;
  if (tokens === undefined) throw new Error("The stand-in has not answered");
  return tokens;
}

const henji = await startHenji({
  botConfig: join(import.meta.dirname, "../../../examples/shop/bot.config.ts"),
});
const aki = henji.user("Aki");
const exchanges = compose([await readScript("en")], 60, 1).values();
type Measured = { turn: string; input: number; shown: number; cached: number; share: number };
const measured: Measured[] = [];

/** All requests of one turn. @param isShown it comes with a picture, which no cache knows in that place */
async function measure(turn: string, isShown: boolean, act: () => Promise<unknown>): Promise<void> {
  const { requests } = henji.local.model!;
  const seen = new Set(requests);
  await act();
  const own = requests.filter((request) => !seen.has(request));
  if (own.length === 0) throw new Error(`${turn}: the model was not asked`);
  for (const [n, request] of own.entries()) {
    const { input_tokens: input = 0, input_tokens_details: known } = request.usage ?? {};
    const cached = known?.cached_tokens ?? 0;
    // The second request of a turn begins with the first, picture included.
    const shown = isShown && n === 0 ? picturesIn(request) : 0;
    const share = cached / (input - shown);
    measured.push({ turn: n === 0 ? turn : `${turn}, with the tool's result`, input, shown, cached, share });
  }
}

function picturesIn({ body }: LoggedRequest): number {
  const parts = (body.input as { content?: unknown }[]).flatMap(({ content }) =>
    Array.isArray(content) ? (content as Part[]) : [],
  );
  const tokens = parts.map((part) =>
    details.find(({ detail }) => "detail" in part && part.detail === detail),
  );
  return tokens.reduce((sum, one) => sum + (one?.tokens ?? 0), 0);
}

async function talk(says: ("answer" | "call" | "call about a picture")[] = ["answer"]): Promise<string> {
  const { question, answer } = exchanges.next().value!;
  const seen = says.includes("call about a picture") ? "\n[=] A bunch of white roses in a blue vase." : "";
  const called = says.includes("answer") ? [] : [calls("order_status", { order: "8" })];
  henji.model.says(...([...called, `${answer}${seen}`] as [string]));
  return question;
}

async function looks(says?: Parameters<typeof talk>[0]): Promise<void> {
  await talk(says ?? ["answer", "call about a picture"]);
  await aki.picture(jpeg);
}

async function after(what: string): Promise<void> {
  for (const n of ["next", "second"])
    await measure(`${n} question, which sees it again (${what})`, true, say);
  for (const n of ["third", "fourth"]) await measure(`${n} question (${what})`, false, say);
}

async function say(): Promise<void> {
  await aki.say(await talk());
}

for (let n = 0; n < before; n += 1) await say();
await measure("a question in words", false, say);
await measure("a picture", true, () => looks());
await after("after a picture");
await measure("a question with a tool call", false, async () => aki.say(await talk(["call"])));
for (const n of ["next", "second"]) await measure(`${n} question (after a tool call)`, false, say);
await measure("a picture with a tool call", true, () => looks(["call about a picture"]));
await after("after both");
await henji.stop();

const missed = measured.filter(({ share }) => share < goal);
if (values.json) console.log(JSON.stringify({ details, measured, goal, missed }, null, 2));
else print();
for (const { turn, share } of missed)
  console.error(`${turn}: ${percent(share)} from the cache, less than ${percent(goal)}`);
process.exit(missed.length === 0 ? 0 : 1);

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function print(): void {
  console.table(
    Object.fromEntries(
      details.map(({ detail, tokens, dollars }) => [detail, { tokens, $: dollars.toFixed(5) }]),
    ),
  );
  console.table(
    Object.fromEntries(
      measured.map(({ turn, input, shown, cached, share }) => [
        turn,
        { input, "of it shown now": shown, cached, "of the rest": percent(share) },
      ]),
    ),
  );
}
