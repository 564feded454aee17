import type { CommandName } from "@henji/core/bot";
import type { Language } from "@henji/core/bot/language";
import { wordsFor } from "@henji/core/decide/command";
import { compose, type TextMessage, wordsOn } from "@henji/core/platform/line/compose";
import { createNotices, type SaidNotice } from "@henji/core/reply/notice";
import { describe, expect, test } from "vitest";
import bot from "../../../bot.config.ts";

const { en, ja } = bot.texts;
const notices = createNotices(bot);
const platform = { compose };
const chat = { type: "user" } as const;

/** The notice as LINE shows it, with the texts of its buttons. */
function shown(messages: readonly object[]) {
  const [message] = messages as TextMessage[];
  return {
    text: message?.text,
    buttons: message?.quickReply?.items.map(({ action }) => wordsOn(action)) ?? [],
  };
}

const say = (kind: SaidNotice, language: Language = "en", summary = "") =>
  shown(notices.notice(kind, { platform, chat, language, summary }));
const words = (...names: CommandName[]) => names.map((name) => wordsFor(name, "en", bot));

describe("a notice", () => {
  test.each([
    ["too_many", en.tooMany],
    ["daily_limit", en.dailyLimit],
    ["total_limit", en.dailyLimit],
    ["forgotten", en.forgotten],
    ["nothing_to_retry", en.nothingToRetry],
    ["gone", en.gone],
  ] as const)("has the bot's configured text, without buttons if it needs none (%s)", (kind, text) => {
    expect(say(kind)).toEqual({ text, buttons: [] });
  });

  test("is in the user's language", () => {
    expect(say("daily_limit", "ja").text).toBe(ja.dailyLimit);
    expect(say("memory", "ja").text).toBe(ja.nothingRemembered);
    expect(say("help", "ja").text).toContain(`何を覚えてる？\n　${ja.about.memory}`);
  });

  test("shows the notes on the conversation, if there are some", () => {
    expect(say("memory").text).toBe(en.nothingRemembered);
    expect(say("memory", "en", "Aki likes tea.").text).toBe(`${en.memory}\n\nAki likes tea.`);
  });

  test("says so in the user's language if not all of it fits", () => {
    const all = notices.notice("memory", { platform, chat, language: "ja", summary: "x".repeat(30_000) });
    expect(all).toHaveLength(5);
    expect(all.at(-1)?.text.endsWith(`x\n${ja.cut}`)).toBe(true);
  });

  test("has buttons for the commands that make sense next", () => {
    expect(say("help").buttons).toEqual(words("memory", "forget", "export", "retry", "help"));
    expect(say("memory").buttons).toEqual(words("export", "forget"));
    expect(say("forget")).toEqual({ text: en.forget, buttons: words("forgetForSure", "keep") });
  });

  test("leaves out a command that has no words", () => {
    const commands = { ...bot.commands, forget: [], help: [] };
    const { notice } = createNotices({ ...bot, commands });
    const help = shown(notice("help", { platform, chat, language: "en", summary: "" }));
    expect(help.buttons).toEqual(words("memory", "export", "retry"));
    expect(help.text).not.toContain(en.about.forget);
    expect(help.text).toContain(en.about.export);
  });
});

test("an apology has a button that asks again, and a refusal none", () => {
  const request = { platform, chat, language: "en" } as const;
  expect(shown(notices.apology(request))).toEqual({ text: en.apology, buttons: words("retry") });
  expect(shown(notices.refusal(request))).toEqual({ text: en.refusal, buttons: [] });
});
