import { createChanges } from "./changes.ts";
import { createContents } from "./contents.ts";
import { createFaults } from "./faults.ts";
import { createHappenings } from "./happenings.ts";
import { createIds } from "./ids.ts";
import { createLoading } from "./loading.ts";
import type { OutgoingMessage } from "./outgoing-message.ts";
import { createPeople } from "./people.ts";
import { createQuota } from "./quota.ts";
import { createRetryKeys, type SentMessage } from "./retry-keys.ts";
import { parseSnapshot, type Snapshot } from "./snapshot.ts";
import { createTimelines } from "./timeline.ts";
import { createReplyTokens, createSeals } from "./tokens.ts";

export type Wait = (ms: number, signal?: AbortSignal) => Promise<unknown>;
export type Fetch = (request: Request) => Promise<Response>;

export type PlatformOptions = {
  channelSecret: string;
  channelAccessToken: string;
  /** Where webhooks are sent; a bot can also set it through the API. */
  webhookUrl: string | undefined;
  clock: () => number;
  random: () => number;
  wait: Wait;
  fetch: Fetch;
  monthlyQuota: number | undefined;
  replyTokenTtlMs: number;
  botUserId: string | undefined;
  botName: string;
  chatMode: "chat" | "bot";
  snapshot: Snapshot | undefined;
};

export type Platform = ReturnType<typeof createPlatform>;

/** How a message was sent. */
export type Sending = { by: "reply" | "push"; requestId: string; retryKey?: string; repliesTo?: string };

/** LINE returns a quote token for messages that a user could quote. */
const QUOTABLE = new Set(["text", "textV2", "sticker", "image", "video"]);

/** The state of the simulated platform: its parts, and what needs several of them. */
export function createPlatform(options: PlatformOptions) {
  const { clock, random, wait, fetch, channelSecret, channelAccessToken, replyTokenTtlMs } = options;
  const saved = options.snapshot && parseSnapshot(options.snapshot);
  const changes = createChanges();
  const { emit } = changes;
  const ids = createIds({ random, serial: saved?.serial });
  const people = createPeople({ clock, saved: saved?.people });
  const timelines = createTimelines(saved?.timelines);
  const happenings = createHappenings(saved?.happenings);
  const replyTokens = createReplyTokens({ clock, ttlMs: replyTokenTtlMs, saved: saved?.replyTokens });
  const retryKeys = createRetryKeys({ clock, saved: saved?.retryKeys });
  const quota = createQuota({ clock, limit: options.monthlyQuota, saved: saved?.quota });
  const contents = createContents(saved?.contents);
  const loading = createLoading({ clock, emit, saved: saved?.loading });
  const seals = createSeals(channelSecret);
  const faults = createFaults({ random });
  const userId = options.botUserId ?? saved?.botUserId ?? ids.user();
  const bot = { userId, displayName: options.botName, basicId: `@${userId.slice(1, 9)}` };
  const webhook = { url: options.webhookUrl ?? saved?.webhookUrl, active: saved?.webhookActive ?? true };
  // LINE: where people do not answer, every message counts as read at once.
  const chat = {
    chatMode: options.chatMode,
    markAsReadMode: options.chatMode === "chat" ? "manual" : "auto",
  } as const;

  return {
    clock,
    wait,
    fetch,
    channelSecret,
    channelAccessToken,
    changes,
    emit,
    ids,
    people,
    timelines,
    happenings,
    replyTokens,
    retryKeys,
    quota,
    contents,
    loading,
    seals,
    faults,
    bot,
    webhook,
    chat,

    /** Adds the bot's messages to a chat, unless they reach nobody. */
    post(chatId: string, messages: OutgoingMessage[], sending: Sending): SentMessage[] {
      const reached = people.reach(chatId);
      if (reached) loading.messageArrived(chatId);
      return messages.map((message) => {
        const at = clock();
        const id = ids.message(at);
        if (reached) {
          const entry = { ...sending, messageId: id, at, message };
          timelines.append(chatId, entry);
          emit({ type: "message", chatId, entry });
        }
        return QUOTABLE.has(message.type) ? { id, quoteToken: seals.quote(chatId, id) } : { id };
      });
    },

    save(): Snapshot {
      return {
        version: 1,
        serial: ids.save(),
        botUserId: bot.userId,
        ...(webhook.url && { webhookUrl: webhook.url }),
        ...(!webhook.active && { webhookActive: false }),
        people: people.save(),
        timelines: timelines.save(),
        happenings: happenings.save(),
        replyTokens: replyTokens.save(),
        retryKeys: retryKeys.save(),
        quota: quota.save(),
        contents: contents.save(),
        loading: loading.save(),
      };
    },
  };
}
