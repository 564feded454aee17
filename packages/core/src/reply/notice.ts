import { type Bot, type CommandName, type Language, spokenCommands } from "../bot/bot.ts";
import { wordsFor } from "../decide/command.ts";
import { type TextMessage, toMessages, withButtons } from "../platform/line/text.ts";
import type { NoticeKind } from "../turn/turn.ts";
import type { ExportPage } from "./export.ts";

/** What the bot says by itself, in place of an answer by the model. */
export type Notice = { kind: NoticeKind; messages: TextMessage[] };

export type Notices = ReturnType<typeof createNotices>;

/** Every notice, in the words of `bot.config.ts`. */
export function createNotices(bot: Pick<Bot, "texts" | "commands">) {
  function notice(kind: NoticeKind, language: Language, text: string, buttons: readonly CommandName[] = []) {
    const words = buttons.flatMap((name) => wordsFor(name, language, bot) ?? []);
    const labelled = words.map((each) => ({ label: each, text: each }));
    return { kind, messages: withButtons(toMessages(text, bot.texts[language].cut), labelled) };
  }

  return {
    tooMany: (language: Language) => notice("too_many", language, bot.texts[language].tooMany),

    dailyLimit: (language: Language) => notice("daily_limit", language, bot.texts[language].dailyLimit),

    /** The whole bot has nothing left for today; to its user that is the same. */
    totalLimit: (language: Language) => notice("total_limit", language, bot.texts[language].dailyLimit),

    askToForget: (language: Language) =>
      notice("forget", language, bot.texts[language].forget, ["forgetForSure"]),

    forgotten: (language: Language) => notice("forgotten", language, bot.texts[language].forgotten),

    memory(language: Language, summary: string): Notice {
      const { memory, nothingRemembered } = bot.texts[language];
      const text = summary === "" ? nothingRemembered : `${memory}\n\n${summary}`;
      return notice("memory", language, text, ["export", "forget"]);
    },

    nothingToRetry: (language: Language) =>
      notice("nothing_to_retry", language, bot.texts[language].nothingToRetry),

    help(language: Language): Notice {
      const { help, about } = bot.texts[language];
      const lines = spokenCommands.flatMap((name) => {
        const words = wordsFor(name, language, bot);
        return words ? [`${words}\n　${about[name]}`] : [];
      });
      return notice("help", language, [help, ...lines].join("\n\n"), ["memory", "forget"]);
    },

    export(language: Language, { messages, next }: ExportPage): Notice {
      const words = wordsFor("export", language, bot);
      return {
        kind: "export",
        messages: withButtons(
          messages,
          next && words ? [{ label: `${words} →`, text: `${words} ${next}` }] : [],
        ),
      };
    },
  };
}
