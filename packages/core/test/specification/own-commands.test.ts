import { defineBot } from "@henji/core/bot";
import { type CommandContext, defineCommand, type LineMessage } from "@henji/core/command";
import { handlerLimits } from "@henji/core/settings";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

const { en, ja } = ownBot.texts;

let world: World;
/** What the handler was given, an entry for each time that it has run. */
let given: CommandContext[];
/** What it does. */
let act: (context: CommandContext) => ReturnType<Parameters<typeof defineCommand>[0]["run"]>;

const hours = defineCommand({
  words: ["hours", "営業時間"],
  about: "shows when we are open",
  run(context) {
    given.push(context);
    return act(context);
  },
});

const bot = defineBot({ ...plainBot, commands: { ...plainBot.commands, own: [hours] } });

beforeEach(() => {
  given = [];
  act = () => "Open from 9 to 17.";
  world = createWorld({ bot });
});

const flex: LineMessage = {
  type: "flex",
  altText: "Open from 9 to 17",
  contents: {
    type: "bubble",
    body: { type: "box", layout: "vertical", contents: [{ type: "text", text: "9–17" }] },
  },
};

describe("a command of the owner's", () => {
  test("is answered by its handler, without the model", async () => {
    await world.talk("U1", "Ｈｏｕｒｓ！");
    expect(world.sent()).toEqual(["U1 reply: Open from 9 to 17."]);
    expect(world.asked).toEqual([]);
    expect(given).toMatchObject([
      { user: { id: "U1", name: "Name of U1" }, chat: { type: "user", id: "U1" } },
    ]);
    expect(given[0]).toMatchObject({ text: "Ｈｏｕｒｓ！", eventId: "E1", language: "en" });
    expect(world.logged("handler.ran")).toMatchObject([{ handler: "hours", messages: 1, eventId: "E1" }]);
  });

  test("is told in which language its user writes", async () => {
    act = ({ language }) => (language === "ja" ? "9時から17時まで" : "9 to 17");
    await world.talk("U1", "営業時間");
    expect(world.newest()).toBe("U1 reply: 9時から17時まで");
  });

  test("is no part of the conversation, and nothing is kept of it once it is answered", async () => {
    await world.talk("U1", "hours", "Are you there?");
    expect(world.contexts.at(-1)).toBe('[{"role":"user","content":"Are you there?"}]');
    expect(world.table.textOf("U1")).not.toMatch(/Open from|hours/);
  });

  test("stands in the list of the commands, if it says what it does", async () => {
    await world.talk("U1", "/help", "ヘルプ");
    const [english, japanese] = world.line.sent.map(({ messages }) => messages[0]!.text);
    expect(english).toContain(`${en.help}\n\nhours\n　shows when we are open\n\n`);
    expect(japanese).toContain(`${ja.help}\n\n営業時間\n　`);
  });

  test("in a group answers who mentions the bot", async () => {
    await world.sayIn("C1", "U1", "hours");
    await world.sayIn("C1", "U1", "@Henji hours");
    expect(world.sent()).toEqual(["C1 reply: Open from 9 to 17."]);
    expect(given).toMatchObject([{ text: "hours", user: { id: "U1" }, chat: { type: "group", id: "C1" } }]);
  });

  test("costs no answer of the day, and is refused to who writes much too many", async () => {
    world = createWorld({ bot: { ...bot, limits: { ...bot.limits, dailyMessages: 1 } } });
    await world.talk("U1", "Hello", "hours", "hours");
    expect(world.sent().map((text) => text.replace("U1 reply: ", ""))).toEqual([
      "You said: Hello",
      "Open from 9 to 17.",
      en.dailyLimit,
    ]);
  });

  test("that says nothing is done without a word", async () => {
    act = () => undefined;
    await world.talk("U1", "hours");
    expect(world.sent()).toEqual([]);
    expect(world.logged("turn.dropped")).toMatchObject([{ because: "unsaid" }]);
    expect(world.queue.deadLetters.messages()).toEqual([]);
  });

  test("brings what waits for its user", async () => {
    const slow = { ...bot, delivery: "free" as const };
    world = createWorld({ bot: slow });
    world.put("U1", { type: "message", message: { type: "text", id: "m1", text: "Late" } });
    await world.settle();
    expect(world.sent()).toEqual([]);
    act = () => undefined;
    await world.talk("U1", "hours");
    expect(world.sent()).toEqual(["U1 reply: You said: Late"]);
  });
});

