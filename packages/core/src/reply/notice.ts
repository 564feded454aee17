import { type Bot, type Chat, type CommandName, spokenCommands } from "../bot/bot.ts";
import type { Language } from "../bot/language.ts";
import { pressingData, sayingButton } from "../decide/button.ts";
import { wordsFor, wordsIn } from "../decide/command.ts";
import type { Button, Message, Platform } from "../platform/platform.ts";
import type { NoticeKind } from "../turn/answer.ts";

/** Where something is shown. */
type Shown = {
  platform: Pick<Platform, "compose">;
  language: Language;
  /** In a group, a user is told of what is their own, and buttons tell the bot by themselves. */
  chat: Pick<Chat, "type">;
};

/** A notice and where it is shown. */
export type NoticeRequest = Shown & {
  /** Notes on the conversation; empty: none. */
  summary: string;
};

/** The notices whose words are in `bot.config.ts`, or follow from them. */
export type SaidNotice = Exclude<NoticeKind, "export" | "go_on" | "show" | "own">;

/** What the bot says by itself, in place of an answer by the model, in the words of `bot.config.ts`. */
export function createNotices(bot: Pick<Bot, "texts" | "commands">) {
  /** Where a command has no words, its button is left out. */
  function buttonsFor(names: readonly CommandName[], { language, chat }: Shown): Button[] {
    return names.flatMap((name) => {
      const words = wordsFor(name, language, bot);
      return words === undefined ? [] : [sayingButton(words, words, chat)];
    });
  }

  /** The button that brings a turn's answer, and whatever else waits. */
  function answerButton(key: string, language: Language): Button {
    const words = bot.texts[language].showAnswer;
    return { label: words, text: words, data: pressingData({ kind: "answer", key }) };
  }

  function say(shown: Shown, text: string, buttons: readonly CommandName[] = []): Message[] {
    const cutNotice = bot.texts[shown.language].cut;
    return shown.platform.compose(text, { cutNotice, buttons: buttonsFor(buttons, shown) }).messages;
  }

  function memoryText({ language, summary }: NoticeRequest): string {
    const { memory, nothingRemembered } = bot.texts[language];
    return summary === "" ? nothingRemembered : `${memory}\n\n${summary}`;
  }

  function helpText(language: Language): string {
    const { help, about } = bot.texts[language];
    const lines = spokenCommands.flatMap((name) => {
      const words = wordsFor(name, language, bot);
      return words ? [`${words}\n　${about[name]}`] : [];
    });
    const owners = bot.commands.own.flatMap(({ words, about }) =>
      about === undefined ? [] : [`${wordsIn(language, words)}\n　${about}`],
    );
    return [help, ...owners, ...lines].join("\n\n");
  }

  return {
    buttonsFor,

    /** The button that goes on with what is left of a turn's answer. */
    continueButton(key: string, language: Language): Button {
      const words = bot.texts[language].goOn;
      return { label: words, text: words, data: pressingData({ kind: "go_on", key }) };
    },

    notice(kind: SaidNotice, request: NoticeRequest): Message[] {
      const { language, chat } = request;
      const texts = bot.texts[language];
      const isGroup = chat.type !== "user";
      switch (kind) {
        case "too_many":
          return say(request, texts.tooMany);
        // The whole bot has nothing left for today; to its user that is the same.
        case "daily_limit":
        case "group_limit":
        case "total_limit":
          return say(request, texts.dailyLimit);
        case "forget":
          return say(request, isGroup ? texts.forgetOwn : texts.forget, ["forgetForSure", "keep"]);
        case "forgotten":
          return say(request, isGroup ? texts.forgottenOwn : texts.forgotten);
        case "kept":
          return say(request, texts.kept);
        case "greeting":
          return say(request, isGroup ? texts.greetingGroup : texts.greeting, ["help"]);
        case "not_understood":
          return say(request, texts.notUnderstood);
        case "media_gone":
          return say(request, texts.mediaGone);
        case "media_too_large":
          return say(request, texts.mediaTooLarge);
        case "media_unheard":
          return say(request, texts.mediaUnheard);
        case "media_limit":
          return say(request, texts.mediaLimit);
        case "gone":
          return say(request, texts.gone);
        case "expired":
          return say(request, texts.confirmExpired);
        case "memory":
          return say(request, memoryText(request), ["export", "forget"]);
        case "nothing_to_retry":
          return say(request, texts.nothingToRetry);
        case "help":
          return say(request, helpText(language), spokenCommands);
      }
    },

    answerButton,

    /** Said while the model is still working on this turn. */
    stillThinking(key: string, { platform, language, chat }: Shown): Message[] {
      const { stillThinking, stillThinkingGroup, cut: cutNotice } = bot.texts[language];
      const text = chat.type === "user" ? stillThinking : stillThinkingGroup;
      return platform.compose(text, { cutNotice, buttons: [answerButton(key, language)] }).messages;
    },

    apology: (request: Shown) => say(request, bot.texts[request.language].apology, ["retry"]),

    refusal: (request: Shown) => say(request, bot.texts[request.language].refusal),
  };
}

export type Notices = ReturnType<typeof createNotices>;
