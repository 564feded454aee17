import { defineBot } from "@henji/core/bot";
import { lookedAgain } from "@henji/core/settings";
import { beforeEach, describe, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld({ model: { answer: () => "I see.\n[=] A cat." } });
});

const picture = { bytes: Buffer.from("ffd8ffe000104a464946", "hex"), type: "image/jpeg" };
const image = { type: "image", contentProvider: { type: "line" } };
const pass = (ms: number) => world.scheduler.run(world.scheduler.now() + ms, () => false);
/** How many attachments each question had. */
const attached = () => world.inputs.map((input) => input.at(-1)?.attachments?.length ?? 0);
const quoting = (quotedMessageId: string) => ({ type: "text", text: "And this?", quotedMessageId });

describe("a question that follows a picture", () => {
  test("sees it again, as do the next ones, and says nothing of it anew", async () => {
    await world.send("U1", image, picture);
    await world.talk("U1", "What colour?", "How old?", "Thanks");
    expect(attached()).toEqual([1, 1, 1, 0]);
    expect(world.inputs.map((input) => input.filter(({ role }) => role === "developer").length)).toEqual([
      1, 0, 0, 0,
    ]);
  });

  test("does not see one of long before", async () => {
    await world.send("U1", image, picture);
    await pass(lookedAgain.withinMs + 1);
    await world.talk("U1", "What colour?");
    expect(attached()).toEqual([1, 0]);
  });

  test("is answered without it, if LINE has it no more or does not give it", async () => {
    const id = await world.send("U1", image, picture);
    world.line.keep(id, { ...picture, status: 410 });
    await world.talk("U1", "What colour?");
    world.line.keep(id, { ...picture, status: 500 });
    await world.talk("U1", "How old?");
    expect(attached()).toEqual([1, 0, 0]);
    expect(world.sent()).toHaveLength(3);
    expect(world.inputs.at(-1)?.[0]?.content).toBe("[Picture: A cat.]");
  });

  test("has the same past in front of it as without the picture", async () => {
    await world.send("U1", image, picture);
    await world.talk("U1", "What colour?", "How old?");
    const [, second = [], third = []] = world.inputs;
    expect(third.slice(0, 2)).toEqual(second.slice(0, 2));
  });
});

describe("a question that quotes", () => {
  test("a picture of before sees it, however long ago", async () => {
    const id = await world.send("U1", image, picture);
    await pass(lookedAgain.withinMs * 10);
    await world.talk("U1", "1", "2", "3");
    await world.send("U1", quoting(id));
    expect(attached().at(-1)).toBe(1);
  });

  test("something else does not see the picture before it", async () => {
    const [text = ""] = await world.talk("U1", "Hello");
    await world.send("U1", image, picture);
    await world.send("U1", quoting(text));
    expect(attached()).toEqual([0, 1, 0]);
  });

  test("what the bot does not know tries to see it, and does without", async () => {
    await world.send("U1", quoting("long-ago"));
    expect(world.asked).toEqual(["[Replying to an earlier message]\nAnd this?"]);
    world.line.keep("longer-ago", picture);
    await world.send("U1", quoting("longer-ago"));
    expect(attached()).toEqual([0, 1]);
  });

  test("a picture that a member of a group has sent sees it", async () => {
    const id = await world.sayIn("C1", "U2", "", { ...image, text: undefined });
    world.line.keep(id, picture);
    await world.sayIn("C1", "U1", "@Henji what is this?", { quotedMessageId: id });
    expect(attached()).toEqual([1]);
    expect(world.sent()).toEqual(["C1 reply: I see."]);
  });
});

test("in a group a question sees its own member's picture again, and not another's", async () => {
  await world.sayIn("C1", "U2", "@Henji hello");
  const [said = ""] = world.table.turnsOf("C1")[0]?.sentIds ?? [];
  const sent = { ...image, text: undefined, quotedMessageId: said };
  world.line.keep("2", picture);
  await world.sayIn("C1", "U2", "", sent);
  await world.sayIn("C1", "U1", "@Henji what colour?");
  await world.sayIn("C1", "U2", "@Henji how old?");
  expect(attached()).toEqual([0, 1, 0, 1]);
});

test("nothing is looked at again if pictures are switched off", async () => {
  const media = { pictures: { enabled: false } };
  world = createWorld({ bot: defineBot({ ...plainBot, media }) });
  world.line.keep("7", picture);
  await world.send("U1", quoting("7"));
  expect(attached()).toEqual([0]);
});

test("a question after a picture sees it too when it is asked once more", async () => {
  await world.send("U1", image, picture);
  await world.talk("U1", "How many?", "/retry");
  expect(world.inputs.map((input) => input.at(-1)?.attachments?.length ?? 0)).toEqual([1, 1, 1]);
});
