import type { Chat } from "../../bot/bot.ts";
import type { Clock } from "../../clock.ts";
import { BotError } from "../../error.ts";
import type { Platform } from "../platform.ts";
import type { GuardedLine } from "./breaker.ts";
import { compose, fits, MAX_MESSAGES, type TextMessage, withButtons } from "./compose.ts";
import type { FetchContent } from "./content.ts";
import { createDeliver } from "./deliver.ts";
import { loadMarkdown } from "./markdown.ts";
import { ownMessages } from "./own-messages.ts";
import { createPeople } from "./people.ts";
import { quoting } from "./quote.ts";
import { SOMEBODY } from "./read.ts";
import { readTokenOf } from "./read-token.ts";
import { reader } from "./reader.ts";
import { freshUntil, replyTokenOf } from "./reply-token.ts";

export type LinePlatformOptions = {
  line: GuardedLine;
  /** Gives what fetches the content of messages: loaded when the first one has some. */
  loadContent(): Promise<FetchContent>;
  clock: Clock;
};

/** LINE as core sees it. */
export function createLinePlatform({ line, loadContent, clock }: LinePlatformOptions): Platform {
  const people = createPeople({ line, clock });
  return {
    name: "line",
    ...reader,
    compose,
    loadMarkdown,
    fits,
    quoting,
    ownMessages,
    withButtons: (messages, buttons) => withButtons(messages as readonly TextMessage[], buttons),

    maxMessages: MAX_MESSAGES,

    /** Replies are free while the token is fresh. */
    replyUntil(job) {
      const token = replyTokenOf(job);
      return token && freshUntil(token);
    },

    ready: line.ready,
    mayPush: line.mayPush,
    deliver: createDeliver({ line, clock }),

    async sendOnce({ job, chatId, messages, idempotencyKey, route }) {
      const texts = messages as readonly TextMessage[];
      const token = replyTokenOf(job)?.token;
      if (route === "push" || token === undefined) return line.push(chatId, texts, idempotencyKey);
      const { outcome, sentIds } = await line.reply(token, texts);
      if (outcome === "sent") return { sentIds };
      const reason = "The reply token was used or has expired";
      throw new BotError("line.invalid_reply_token", reason, { retry: "never" });
    },

    /** LINE: 1:1 chats only. */
    async showLoading({ type, id }: Chat, _job, forS) {
      if (type === "user") await line.showLoading(id, forS);
    },

    /** LINE: where people do not answer too, it shows a message as read by itself. */
    async markAsRead(job) {
      const token = readTokenOf(job);
      if (token === undefined || (await people.bot())?.chatMode !== "chat") return;
      await line.markAsRead(token);
    },

    async fetchMedia(ref, what, limits) {
      const fetchContent = await loadContent();
      return fetchContent(ref, what, limits);
    },

    botName: async () => (await people.bot())?.displayName,

    async profileOf(chat, userId) {
      return userId.endsWith(SOMEBODY) ? undefined : people.profile(chat, userId);
    },
  };
}
