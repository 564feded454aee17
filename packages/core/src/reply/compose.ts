import type { Bot, Chat } from "../bot/bot.ts";
import type { Language } from "../bot/language.ts";
import type { ModelAnswer } from "../model/model.ts";
import type { Button, Compose, Composed, Platform } from "../platform/platform.ts";
import type { ToolAudience } from "../tool/tool.ts";
import { confirmButtons, confirmText } from "./confirm.ts";
import type { Notices } from "./notice.ts";
import type { Parted } from "./part.ts";
import type { RoundsAnswer } from "./rounds.ts";
import { suggestionButtons } from "./suggest.ts";

export type ComposeRequest = {
  /** Of the turn that answers. */
  key: string;
  language: Language;
  composeBy: Compose;
};

export type AnswerComposeRequest = ComposeRequest & {
  platform: Platform;
  chat: Chat;
  user: ToolAudience["user"];
};

/** Makes messages of what is said. */
export function createCompose(bot: Pick<Bot, "texts" | "suggestions">, notices: Notices) {
  return { compose, composeAnswer };

  /** What its user is shown of what the model says: an answer, or the question whether a tool may run. */
  function composeAnswer(
    answer: RoundsAnswer,
    { text, suggested }: Pick<Parted, "text" | "suggested">,
    request: AnswerComposeRequest,
  ): Composed {
    const { platform, chat, user, key, language } = request;
    if (answer.asking) {
      const question = confirmText(answer.asking.calls, { user, chat, language }, bot.texts[language]);
      const buttons = confirmButtons(key, bot.texts[language]);
      return platform.compose(question, { cutNotice: bot.texts[language].cut, buttons });
    }
    if (answer.refused) return { messages: notices.refusal({ platform, language, chat }) };
    const buttons = suggestionButtons(suggested, bot, chat);
    return compose({ text, cut: answer.cut, buttons }, request);
  }

  function compose(
    { text, cut, buttons = [] }: Pick<ModelAnswer, "text" | "cut"> & { buttons?: Button[] },
    { key, language, composeBy }: ComposeRequest,
  ): Composed {
    const cutNotice = bot.texts[language].cut;
    const continueButton = notices.continueButton(key, language);
    const { messages, rest } = composeBy(text, { cutNotice, isCut: cut, buttons, continueButton });
    if (rest === undefined) return { messages };
    return { messages, rest: cut ? `${rest}\n${cutNotice}` : rest };
  }
}
