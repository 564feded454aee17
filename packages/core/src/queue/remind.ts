import type { Clock } from "../clock.ts";
import { toBotError } from "../error.ts";
import { chatHash, type Log } from "../log.ts";
import { deadlines } from "../settings.ts";
import type { Sender } from "./sqs.ts";

/** A reminder that is due. */
export type Reminder = { messageId: string; chatId: string; body: string };

export type RemindOptions = { sender: Sender; clock: Clock; log: Log };

/**
 * Forwards reminders to the event queue, where a chat's messages are one after another. Forwarding one twice is
 * harmless: the turn is taken up once.
 *
 * @returns the ids of those that must come back
 */
export function createRemind({ sender, clock, log }: RemindOptions) {
  return async (reminders: readonly Reminder[]): Promise<string[]> => {
    const failed = await Promise.all(reminders.map(forward));
    return failed.flat();
  };

  async function forward({ messageId, chatId, body }: Reminder): Promise<string[]> {
    try {
      const message = { chatId, eventId: messageId, body };
      const refused = await sender.send([message], clock.timeout(deadlines.queueMs));
      if (refused.size === 0) return [];
      log.with({ chat: chatHash(chatId) }).warn("reminder.not_forwarded", { code: "queue.refused" });
    } catch (error) {
      const { code } = toBotError(error);
      log.with({ chat: chatHash(chatId) }, error).warn("reminder.not_forwarded", { code });
    }
    return [messageId];
  }
}
