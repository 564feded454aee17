import { defineBot } from "@henji/core/bot";
import { defineTool, z } from "@henji/core/tool";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

const image = { type: "image", contentProvider: { type: "line" } };
const picture = { bytes: Buffer.from("ffd8ffe000104a464946", "hex"), type: "image/jpeg" };
const SEEN = "A bill of 500 yen.";

const pay = defineTool({
  ...{ name: "pay", description: "For tests.", input: z.object({}), effect: "writes" },
  ...{ confirm: () => "Pay it?", run: () => "paid" },
});
const look = defineTool({
  ...{ name: "look", description: "For tests.", input: z.object({}), effect: "reads" },
  run: () => "open",
});

let world: World;
/** What the model calls, a round after the other, and what it says with each. */
let script: { call: string; text: string }[];

const bot = defineBot({ ...plainBot, tools: [look, pay] });
const model = (last: string) => ({
  calls: (_: string, { rounds }: { rounds: readonly unknown[] }) => {
    const next = script[rounds.length];
    return next ? [{ name: next.call, input: {} }] : [];
  },
  saysWithCalls: (_: string, { rounds }: { rounds: readonly unknown[] }) => script[rounds.length]?.text ?? "",
  answer: () => last,
});
/** What the model is told of the picture with the next question. */
async function remembered(): Promise<unknown> {
  await world.talk("U1", "And now?");
  return world.inputs.at(-1)?.[0]?.content;
}

beforeEach(() => {
  script = [{ call: "pay", text: `[=] ${SEEN}` }];
  world = createWorld({ bot, model: model("Done.") });
});

test("a picture after which its user is asked for a word is remembered as what the model saw in it", async () => {
  await world.send("U1", image, picture);
  expect(world.sent()).toEqual(["U1 reply: Pay it? [Yes, go ahead] [No, don't]"]);
  script = [];
  expect(await remembered()).toBe(`[Picture: ${SEEN}]`);
});

test("also if that was said a round before, by a process that died since", async () => {
  script = [
    { call: "look", text: `I look.\n[=] ${SEEN}` },
    { call: "pay", text: "" },
  ];
  world.line.keep("1", picture);
  world.line.giveToken("token 1", "U1", 60_000);
  world.put("U1", { type: "message", replyToken: "token 1", message: { id: "1", ...image } });
  let asked = 0;
  const behave = () => {
    asked += 1;
    return asked > 1 ? "hang" : "answer";
  };
  await world.crash(world.worker({ model: createMemoryModel({ ...model(""), behave }) }));
  await world.settle();
  expect(world.newest()).toContain("Pay it?");
  script = [];
  expect(await remembered()).toBe(`[Picture: ${SEEN}]`);
});

test("what it says of it with its answer counts more than what it said before", async () => {
  script = [{ call: "look", text: "[=] Something." }];
  world = createWorld({ bot, model: model(`It is open.\n[=] ${SEEN}`) });
  await world.send("U1", image, picture);
  expect(world.newest()).toBe("U1 reply: It is open.");
  expect(await remembered()).toBe(`[Picture: ${SEEN}]`);
});

test("the model is told to say it with its calls, only if it has any", async () => {
  const told = () => world.contexts.at(-1)?.includes("If you call a function");
  await world.send("U1", image, picture);
  expect(told()).toBe(true);
  world = createWorld();
  await world.send("U1", image, picture);
  expect(told()).toBe(false);
});
