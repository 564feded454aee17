import { type BotConfig, defineBot, instructionsFor } from "@henji/core/bot";
import { expect, test } from "vitest";
import bot from "../../../bot.config.ts";

const minimal: BotConfig = { instructions: "Be kind." };

test("the shipped bot.config.ts is valid", () => {
  expect(bot.model.name).toBe("gpt-6-luna");
});

test("only instructions are required; defaults are the values of the shipped file", () => {
  expect(defineBot(minimal)).toEqual({ ...bot, instructions: "Be kind." });
});

test("each description of a command can be replaced by itself", () => {
  const { texts } = defineBot({ ...minimal, texts: { en: { about: { help: "this" } } } });
  expect(texts.en.about).toEqual({ ...bot.texts.en.about, help: "this" });
});

test("every mistake is reported with its path", () => {
  const broken = {
    ...minimal,
    instructions: "",
    memory: { highWaterTokens: 10, retentionDays: 1 },
    delivry: "auto",
  };
  expect(() => defineBot(broken as BotConfig)).toThrow(/instructions: .*memory\.retentionDays: .*delivry/s);
});

test.each([
  [{ memroy: {} }, "memroy: unknown; did you mean memory?"],
  [{ Delivery: "auto" }, "Delivery: unknown; did you mean delivery?"],
  [{ memory: { maxturn: 5 } }, "memory.maxturn: unknown; did you mean maxTurns?"],
  [{ model: { reasonignEffort: "none" } }, "model.reasonignEffort: unknown; did you mean reasoningEffort?"],
  [{ texts: { en: { appology: "x" } } }, "texts.en.appology: unknown; did you mean apology?"],
  [{ retentionDays: 30 }, "retentionDays: unknown; did you mean memory.retentionDays?"],
  [{ temperature: 1 }, /temperature: unknown$/],
  // A short name may have one typo, a long one several.
  [{ texts: { e: {} } }, "texts.e: unknown; did you mean en?"],
  // Nearer to th by its letters.
  [{ texts: { zh: {} } }, "texts.zh: unknown; did you mean zh-TW?"],
  [{ tetxs: {} }, "tetxs: unknown; did you mean texts?"],
  [{ tetxz: {} }, /tetxz: unknown$/],
  [{ tezzs: {} }, /tezzs: unknown$/],
  [{ tezxs: {} }, /tezxs: unknown$/],
  [{ tetzs: {} }, /tetzs: unknown$/],
  [{ mamary: {} }, "mamary: unknown; did you mean memory?"],
  [{ mamari: {} }, /mamari: unknown$/],
  [
    { delivry: "auto", memroy: {} },
    "delivry: unknown; did you mean delivery?; memroy: unknown; did you mean memory?",
  ],
])("an unknown key %j is reported with a suggestion", (mistake, message) => {
  expect(() => defineBot({ ...minimal, ...mistake } as BotConfig)).toThrow(message);
});

test.each([
  [{ instructions: undefined }, /instructions: Invalid input/],
  [{ instructions: { user: "Be kind." } }, /instructions: Invalid input/],
  [{ memory: { retentionDays: 29 } }, /memory\.retentionDays: Too small: expected number to be >=30$/],
  [
    { memory: { lowWaterTokens: 5, highWaterTokens: 5 } },
    "memory.lowWaterTokens: lowWaterTokens must be below highWaterTokens",
  ],
  [{ memory: { highWaterTokens: 9_001 } }, "memory.maxTokens: maxTokens must not be below highWaterTokens"],
  [{ commands: { help: ["?!"] } }, "commands.help.0: needs letters"],
  [{ commands: { forgetForSure: [] } }, "commands.forgetForSure: Too small"],
  [{ texts: { en: { apology: "" } } }, "texts.en.apology: Too small"],
  [{ texts: { en: { about: { help: "x".repeat(1_001) } } } }, "texts.en.about.help: Too big"],
  [{ model: { reasoningEffort: "" } }, "model.reasoningEffort: Invalid option"],
  [{ model: { maxOutputTokens: 15 } }, "model.maxOutputTokens: Too small"],
  [{ delivery: "reply" }, "delivery: Invalid option"],
  [{ limits: { maxUnanswered: 51 } }, "limits.maxUnanswered: Too big"],
])("%j is refused, and the error says what is allowed", (mistake, message) => {
  const define = () => defineBot({ ...minimal, ...mistake } as BotConfig);
  expect(define).toThrow(message);
  expect(define).toThrow(expect.objectContaining({ code: "config.invalid_bot", retry: "never" }));
});

test("a value that is not a configuration is reported as such", () => {
  expect(() => defineBot(undefined as unknown as BotConfig)).toThrow(
    "bot.config.ts: (top): Invalid input: expected object, received undefined",
  );
});

test("highWaterTokens may be equal to maxTokens", () => {
  const { memory } = defineBot({ ...minimal, memory: { highWaterTokens: 9_000 } });
  expect(memory).toMatchObject({ highWaterTokens: 9_000, maxTokens: 9_000 });
});

