import { setTimeout as sleep } from "node:timers/promises";
import { createActions } from "./actions.ts";
import { createAdmin } from "./admin.ts";
import { createApi } from "./api.ts";
import type { ApiCall } from "./call.ts";
import { createCast } from "./cast.ts";
import { createPlatform, type Fetch, type Wait } from "./platform.ts";
import { LINE_RATE_LIMITS, type RateLimits } from "./rate-limits.ts";
import type { Snapshot } from "./snapshot.ts";
import { createWebhooks } from "./webhook.ts";

export type LineSimulatorOptions = {
  /** Signs webhooks. */
  channelSecret: string;
  /** The one bearer token the API takes. */
  channelAccessToken: string;
  /** Where webhooks are sent. Default: nowhere until the bot sets a URL through the API. */
  webhookUrl?: string | undefined;
  /** The time, epoch milliseconds. Default: Date.now. */
  clock?: (() => number) | undefined;
  /** 0 to 1 like Math.random, the default. Every id follows from it, from the clock and from a counter. */
  random?: (() => number) | undefined;
  /** Waits for webhook time-outs, redeliveries and delays. Default: a real timer. */
  wait?: Wait | undefined;
  /** How webhooks reach the bot. Default: the global fetch. */
  fetch?: Fetch | undefined;
  /** Pushes a month, as `GET /v2/bot/message/quota` tells it. Default: unlimited. */
  monthlyQuota?: number | undefined;
  /** Default: 60,000 ms. */
  replyTokenTtlMs?: number | undefined;
  /** Overrides for LINE's limits, by operation. */
  rateLimits?: RateLimits | undefined;
  /** Default: drawn from `random`, or the snapshot's. */
  botUserId?: string | undefined;
  /** Default: "Bot". */
  botName?: string | undefined;
  /** "chat": people answer as well. Default: "chat". */
  chatMode?: "chat" | "bot" | undefined;
  /** What an earlier `snapshot()` gave. */
  snapshot?: Snapshot | undefined;
};

export type LineSimulator = ReturnType<typeof createLineSimulator>;

/**
 * A LINE platform with one bot: its API is `fetch`, what users do are methods, its chats are timelines.
 * It has no timer and does nothing between calls.
 */
export function createLineSimulator(options: LineSimulatorOptions) {
  const clock = options.clock ?? Date.now;
  const platform = createPlatform({
    channelSecret: options.channelSecret,
    channelAccessToken: options.channelAccessToken,
    webhookUrl: options.webhookUrl,
    clock: () => Math.floor(clock()),
    random: options.random ?? Math.random,
    wait: options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal, ref: true })),
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
    monthlyQuota: options.monthlyQuota,
    replyTokenTtlMs: options.replyTokenTtlMs ?? 60_000,
    botUserId: options.botUserId,
    botName: options.botName ?? "Bot",
    chatMode: options.chatMode ?? "chat",
    snapshot: options.snapshot,
  });
  const { people, timelines, happenings, contents, loading, faults, changes, bot } = platform;
  const api = createApi(platform, { ...LINE_RATE_LIMITS, ...options.rateLimits });
  const actions = createActions(platform);
  const webhooks = createWebhooks(platform);

  const line = {
    ...createCast(platform),
    ...actions,
    ...webhooks,
    bot,

    /** Every API call, newest last; the oldest of more than 1,000 are dropped. */
    requests: api.requests as readonly ApiCall[],

    faults,
    subscribe: changes.subscribe,

    /** A chat as its members see it, oldest first: a copy. */
    timeline: timelines.read,

    /** What happened in a chat besides messages, oldest first: follow, join, postback, and so on; a copy. */
    happenings: happenings.read,

    /** What a user has sent with an image, video, audio or file; undefined once it is unsent or dropped. */
    content(messageId: string): { contentType: string; bytes: Uint8Array } | undefined {
      const content = contents.find(messageId);
      return content && { contentType: content.contentType, bytes: new Uint8Array(content.bytes) };
    },

    /** When the loading animation of this chat will be over, if one is shown; epoch milliseconds. */
    loadingUntil: (chatId: string) => loading.until(chatId),

    users: () => structuredClone([...people.users.values()]),
    groups: () => structuredClone([...people.groups.values()]),
    webhookUrl: () => platform.webhook.url,

    /** "Use webhook" of LINE's console, which no API sets. While it is off, no event is sent. */
    useWebhook(active: boolean) {
      platform.webhook.active = active;
    },

    /** All state as plain JSON, for `createLineSimulator({ snapshot })`. */
    snapshot: () => platform.save(),
  };

  const admin = createAdmin(line);
  return {
    ...line,

    /** The whole HTTP surface: api.line.me, api-data.line.me and /_simulator/. */
    async fetch(request: Request): Promise<Response> {
      const { pathname } = new URL(request.url);
      return pathname.startsWith("/_simulator") ? admin.fetch(request) : api.fetch(request);
    },
  };
}
