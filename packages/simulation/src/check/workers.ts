import type { Incoming } from "@henji/core/queue/sqs";
import { maxEventAgeMs, retry } from "@henji/core/settings";
import type { BatchEnd } from "../event-source.ts";
import type { Process } from "../process.ts";
import type { FifoQueue } from "../queue.ts";
import { type Book, type BookOptions, eventIdOf } from "./book.ts";
import { erasing, type Fate } from "./fate.ts";

const noted = new Set([
  "turn.claimed",
  "turn.duplicate",
  "turn.held",
  "turn.put_apart",
  "turn.not_released",
  "job.retry",
  "event.ignored",
  "event.too_old",
  "chat.flooded",
  "queue.not_hidden",
  "queue.not_deleted",
  "apology.not_sent",
  "event.not_queued",
  "turn.delivered",
  "turn.dropped",
  "message.erased",
  "chat.erased",
  "window.folded",
  "window.not_folded",
]);

const finishes = new Set([
  "turn.delivered",
  "turn.duplicate",
  "event.ignored",
  "event.too_old",
  "job.parked",
  "turn.dropped",
]);

const erases = new Set(["message.erased", "chat.erased"]);

/** What the workers say and how they end. */
export function checkWorkers(book: Book, { scheduler, history }: BookOptions) {
  const { fates, fateOf, textOf, keyOf, violate, calm } = book;
  const finishedBy = new Map<string, Set<string>>();

  return {
    logged(
      process: Process,
      name: string,
      eventId: string | undefined,
      fields: Record<string, unknown>,
    ): void {
      const fate = fateOf(eventId);
      const details = ["code", "inS", "by", "status", "resumed"].flatMap((field) =>
        fields[field] === undefined ? [] : [`${field}=${String(fields[field])}`],
      );
      if (noted.has(name)) {
        history.note(process.name, `${name} ${details.join(" ")}`, { eventId, chatId: fate?.chatId });
      }
      if (fields.code === "unexpected") violate("errors", "core threw what nobody classified", fate);
      if (!fate) return;
      // Who has lost the turn has no error to tell.
      if (name === "job.retry" && !String(fields.code).startsWith("turn.")) fate.errorEnds += 1;
      if (name === "event.ignored") {
        fate.ignored = true;
        if (fate.kind !== "not_a_question") violate("nothing lost", "a question was ignored", fate);
      }
      if (erases.has(name)) erased(fate);
      if (name === "event.too_old") {
        fate.tooOld = true;
        const age = scheduler.now() - fate.timestamp;
        if (age < maxEventAgeMs - 2_000) violate("nothing lost", "too old before its time", fate);
      }
      if (finishes.has(name) || (erases.has(name) && erasing.includes(fate.kind))) {
        const finished = finishedBy.get(process.name) ?? new Set();
        finishedBy.set(process.name, finished.add(fate.eventId));
      }
    },

    /** A batch is handed to a process. */
    began(process: Process): void {
      finishedBy.delete(process.name);
    },

    died(process: Process, cause: string): void {
      history.note(process.name, `dies ${cause}`);
    },

    batchEnded(
      end: BatchEnd,
      batch: readonly Incoming[],
      failed: readonly string[],
      process: Process,
      main: FifoQueue,
    ): void {
      const ids = batch.map(({ messageId }) => messageId).join(" ");
      const back = failed.length > 0 ? `, ${failed.join(" ")} failed` : "";
      for (const chatId of new Set(batch.map((message) => message.chatId))) {
        history.note(process.name, `${end} with ${ids}${back}`, { chatId });
      }
      if (end === "threw") violate("bounded", "the worker threw");
      if (end === "malformed") violate("bounded", "the worker named a message that it was not given");
      if (end === "timed_out" && !process.wasFrozen()) violate("bounded", "the worker ran into its time-out");
      if (end === "died" || end === "timed_out") {
        for (const { body } of batch) {
          const fate = fateOf(eventIdOf(body));
          if (fate) fate.deaths += 1;
        }
      }
      if (end === "returned") checkFailed(batch, failed, process, main);
      finishedBy.delete(process.name);
    },
  };

  /** From now on nothing of it is left in the table. */
  function erased(fate: Fate): void {
    if (erasing.includes(fate.kind)) fate.ignored = true;
    const isMeant = (other: Fate) =>
      fate.kind === "unsend"
        ? other.eventId === fate.target
        : other.chatId === fate.chatId && keyOf(other) < keyOf(fate);
    const text = textOf(fate);
    for (const other of [...fates.values()].filter(isMeant)) {
      other.erased = true;
      if (text.includes(`[${other.eventId}]`))
        violate("private", `still stored after ${fate.eventId} took it away`, other);
    }
  }

  /** What a worker reported as failed: not finished, and back in time. */
  function checkFailed(
    batch: readonly Incoming[],
    failed: readonly string[],
    process: Process,
    main: FifoQueue,
  ): void {
    const finished = finishedBy.get(process.name);
    const waiting = new Map(main.messages().map((message) => [message.messageId, message]));
    for (const { messageId, receiptHandle, body, chatId } of batch) {
      if (!failed.includes(messageId)) continue;
      const eventId = eventIdOf(body) ?? "";
      const copies = batch.filter((other) => eventIdOf(other.body) === eventId).length;
      if (finished?.has(eventId) && copies === 1) {
        violate("in order", "finished, and reported as failed", { chatId, eventId });
      }
      const message = waiting.get(messageId);
      if (!calm.queue || !calm.visibilityIsLong || message?.receiptHandle !== receiptHandle) continue;
      const inS = (message.visibleAt - scheduler.now()) / 1000;
      if (inS > retry.maxDelayS) violate("bounded", `comes back only after ${inS} s`, { chatId, eventId });
    }
  }
}