test.each(["none", "low", "medium", "high"] as const)("reasoning effort may be %s", (reasoningEffort) => {
  expect(defineBot({ ...minimal, model: { reasoningEffort } }).model.reasoningEffort).toBe(reasoningEffort);
});

test("a text that is set to undefined has its default", () => {
  const texts = { en: { apology: undefined, about: { help: undefined } } };
  expect(defineBot({ ...minimal, texts }).texts).toEqual(bot.texts);
});

test("the time zone is Tokyo by default, and an unknown zone is refused", () => {
  expect(defineBot(minimal).timeZone).toBe("Asia/Tokyo");
  expect(defineBot({ ...minimal, timeZone: "America/New_York" }).timeZone).toBe("America/New_York");
  for (const timeZone of ["Asia/Tokio", "+09:00", ""]) {
    expect(() => defineBot({ ...minimal, timeZone })).toThrow(
      'bot.config.ts: timeZone: not a time zone; it takes a name such as "Asia/Tokyo"',
    );
  }
});

test("two commands must not have the same words", () => {
  const broken = { ...minimal, commands: { help: ["/Help"], retry: ["/help!"] } };
  expect(() => defineBot(broken)).toThrow(
    'bot.config.ts: commands.help: the same words stand for two commands: "/Help"',
  );
});

const run = () => "Open from 9 to 17.";

test.each([
  [{ words: ["ヘルプ"], run }, 'commands.own.0.words: the same words stand for two commands: "ヘルプ"'],
  [{ words: ["x".repeat(21)], run }, "commands.own.0.words.0: too long for a button"],
  [{ words: [], run }, "commands.own.0.words: Too small"],
  [{ words: ["hours"] }, "commands.own.0.run: not a function"],
  [{ words: ["hours"], run, abuot: "x" }, "commands.own.0.abuot: unknown; did you mean about?"],
])("a command of the owner's is checked as the others are: %j", (own, message) => {
  expect(() => defineBot({ ...minimal, commands: { own: [own as never] } })).toThrow(message);
});

test("a bot with commands of its own and handlers stays as it is when it is checked once more", () => {
  const once = defineBot({ ...minimal, commands: { own: [{ words: ["hours"], run }] }, onFollow: run });
  expect(defineBot(once)).toEqual(once);
  expect(() => defineBot({ ...minimal, onFollow: "Hi" as never })).toThrow("onFollow: not a function");
});

test("a command's words must fit on a button, which counts what a reader sees as one character", () => {
  const broken = { ...minimal, commands: { help: ["x".repeat(21)] } };
  expect(() => defineBot(broken)).toThrow(
    "commands.help.0: too long for a button, which has room for 20 characters",
  );
  const words = "ชี้".repeat(10);
  expect(defineBot({ ...minimal, commands: { help: [words] } }).commands.help).toEqual([words]);
});

test("the bot's own language is English by default, and one that it does not speak is refused", () => {
  expect(defineBot(minimal).language).toBe("en");
  expect(defineBot({ ...minimal, language: "th" }).language).toBe("th");
  expect(() => defineBot({ ...minimal, language: "fr" } as unknown as BotConfig)).toThrow(
    "language: Invalid option",
  );
});

test("instructions can be given by kind of chat, or as a function of the chat", () => {
  const user = { type: "user", id: "U1" } as const;
  const byKind = { user: "Be a friend.", group: "Be brief.", room: "Be brief." };
  expect(instructionsFor(defineBot(minimal), user)).toBe("Be kind.");
  expect(instructionsFor(defineBot({ ...minimal, instructions: byKind }), user)).toBe("Be a friend.");
  const byId = defineBot({ ...minimal, instructions: ({ id }) => (id === "U1" ? "Be my cat." : "") });
  expect(instructionsFor(byId, user)).toBe("Be my cat.");
  expect(() => instructionsFor(byId, { type: "group", id: "C1" })).toThrow("instructions: the function");
});

test.each<[string, () => string, string]>([
  ["throws", () => JSON.parse(""), "the function threw SyntaxError"],
  [
    "throws no error",
    () => {
      throw "my secret diary";
    },
    "the function threw string",
  ],
  ["returns no text", () => 4711 as never, "the function must return a text that is not empty"],
  ["returns an empty text", () => "", "the function must return a text that is not empty"],
])("instructions whose function %s are a mistake in the configuration", (_, instructions, reason) => {
  const ask = () => instructionsFor(defineBot({ ...minimal, instructions }), { type: "user", id: "U1" });
  expect(ask).toThrow(`bot.config.ts: instructions: ${reason}`);
  expect(ask).toThrow(expect.objectContaining({ code: "config.invalid_bot", retry: "never" }));
});

test("what was checked is not checked again", () => {
  const bot = defineBot({ instructions: "Be kind." });
  expect(defineBot(bot)).toBe(bot);
  expect(defineBot({ ...bot })).not.toBe(bot);
});