describe("what a handler answers with", () => {
  test("may be messages of LINE's, which go out as they are", async () => {
    const urls = { originalContentUrl: "https://example.com/a", previewImageUrl: "https://example.com/b" };
    const picture = { type: "image" as const, ...urls };
    act = () => ["Here it is:", flex, picture];
    await world.talk("U1", "hours");
    expect(world.line.sent[0]?.messages).toEqual([{ type: "text", text: "Here it is:" }, flex, picture]);
  });

  test("is quoted where LINE can, and has buttons of the bot's under it", async () => {
    world = createWorld({ bot: { ...bot, delivery: "free" } });
    act = () => [flex];
    for (const n of [1, 2, 3, 4, 5]) {
      world.put("U1", { type: "message", message: { type: "text", id: `m${n}`, text: `Late ${n}` } });
      await world.settle();
    }
    // Brings five; what it says itself waits behind them.
    await world.talk("U1", "hours");
    expect(world.sent()).toEqual([`U1 reply: You said: Late 1 [${en.showAnswer}]`]);
    await world.talk("U1", "/memory");
    expect(world.line.sent.at(-1)?.messages[0]).toEqual(flex);
  });

  test.each<[string, unknown, string]>([
    ["six messages", Array(6).fill(flex), "6 messages, and LINE takes 5 at once"],
    ["a long altText", { ...flex, altText: "x".repeat(1_501) }, "message 1: altText has 1501 characters"],
    ["no altText", ["Hi", { ...flex, altText: undefined }], "message 2: a flex needs altText"],
    ["a number", 4711, "message 1 is neither a text nor a message of LINE's"],
    ["an unknown type", { type: "toString" }, "message 1: its type is none of text, textV2, flex"],
    ["no JSON", { type: "flex", altText: 1n }, "message 1 is no JSON"],
    ["much", { ...flex, contents: "x".repeat(handlerLimits.maxBytes) }, "bytes of messages, and there is"],
  ])("%s cannot be sent: it is parked at once, with the reason", async (_, answer, reason) => {
    act = () => answer as string;
    await world.talk("U1", "hours");
    expect(world.sent()).toEqual([`U1 reply: ${en.apology} [try again]`]);
    const [parked] = world.logged("job.parked");
    expect(parked).toMatchObject({ code: "handler.bad_answer", attempts: 1 });
    expect(parked.reason).toContain('The handler "hours" returned what cannot be sent: ');
    expect(parked.reason).toContain(reason);
    expect(parked.reason).not.toContain("4711");
  });
});

describe("a handler that fails", () => {
  test("runs again, for the same event, and its answer is sent once", async () => {
    act = () => {
      if (given.length < 3) throw new TypeError("my secret diary");
      return "At last.";
    };
    await world.talk("U1", "hours");
    expect(world.sent()).toEqual(["U1 reply: At last."]);
    expect(given.map(({ eventId }) => eventId)).toEqual(["E1", "E1", "E1"]);
    expect(world.logged("job.retry")).toMatchObject(
      Array(2).fill({ code: "handler.failed", reason: 'The handler "hours" threw TypeError' }),
    );
    expect(world.printed.join("")).not.toContain("diary");
  });

  test("is given up on after five attempts, with an apology, and an operator can bring it back", async () => {
    act = () => Promise.reject(new Error("down"));
    await world.talk("U1", "hours");
    expect(given).toHaveLength(5);
    expect(world.logged("job.parked")).toMatchObject([{ code: "handler.failed", attempts: 5 }]);
    expect(world.sent()).toEqual([expect.stringContaining(en.apology)]);
    act = () => "Up again.";
    world.moveBack();
    await world.settle();
    expect(world.newest()).toBe("U1 push: Up again.");
  });

  test("or is late is told so by its signal, and its attempt has failed", async () => {
    const isTold: boolean[] = [];
    act = async ({ signal }) => {
      signal.addEventListener("abort", () => isTold.push(true));
      return given.length > 1 ? "In time." : new Promise(() => {});
    };
    await world.talk("U1", "hours");
    expect(isTold).toEqual([true]);
    expect(world.logged("job.retry")).toMatchObject([{ code: "handler.timeout" }]);
    expect(world.sent()).toEqual(["U1 reply: In time."]);
  });

  test("its question is not what is asked once more", async () => {
    act = () => Promise.reject(new Error("down"));
    await world.talk("U1", "Tell me a joke", "hours", "/retry");
    expect(world.asked).toEqual(["Tell me a joke", "Tell me a joke"]);
  });
});

describe("once", () => {
  test("an answer that is stored is sent after a crash, and the handler does not run for it again", async () => {
    world.say("U1", "hours");
    const work = world.worker({
      line: { ...world.line.line, reply: () => new Promise(() => {}) },
    });
    await world.crash(work, 1_000);
    expect(given).toHaveLength(1);
    await world.settle();
    expect(given).toHaveLength(1);
    expect(world.sent()).toEqual(["U1 reply: Open from 9 to 17."]);
  });

  test("a handler whose process dies runs again, and is told of the same event", async () => {
    let release = () => {};
    act = () => (given.length > 1 ? "Done." : new Promise((resolve) => (release = () => resolve("Twice."))));
    world.say("U1", "hours");
    await world.crash(world.worker(), 1_000);
    release();
    await world.settle();
    expect(given.map(({ eventId }) => eventId)).toEqual(["E1", "E1"]);
    expect(world.sent()).toEqual(["U1 reply: Done."]);
  });

  test("in order: a question waits for the command before it", async () => {
    act = () => new Promise((resolve) => void world.scheduler.sleep(3_000).then(() => resolve("First.")));
    world.say("U1", "hours");
    world.say("U1", "Second");
    await world.settle();
    expect(world.sent()).toEqual(["U1 reply: First.", "U1 reply: You said: Second"]);
  });

  test("unsent before it is answered, it does not run", async () => {
    const id = world.say("U1", "hours");
    world.unsend("U1", id);
    await world.settle();
    expect([given, world.sent()]).toEqual([[], []]);
  });
});
