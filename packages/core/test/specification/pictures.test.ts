import { defineBot } from "@henji/core/bot";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld({ model: { answer: () => "It is a cat.\n[=] A grey cat on a sofa." } });
});

const { en } = ownBot.texts;
const jpeg = Buffer.from("ffd8ffe000104a464946", "hex");
const image = { type: "image", contentProvider: { type: "line" } };
const picture = { bytes: jpeg, type: "image/jpeg" };
const url = `data:image/jpeg;base64,${jpeg.toString("base64")}`;

/** What was shown to the model with its newest question. */
const attached = () => world.inputs.at(-1)?.at(-1)?.attachments;
const stored = (n = 0) => world.table.turnsOf("U1")[n]!;

describe("a picture in a 1:1 chat", () => {
  test("is a question by itself: the model sees it, and says for later what it shows", async () => {
    await world.send("U1", image, picture);
    expect(world.sent()).toEqual(["U1 reply: It is a cat."]);
    expect(attached()).toEqual([{ kind: "picture", url, detail: "high" }]);
    expect(world.inputs[0]?.map(({ role }) => role)).toEqual(["developer", "user"]);
    expect(JSON.parse(stored().question!)).toEqual([
      { kind: "image", ref: "1", seen: "A grey cat on a sofa." },
    ]);
    expect(JSON.stringify(stored())).not.toContain(jpeg.toString("base64"));
  });

  test("is part of the conversation in words, always the same", async () => {
    await world.send("U1", image, picture);
    await world.talk("U1", "Thanks", "Bye", "Bye bye");
    const [, , second = [], third = []] = world.inputs;
    expect(second[0]).toEqual({ role: "user", content: "[Picture: A grey cat on a sofa.]" });
    expect(third.slice(0, 2)).toEqual(second.slice(0, 2));
    expect(JSON.stringify(third)).not.toContain("base64");
  });

  test("is looked at as closely as bot.config.ts says", async () => {
    world = createWorld({ bot: defineBot({ ...plainBot, media: { pictures: { detail: "low" } } }) });
    await world.send("U1", image, picture);
    expect(attached()).toMatchObject([{ detail: "low" }]);
  });

  test("that is elsewhere is named to the model, and not fetched", async () => {
    const originalContentUrl = "https://example.com/a.jpg";
    await world.send("U1", { type: "image", contentProvider: { type: "external", originalContentUrl } });
    expect(attached()).toEqual([{ kind: "picture", url: originalContentUrl, detail: "high" }]);
  });

  test.each([["http://example.com/a.jpg"], [`https://example.com/${"a".repeat(2_000)}`], [undefined]])(
    "that is said to be at %s is not understood",
    async (originalContentUrl) => {
      await world.send("U1", { type: "image", contentProvider: { type: "external", originalContentUrl } });
      expect(world.sent()).toEqual([`U1 reply: ${en.notUnderstood}`]);
      expect(world.asked).toEqual([]);
    },
  );

  test.each([
    ["that LINE has no more", { ...picture, status: 404 }, en.mediaGone],
    ["that was deleted", { ...picture, status: 410 }, en.mediaGone],
    ["without bytes", { ...picture, bytes: Buffer.alloc(0) }, en.mediaGone],
    ["that is too large", { ...picture, bytes: Buffer.alloc(5 * 1024 * 1024 + 1) }, en.mediaTooLarge],
    ["that is none", { bytes: Buffer.from("<svg/>"), type: "image/svg+xml" }, en.notUnderstood],
  ])("%s gets a kind sentence, and the model is not asked", async (_, content, sentence) => {
    await world.send("U1", image, content);
    expect(world.sent()).toEqual([`U1 reply: ${sentence}`]);
    expect(world.asked).toEqual([]);
    expect(world.queue.deadLetters.messages()).toEqual([]);
  });

  test("that LINE still converts is waited for", async () => {
    await world.send("U1", image, { ...picture, status: 202, times: 3 });
    expect(world.sent()).toEqual(["U1 reply: It is a cat."]);
  });

  test("that LINE does not give now is tried again", async () => {
    await world.send("U1", image, { ...picture, status: 503, times: 1 });
    await world.scheduler.run(world.scheduler.now() + 10_000, () => false);
    await world.settle();
    expect(world.sent()).toEqual(["U1 reply: It is a cat."]);
    expect(world.lines).toContain("job.retry");
  });

  test("is not understood if pictures are switched off", async () => {
    const media = { pictures: { enabled: false } };
    world = createWorld({ bot: defineBot({ ...plainBot, media }) });
    await world.send("U1", image, picture);
    expect(world.sent()).toEqual([`U1 reply: ${en.notUnderstood}`]);
  });

  test("is asked about once more by the command for it", async () => {
    await world.send("U1", image, picture);
    await world.talk("U1", "/retry");
    expect(attached()).toMatchObject([{ kind: "picture" }]);
    expect(world.sent()).toEqual(["U1 reply: It is a cat.", "U1 reply: It is a cat."]);
  });
});

test("a worker that dies while it fetches a picture, or asks about it, is followed by one that answers once", async () => {
  const dying = { ask: () => new Promise<never>(() => {}) };
  const id = "1";
  world.line.keep(id, picture);
  world.line.giveToken("token 1", "U1", 60_000);
  world.put("U1", { type: "message", replyToken: "token 1", message: { id, ...image } });
  await world.crash(world.worker({ model: dying }));
  await world.settle();
  expect(world.sent()).toEqual(["U1 reply: It is a cat."]);
  expect(world.asked).toHaveLength(1);
});

test("a picture in a group is not for the bot", async () => {
  await world.sayIn("C1", "U1", "", { ...image, text: undefined });
  expect([world.sent(), world.asked]).toEqual([[], []]);
});

describe("after", () => {
  test.each([
    ["unsending it", () => world.unsend("U1", "1")],
    ["blocking the bot", () => world.unfollow("U1")],
  ])("%s, nothing of a picture is left", async (_, erase) => {
    await world.send("U1", image, picture);
    await world.talk("U1", "Tell me: what was it?");
    erase();
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("grey cat");
  });

  test("forgetting, nothing of a picture is left", async () => {
    await world.send("U1", image, picture);
    await world.talk("U1", "/forget", "yes, forget it all");
    expect(world.table.textOf("U1")).not.toContain("cat");
  });
});
