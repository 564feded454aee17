import { type BotConfig, defineBot, instructionsFor, languageOf } from "@henji/core/bot";
import { expect, test } from "vitest";
import bot from "../../../bot.config.ts";

const minimal: BotConfig = { instructions: "Be kind." };

test("the configuration that ships is valid", () => {
  expect(bot.model.name).toBe("gpt-6-luna");
});

test("only the instructions are required; what is left out is as in the file that ships", () => {
  expect(defineBot(minimal)).toEqual({ ...bot, instructions: "Be kind." });
});

test("what the bot says by itself may be said anew, sentence by sentence", () => {
  const { texts } = defineBot({ ...minimal, texts: { en: { apology: "Oops!", about: { help: "this" } } } });
  expect(texts.en).toMatchObject({
    apology: "Oops!",
    about: { help: "this", retry: bot.texts.en.about.retry },
  });
  expect(texts.ja).toEqual(defineBot(minimal).texts.ja);
});

test("every mistake is named with its path", () => {
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
  [
    { delivry: "auto", memroy: {} },
    "delivry: unknown; did you mean delivery?; memroy: unknown; did you mean memory?",
  ],
])("an unknown key %j is named with the one that was meant", (mistake, message) => {
  expect(() => defineBot({ ...minimal, ...mistake } as BotConfig)).toThrow(message);
});

test("a day begins in Tokyo if nothing else is said, and never in a zone that does not exist", () => {
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
  expect(() => defineBot(broken)).toThrow("commands: the same words stand for two commands");
});

test("a command's words fit on a button", () => {
  const broken = { ...minimal, commands: { help: ["x".repeat(21)] } };
  expect(() => defineBot(broken)).toThrow(/commands\.help\.0: /);
});

test("the persona may be chosen by the kind of chat, or by a function of it", () => {
  const user = { type: "user", id: "U1" } as const;
  const byKind = { user: "Be a friend.", group: "Be brief.", room: "Be brief." };
  expect(instructionsFor(defineBot(minimal), user)).toBe("Be kind.");
  expect(instructionsFor(defineBot({ ...minimal, instructions: byKind }), user)).toBe("Be a friend.");
  const byId = defineBot({ ...minimal, instructions: ({ id }) => (id === "U1" ? "Be my cat." : "") });
  expect(instructionsFor(byId, user)).toBe("Be my cat.");
  expect(() => instructionsFor(byId, { type: "group", id: "C1" })).toThrow("instructions: the function");
});

test.each([
  ["こんにちは", "ja"],
  ["返事", "ja"],
  ["ｶﾀｶﾅ", "ja"],
  ["Hello 😀", "en"],
  ["", "en"],
])("%j is answered in %s", (text, language) => {
  expect(languageOf(text)).toBe(language);
});
