import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import type { Transcriber } from "@henji/core/model/transcriber";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const { en } = ownBot.texts;
const audio = { type: "audio", duration: 4_200, contentProvider: { type: "line" } };
const saying = (words: string) => ({ bytes: Buffer.from(words), type: "audio/x-m4a" });

/** A voice message that no worker has received yet. */
function record(words: string): void {
  world.line.keep("1", saying(words));
  world.line.giveToken("token 1", "U1", 60_000);
  world.put("U1", { type: "message", replyToken: "token 1", message: { id: "1", ...audio } });
}

const pass = (ms: number) => world.scheduler.run(world.scheduler.now() + ms, () => false);

describe("a voice message", () => {
  test("is written down, and answered like text with one line that shows what was understood", async () => {
    await world.send("U1", audio, saying("What *time* is\nit?"));
    expect(world.asked).toEqual(["What *time* is\nit?"]);
    expect(world.sent()).toEqual(["U1 reply: 🎤 What *time* is it?\n\nYou said: What time is\nit?"]);
    expect(world.heard).toEqual([{ words: "What *time* is\nit?", languages: ["en"] }]);
  });

  test("is shown as it was understood, whatever it means in Markdown", async () => {
    await world.send("U1", audio, saying("Call me (later) [1] $5 `x`"));
    expect(world.sent()[0]).toContain("🎤 Call me (later) [1] $5 `x`\n\n");
  });

  test("is remembered as what was said, and the answer without that line", async () => {
    await world.send("U1", audio, saying("My name is Aki."));
    await world.talk("U1", "And now?");
    expect(world.inputs.at(-1)?.map(({ content }) => content)).toEqual([
      "My name is Aki.",
      "You said: My name is Aki.",
      "And now?",
    ]);
  });

  test("is heard in the language of the conversation", async () => {
    await world.talk("U1", "こんにちは、元気ですか");
    await world.send("U1", audio, saying("明日の天気は？"));
    expect(world.heard).toMatchObject([{ languages: ["ja"] }]);
  });

  test("may be a command", async () => {
    await world.send("U1", audio, saying("Forget everything."));
    expect(world.newest()).toContain(en.forget);
    expect(world.asked).toEqual([]);
  });

  test.each([
    ["in which nothing is said", audio, saying(""), en.mediaGone],
    ["of noise", audio, { bytes: Buffer.of(0xff, 0xfe, 0xff), type: "audio/x-m4a" }, en.mediaUnheard],
    ["that LINE has no more", audio, { ...saying("Hi"), status: 404 }, en.mediaGone],
    ["that is too long", { ...audio, duration: 181_000 }, saying("Hi"), en.mediaTooLarge],
    ["of more bytes than it can have", audio, saying("a".repeat(180 * 20_000 + 1)), en.mediaTooLarge],
  ])("%s gets a kind sentence", async (_, message, content, sentence) => {
    await world.send("U1", message, content);
    expect(world.sent()).toEqual([`U1 reply: ${sentence}`]);
    expect([world.asked, world.queue.deadLetters.messages()]).toEqual([[], []]);
  });

  test("that is too long is not fetched, and one in which nothing was understood is asked for again", async () => {
    const transcriber: Transcriber = { transcribe: async () => "" };
    record("…");
    await world.run(world.worker({ transcriber }), 1_000);
    expect(world.sent()).toEqual([`U1 reply: ${en.mediaUnheard}`]);
  });

  test("is not understood if voice is switched off, or if it is elsewhere", async () => {
    const originalContentUrl = "https://example.com/a.m4a";
    await world.send("U1", { ...audio, contentProvider: { type: "external", originalContentUrl } });
    expect(world.sent()).toEqual([`U1 reply: ${en.notUnderstood}`]);
    world = createWorld({ bot: defineBot({ ...plainBot, media: { voice: { enabled: false } } }) });
    await world.send("U1", audio, saying("Hi"));
    expect(world.sent()).toEqual([`U1 reply: ${en.notUnderstood}`]);
  });
});

describe("what was said is written down once", () => {
  test("if the model fails after it", async () => {
    record("Hello");
    const failing = () => Promise.reject(new BotError("model.unavailable", "503", { retry: "later" }));
    await world.run(world.worker({ model: { ask: failing } }), 1_000);
    await pass(10_000);
    await world.settle();
    expect(world.sent()).toEqual(["U1 reply: 🎤 Hello\n\nYou said: Hello"]);
    expect(world.heard).toHaveLength(1);
  });

  test("if the process dies after it", async () => {
    record("Hello");
    await world.crash(world.worker({ model: { ask: () => new Promise<never>(() => {}) } }));
    await world.settle();
    expect(world.newest()).toContain("Hello");
    expect(world.heard).toHaveLength(1);
  });

  test("and again, if the process dies before it is stored", async () => {
    record("Hello");
    await world.crash(world.worker({ transcriber: { transcribe: () => new Promise<never>(() => {}) } }));
    await world.settle();
    expect(world.sent()).toHaveLength(1);
    expect(world.heard).toHaveLength(1);
  });
});

test("a voice message that was given up on is listened to again by the button under the apology", async () => {
  record("Hello");
  const broken: Transcriber = {
    transcribe: () => Promise.reject(new BotError("model.unauthorized", "401", { retry: "never" })),
  };
  await world.run(world.worker({ transcriber: broken }), 1_000);
  expect(world.newest()).toContain(en.apology);
  await world.talk("U1", "/retry");
  expect(world.newest()).toBe("U1 reply: 🎤 Hello\n\nYou said: Hello");
  const questions = world.table.turnsOf("U1").flatMap(({ question }) => question ?? []);
  expect(questions.map((question) => JSON.parse(question))).toMatchObject([
    [{ kind: "audio", text: "Hello" }],
  ]);
});

test.each([
  ["unsending", () => void world.unsend("U1", "1")],
  ["blocking", () => void world.unfollow("U1")],
])("after %s nothing of what was said is left", async (_, erase) => {
  await world.send("U1", audio, saying("My secret is 4711 8888"));
  expect(world.table.textOf("U1")).toContain("4711");
  erase();
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});
