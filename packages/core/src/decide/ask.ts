import type { Bot } from "../bot/bot.ts";
import type { Content } from "../platform/content.ts";
import type { Repeated } from "../turn/answer.ts";
import type { Decision } from "./decision.ts";
import { isTooLong, unheardIn } from "./media.ts";

export function askOf(question: Content, repeats: Repeated | undefined, bot: Pick<Bot, "media">): Decision {
  const voice = unheardIn(question, bot);
  if (!voice) return { kind: "ask", question, repeats };
  return isTooLong(voice, bot)
    ? { kind: "say", notice: "media_too_large" }
    : { kind: "hear", question, repeats };
}
