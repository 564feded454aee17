import type { Bot } from "../bot/bot.ts";
import type { Clock } from "../clock.ts";
import type { Attachment } from "../context/attachment.ts";
import { toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import type { Moderator } from "../model/moderator.ts";
import { type Content, saidIn } from "../platform/content.ts";
import { deadlines } from "../settings.ts";

export type ModerateOptions = { bot: Pick<Bot, "moderation">; moderator: Moderator; clock: Clock };

export type ModerateRequest = { question: Content; attachments: readonly Attachment[]; log: Log };

/**
 * Has a question looked at beside the model call. If that cannot be done in time, the answer goes out: a bot that is
 * silent while OpenAI's moderation is out of order would be out of order itself.
 *
 * @returns whether a question must not be answered; it never throws
 */
export function createModerate({ bot, moderator, clock }: ModerateOptions) {
  return async ({ question, attachments, log }: ModerateRequest): Promise<boolean> => {
    if (!bot.moderation) return false;
    const text = saidIn(question);
    const pictures = attachments.flatMap((one) => (one.kind === "picture" ? one.url : []));
    try {
      const signal = clock.timeout(deadlines.moderationMs);
      const categories = await moderator.moderate({ text, pictures }, signal);
      if (categories.length > 0) log.info("moderation.flagged", { categories: categories.join(", ") });
      return categories.length > 0;
    } catch (error) {
      log.with({}, error).warn("moderation.not_asked", { code: toBotError(error).code });
      return false;
    }
  };
}
