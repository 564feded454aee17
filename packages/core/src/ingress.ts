import type { Clock } from "./clock.ts";
import { toBotError } from "./error.ts";
import { chatHash, type Log } from "./log.ts";
import type { Arrival, Webhook, WebhookHeaders } from "./platform/platform.ts";
import { encodeJob, type Job } from "./queue/job.ts";
import { isSqsId, type Outgoing, type Sender } from "./queue/sqs.ts";
import { ingress as limits, sqsLimits } from "./settings.ts";

export type IngressOptions = {
  webhook: Webhook;
  queue: Sender;
  clock: Clock;
  log: Log;
};

/** As much of a `Request` as is read. A process that makes none does not load `fetch`. */
export type WebhookRequest = {
  method: string;
  headers: WebhookHeaders;
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null;
};

/** In plain text. */
export type WebhookAnswer = { status: number; text: string };

/**
 * A platform's webhook: verifies, parses and enqueues; answers 200 only when every event is on
 * the queue. On 503 the platform sends the whole webhook again, and what is already on the queue
 * is recognized by its event id. It never waits for anything but the queue.
 */
export function createIngress({ webhook, queue, clock, log }: IngressOptions) {
  return async (request: WebhookRequest): Promise<WebhookAnswer> => {
    const receivedAt = clock.now();
    if (request.method !== "POST") return refuse(405, "webhook.wrong_method");

    const body = await readAtMost(request, limits.maxBodyBytes);
    if (!body) return refuse(413, "webhook.too_large");
    const opened = webhook.open(request.headers, body);
    if (opened.kind === "refused") return refuse(opened.status, opened.code);
    if (opened.kind === "challenge") return { status: 200, text: opened.answer };
    for (const { eventId, chatId, type } of opened.ignored ?? []) {
      log.info("event.ignored", { eventId, chat: chatHash(chatId), type });
    }
    for (const reason of opened.unreadable) log.warn("event.unreadable", { reason });

    const arrivals = opened.events.flatMap((arrival) => {
      const message = toMessage(arrival, receivedAt);
      return message ? [{ arrival, message }] : [];
    });
    const failed = await enqueue(arrivals.map(({ message }) => message));
    for (const { arrival } of arrivals) {
      const { eventId, chatId, type, isRedelivery: redelivery } = arrival;
      const queued = !failed.has(eventId);
      const fields = { eventId, chat: chatHash(chatId), type, redelivery };
      log[queued ? "info" : "error"](queued ? "event.queued" : "event.not_queued", fields);
    }
    return failed.size === 0 ? { status: 200, text: "OK" } : { status: 503, text: "Try again" };
  };

  function refuse(status: number, name: string): WebhookAnswer {
    log.warn(name, { status });
    return { status, text: "" };
  }

  /** Nothing if SQS would refuse it, at this delivery and at every other, and the events beside it with it. */
  function toMessage({ eventId, chatId, event }: Arrival, receivedAt: number): Outgoing | undefined {
    const job: Job = { version: 2, platform: webhook.platform, eventId, event, receivedAt };
    const body = isSqsId(chatId) ? encode(job) : undefined;
    if (body !== undefined) return { chatId, eventId, body };
    log.warn("event.unreadable", { eventId, reason: isSqsId(chatId) ? "size" : "source" });
    return undefined;
  }

  /** @returns the ids of events that may not be on the queue */
  async function enqueue(messages: readonly Outgoing[]): Promise<Set<string>> {
    const signal = clock.timeout(limits.sendTimeoutMs);
    const failed = new Set<string>();
    const stuckChats = new Set<string>();
    for (const batch of inBatches(messages)) {
      const sendable = batch.filter(({ chatId }) => !stuckChats.has(chatId));
      const refused = sendable.length > 0 ? await send(sendable, signal) : new Set<string>();
      for (const { eventId, chatId } of batch) {
        if (!refused.has(eventId) && !stuckChats.has(chatId)) continue;
        failed.add(eventId);
        stuckChats.add(chatId);
      }
    }
    return failed;
  }

  async function send(batch: readonly Outgoing[], signal: AbortSignal): Promise<Set<string>> {
    try {
      return await queue.send(batch, signal);
    } catch (error) {
      log.error("queue.unavailable", { code: toBotError(error).code });
      return new Set(batch.map(({ eventId }) => eventId));
    }
  }
}

/**
 * Cuts messages into batches that SQS takes, with at most one of each chat in a batch: a batch may
 * fail in part, and an event must not overtake the one before it.
 */
function inBatches(messages: readonly Outgoing[]): Outgoing[][] {
  const batches: { messages: Outgoing[]; bytes: number }[] = [];
  const lastOfChat = new Map<string, number>();
  for (const message of messages) {
    const bytes = Buffer.byteLength(message.body);
    const after = lastOfChat.get(message.chatId) ?? -1;
    let index = batches.findIndex(
      (batch, i) =>
        i > after &&
        batch.messages.length < sqsLimits.maxEntries &&
        batch.bytes + bytes <= sqsLimits.maxBytes,
    );
    if (index === -1) index = batches.push({ messages: [], bytes: 0 }) - 1;
    const batch = batches[index]!;
    batch.messages.push(message);
    batch.bytes += bytes;
    lastOfChat.set(message.chatId, index);
  }
  return batches.map((batch) => batch.messages);
}

/** Nothing if it is larger than a queue message can be, or deeper than JSON can be written. */
function encode(job: Job): string | undefined {
  try {
    const body = encodeJob(job);
    return Buffer.byteLength(body) <= sqsLimits.maxBytes ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The body's bytes, or nothing if there are more than `maxBytes`; stops reading there. */
async function readAtMost(request: WebhookRequest, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
