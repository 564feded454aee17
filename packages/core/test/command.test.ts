import type { Language } from "@henji/core/bot/language";
import { LONGEST_WORDS, plainWords } from "@henji/core/bot/words";
import { commandOf, wordsFor } from "@henji/core/decide/command";
import { expect, test } from "vitest";
import bot from "../../../bot.config.ts";

const nameOf = (text: string) => commandOf(text, bot)?.name;

test.each(["/help", " /HELP ", "/help!", "／ｈｅｌｐ。", "/help ?!. \n", "ヘルプ"])(
  "%j is the command help",
  (text) => {
    expect(nameOf(text)).toBe("help");
  },
);

test.each(
  ["", "help", "/help me", "/hel", "!/help", "can you /help"].filter(
    (text) => !bot.commands.help.includes(text),
  ),
)("%j is not a command", (text) => {
  expect(nameOf(text)).toBeUndefined();
});

test("a command has at most 120 characters, white space and end marks included", () => {
  expect(nameOf("/help".padEnd(LONGEST_WORDS, "!"))).toBe("help");
  expect(nameOf("/help".padEnd(LONGEST_WORDS + 1, "!"))).toBeUndefined();
});

test("only an export can be continued, and only from a time of 13 digits", () => {
  expect(commandOf("/export", bot)).toEqual({ name: "export", from: undefined });
  expect(commandOf("/Export 1800000000000.", bot)).toEqual({ name: "export", from: "1800000000000" });
  expect(commandOf("/export １８０００００００００００", bot)).toEqual({
    name: "export",
    from: "1800000000000",
  });
  for (const rest of [
    " 180000000000",
    " 18000000000000",
    "1800000000000",
    " x800000000000",
    " 1800000000000 1",
  ])
    expect([rest, commandOf(`/export${rest}`, bot)]).toEqual([rest, undefined]);
  expect(commandOf("/help 1800000000000", bot)).toBeUndefined();
  expect(commandOf("1800000000000", bot)).toBeUndefined();
});

test("width, case and end marks make no difference to a command's words", () => {
  expect(plainWords("  Ｆｏｒｇｅｔ  it！？ ")).toBe("forget  it");
  expect(plainWords("忘れて。。")).toBe("忘れて");
  expect(plainWords("...")).toBe("");
  expect(plainWords("a.b")).toBe("a.b");
});

test("a button has the command's words in the user's language, or else the first ones", () => {
  const commands = {
    ...bot.commands,
    help: ["/help", "ヘルプ", "help me"],
    retry: ["/retry", "もう一度"],
    memory: ["/memory", "記憶"],
  };
  const words = (name: "help" | "retry" | "memory" | "export", language: Language) =>
    wordsFor(name, language, { commands: { ...commands, export: [] } });
  expect([words("help", "ja"), words("help", "en")]).toEqual(["ヘルプ", "help me"]);
  expect([words("retry", "ja"), words("retry", "en")]).toEqual(["もう一度", "/retry"]);
  expect([words("memory", "th"), words("export", "en")]).toEqual(["/memory", undefined]);
  // 漢字 alone may be Japanese or Chinese.
  expect([words("memory", "ja"), words("memory", "zh-TW")]).toEqual(["記憶", "記憶"]);
});
