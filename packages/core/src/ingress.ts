import type { Clock } from "./clock.ts";
import { toBotError } from "./error.ts";
import { chatHash, type Log } from "./log.ts";
import { chatIdOf, type LineEvent, lineEvent, webhookBody } from "./platform/line/event.ts";
import { isSigned } from "./platform/line/signature.ts";
import { encodeJob, type Job } from "./queue/job.ts";
import { isSqsId, type Outgoing, type Sender } from "./queue/sqs.ts";
import { ingress as limits, sqsLimits } from "./settings.ts";

export type IngressOptions = {
  channelSecret: string;
  queue: Sender;
  clock: Clock;
  log: Log;
};

/**
 * LINE's webhook: verifies, parses and enqueues; answers 200 only when every event is on
 * the queue. On 503 LINE sends the whole webhook again, and what is already on the queue
 * is recognized by its event id. It never waits for anything but the queue.
 */
export function createIngress({ channelSecret, queue, clock, log }: IngressOptions) {
  return async (request: Request): Promise<Response> => {
    const receivedAt = clock.now();
    if (request.method !== "POST") return refuse(405, "webhook.wrong_method");

    const body = await readAtMost(request, limits.maxBodyBytes);
    if (!body) return refuse(413, "webhook.too_large");
    if (!isSigned(body, request.headers.get("x-line-signature"), channelSecret)) {
      return refuse(401, "webhook.bad_signature");
    }
    const events = parse(body);
    if (!events) return refuse(400, "webhook.malformed");

    const messages = events.flatMap((event) => {
      const message = toMessage(event, receivedAt);
      return message ? [{ event, message }] : [];
    });
    const failed = await enqueue(messages.map(({ message }) => message));
    for (const { event, message } of messages) {
      const queued = !failed.has(message.eventId);
      log[queued ? "info" : "error"](queued ? "event.queued" : "event.not_queued", {
        eventId: message.eventId,
        chat: chatHash(message.chatId),
        type: event.type,
        redelivery: isRedelivery(event),
      });
    }
    return failed.size === 0 ? new Response("OK") : new Response("Try again", { status: 503 });
  };

  function refuse(status: number, name: string): Response {
    log.warn(name, { status });
    return new Response(null, { status });
  }

  /** The events of a body, or nothing if it is no webhook. An event without an id can never be answered once. */
  function parse(body: Uint8Array): LineEvent[] | undefined {
    const webhook = webhookBody.safeParse(parseJson(body));
    if (!webhook.success) return undefined;
    return webhook.data.events.flatMap((candidate) => {
      const event = lineEvent.safeParse(candidate);
      if (!event.success) log.warn("event.unreadable", { reason: event.error.issues[0]?.path.join(".") });
      return event.success ? [event.data] : [];
    });
  }

  /** Nothing if SQS would refuse it, at this delivery and at every other, and the events beside it with it. */
  function toMessage(event: LineEvent, receivedAt: number): Outgoing | undefined {
    const { webhookEventId: eventId } = event;
    const chatId = chatIdOf(event);
    const body = isSqsId(chatId) ? encode({ version: 1, event, receivedAt }) : undefined;
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

function isRedelivery(event: LineEvent): boolean {
  const context = event.deliveryContext;
  return (
    typeof context === "object" &&
    context !== null &&
    "isRedelivery" in context &&
    context.isRedelivery === true
  );
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** The body's bytes, or nothing if there are more than `maxBytes`; stops reading there. */
async function readAtMost(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
