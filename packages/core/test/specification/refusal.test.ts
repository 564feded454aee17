import type { Context } from "@henji/core/context/context";
import { type Behaviour, createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "./world.ts";

const refusal = "Sorry, I can't help with that.";

let world: World;
/** The contexts that the model was sent. */
let contexts: string[];
let isStrict: boolean;
let behave: (question: string, context: Context) => Behaviour;

beforeEach(() => {
  world = createWorld();
  contexts = [];
  isStrict = true;
  // OpenAI checks everything that it is sent.
  behave = (_question, { input }) =>
    isStrict && JSON.stringify(input).includes("chemistry") ? "invalid_prompt" : "answer";
});

async function say(text: string): Promise<void> {
  const model = createMemoryModel({
    behave: (question, context) => behave(question, context),
    onAsk: (_question, { input }) => contexts.push(JSON.stringify(input)),
  });
  world.say("U1", text);
  while (world.queue.main.messages().length > 0) await world.run(world.worker({ model }), 1_000);
}

const parked = () => world.queue.deadLetters.messages().length;

test("a question that OpenAI refuses gets the refusal, and no apology", async () => {
  await say("a chemistry question");
  expect(world.sent()).toEqual([`U1 reply: ${refusal}`]);
  expect({ calls: contexts.length, parked: parked() }).toEqual({ calls: 1, parked: 0 });
});

test("a refused question is not part of the following contexts", async () => {
  await say("hello");
  await say("a chemistry question");
  contexts = [];
  for (let n = 0; n < 3; n += 1) await say(`harmless ${n}`);
  expect(contexts).toHaveLength(3);
  expect(contexts.join()).not.toContain("chemistry");
  // What was said before is still in the context.
  for (const context of contexts) expect(context).toContain("hello");
  expect(world.sent().at(-1)).toBe("U1 reply: You said: harmless 2");
});

test("a window that OpenAI refuses costs one more call, once", async () => {
  isStrict = false;
  await say("a chemistry question");
  await say("and another");
  isStrict = true;
  contexts = [];
  for (let n = 0; n < 70; n += 1) await say(`harmless ${n}`);
  expect({ calls: contexts.length, parked: parked() }).toEqual({ calls: 71, parked: 0 });
  expect(world.sent().slice(2)).toEqual(
    Array.from({ length: 70 }, (_, n) => `U1 reply: You said: harmless ${n}`),
  );
  expect(world.lines.filter((line) => line === "window.refused")).toHaveLength(1);
  // The conversation goes on from there.
  expect(contexts.at(-1)).toContain("harmless 68");
});

test("notes that OpenAI refuses are emptied, together with the window", async () => {
  isStrict = false;
  await say("hello");
  const state = await world.chats.state("U1", world.scheduler.now());
  const expiresAt = world.scheduler.now() / 1000 + 1_000;
  await world.chats.update("U1", state, { summary: "The user likes chemistry.", expiresAt });
  isStrict = true;
  contexts = [];
  for (let n = 0; n < 3; n += 1) await say(`harmless ${n}`);
  expect(contexts).toHaveLength(4);
  expect(await world.chats.state("U1", world.scheduler.now())).toMatchObject({ summary: "" });
  expect(world.sent().at(-1)).toBe("U1 reply: You said: harmless 2");
});

test("if the question itself is refused, the window stays", async () => {
  await say("hello");
  await say("a chemistry question");
  expect(contexts).toHaveLength(3);
  expect(world.sent().at(-1)).toBe(`U1 reply: ${refusal}`);
  await say("harmless");
  expect(contexts.at(-1)).toContain("hello");
  expect(world.lines).not.toContain("window.refused");
});

test("a refused question is still shown by /export, and an unsend erases it", async () => {
  await say("a chemistry question");
  await say("/export");
  expect(world.sent().at(-1)).toContain("> a chemistry question");
  world.unsend("U1", "1");
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("chemistry");
  await say("/export");
  expect(world.sent().at(-1)).not.toContain("chemistry");
});

test("if a repeated question is refused, the first answer stays part of the conversation", async () => {
  isStrict = false;
  await say("a chemistry question");
  isStrict = true;
  await say("/retry");
  expect(world.sent().at(-1)).toContain("U1 reply: ");
  isStrict = false;
  await say("harmless");
  expect(contexts.at(-1)).toContain("You said: a chemistry question");
});
