import { createHmac } from "node:crypto";
import type { WebhookStatus } from "./changes.ts";
import type { WebhookEvent } from "./events.ts";
import { arrives, type Fault } from "./faults.ts";
import { WEBHOOK_TIMEOUT_MS } from "./limits.ts";
import type { Fetch, Platform } from "./platform.ts";

export type DeliverOptions = {
  /** How to reach the bot; the simulator's own `fetch` option when left out. */
  fetch?: Fetch | undefined;
  /** LINE waits 2,000 ms. */
  timeoutMs?: number | undefined;
  /** Webhook redelivery, off as in LINE's console: up to `times` more after anything but a 2xx. */
  redeliver?: { times: number; delayMs: number } | undefined;
  /** Duplicates of each request, as the network may make them; they are no redeliveries. */
  duplicates?: number | undefined;
};

export type Delivery = {
  /** Of the last attempt; of its first copy where there were duplicates. `off`: nothing was sent. */
  status: WebhookStatus | "off";
  ok: boolean;
  attempts: number;
};

export type Webhooks = ReturnType<typeof createWebhooks>;

/** LINE: Base64(HMAC-SHA256(channel secret, raw body)). */
export function sign(channelSecret: string, body: string | Uint8Array): string {
  return createHmac("sha256", channelSecret).update(body).digest("base64");
}

export function signedRequest(platform: Platform, url: string, events: WebhookEvent[]): Request {
  const body = Buffer.from(JSON.stringify({ destination: platform.bot.userId, events }));
  return new Request(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "user-agent": "LineBotWebhook/2.0",
      "x-line-signature": sign(platform.channelSecret, body),
    },
  });
}

/**
 * Sends a request to the bot and waits for its status, at most `timeoutMs` of
 * the platform's time. A bot called in process keeps working after a time-out,
 * as a bot behind a network would.
 */
export async function statusFrom(
  platform: Platform,
  post: (signal: AbortSignal) => Promise<WebhookStatus>,
  timeoutMs = WEBHOOK_TIMEOUT_MS,
): Promise<WebhookStatus> {
  const over = new AbortController();
  try {
    return await Promise.race([
      post(over.signal),
      platform.wait(timeoutMs, over.signal).then(() => "timeout" as const),
    ]);
  } catch {
    return "unreachable";
  } finally {
    over.abort();
  }
}

export function createWebhooks(platform: Platform) {
  const { faults, replyTokens, emit, clock, wait } = platform;

  /** The signed POST with these events. It starts the minute of their reply tokens. */
  function webhook(events: WebhookEvent[], options: { redelivery?: boolean; url?: string } = {}): Request {
    const { redelivery = false, url = platform.webhook.url } = options;
    if (!url) {
      throw new Error(
        "No webhook URL: pass webhookUrl to createLineSimulator, or PUT /v2/bot/channel/webhook/endpoint",
      );
    }
    for (const { replyToken } of events) if (replyToken) replyTokens.send(replyToken, redelivery);
    const delivered = events.map((event) => ({ ...event, deliveryContext: { isRedelivery: redelivery } }));
    return signedRequest(platform, url, delivered);
  }

  async function attempt(
    events: WebhookEvent[],
    redelivery: boolean,
    options: DeliverOptions,
  ): Promise<WebhookStatus> {
    const { fetch, timeoutMs, duplicates = 0 } = options;
    const request = webhook(events, { redelivery });
    const copies = [request, ...Array.from({ length: duplicates }, () => request.clone())];
    const [status] = await Promise.all(
      copies.map((copy) => {
        const fault = faults.next("webhook");
        return statusFrom(platform, (signal) => send(platform, copy, { fault, fetch, signal }), timeoutMs);
      }),
    );
    const eventIds = events.map((event) => event.webhookEventId);
    emit({ type: "webhook", status: status!, eventIds, redelivery, at: clock() });
    return status!;
  }

  return {
    webhook,

    /**
     * Posts the events to the bot, and again after a failure as often as `redeliver` says. While "Use webhook" is
     * off, they are not sent, then or later.
     */
    async deliver(events: WebhookEvent[], options: DeliverOptions = {}): Promise<Delivery> {
      if (!platform.webhook.active) return { status: "off", ok: false, attempts: 0 };
      const { times, delayMs } = options.redeliver ?? { times: 0, delayMs: 0 };
      for (let attempts = 1; ; attempts++) {
        const status = await attempt(events, attempts > 1, options);
        const ok = isOk(status);
        if (ok || attempts > times) return { status, ok, attempts };
        await wait(delayMs);
      }
    },
  };
}

export const isOk = (status: WebhookStatus) => typeof status === "number" && status >= 200 && status < 300;

/** Sends one request to the bot, and what a fault makes of it. */
export async function send(
  { wait, fetch: own }: Platform,
  request: Request,
  options: { fault: Fault | undefined; fetch?: Fetch | undefined; signal: AbortSignal },
): Promise<WebhookStatus> {
  const { fault, fetch = own, signal } = options;
  const isLate = fault?.kind === "delay" && fault.late === "request";
  if (isLate) await wait(fault.ms);
  const status = arrives(fault) ? await post(request, fetch, isLate ? undefined : signal) : undefined;
  if (fault?.kind === "lose-response" || fault?.kind === "drop-request") return "unreachable";
  if (fault?.kind === "hang") return new Promise<never>(() => {});
  if (fault?.kind === "delay" && !isLate) await wait(fault.ms, signal);
  return fault?.kind === "status" ? fault.status : status!;
}

async function post(request: Request, fetch: Fetch, signal: AbortSignal | undefined): Promise<number> {
  const response = await fetch(signal ? new Request(request, { signal }) : request);
  await response.body?.cancel();
  return response.status;
}
