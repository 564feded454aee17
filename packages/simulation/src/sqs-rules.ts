import type { Outgoing } from "@henji/core/queue/sqs";

/** SQS: a group or deduplication id has 1 to 128 letters, digits and punctuation. */
const id = /^[\x21-\x7e]{1,128}$/;

/** SQS: `#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`, and at least one. */
const text = /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u;

/** SQS: a call carries at most 10 messages and 1 MiB. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 1024 * 1024;

export const isSqsText = (body: string) => text.test(body);

/** Why SQS takes nothing of a batch. */
export function batchRefusal(messages: readonly Outgoing[]): string | undefined {
  if (messages.length === 0) return "EmptyBatchRequest";
  if (messages.length > MAX_ENTRIES) return "TooManyEntriesInBatchRequest";
  const bytes = messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  if (bytes > MAX_BYTES) return "BatchRequestTooLong";
  const hasBadId = messages.some(({ chatId, eventId }) => !id.test(chatId) || !id.test(eventId));
  return hasBadId ? "InvalidParameterValue" : undefined;
}
