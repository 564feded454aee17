import type { Incoming } from "@henji/core/queue/sqs";
import { hold, maxEventAgeMs, pace, retry } from "@henji/core/settings";
import type { BatchEnd } from "../event-source.ts";
import type { FifoQueue, QueuedMessage } from "../fifo-queue.ts";
import type { Process } from "../process.ts";
import { type Book, type BookOptions, eventIdOf, isCalm } from "./book.ts";
import { erasing, type Fate, forOthers } from "./fate.ts";
import type { checkLimit } from "./limit.ts";

const recorded = new Set([
  "turn.claimed",
  "turn.duplicate",
  "turn.held",
  "turn.isolated",
  "turn.not_released",
  "turn.postponed",
  "model.rate_limited",
  "model.slot_taken",
  "job.retry",
  "event.ignored",
  "event.too_old",
  "chat.flooded",
  "queue.visibility_not_changed",
  "queue.not_deleted",
  "apology.not_sent",
  "event.not_queued",
  "turn.delivered",
  "turn.dropped",
  "turn.gathered",
  "turn.waiting",
  "thinking.said",
  "thinking.not_said",
  "message.erased",
  "chat.erased",
  "window.folded",
  "window.not_folded",
  "window.refused",
  "window.not_moved",
]);

const finishes = new Set([
  "turn.delivered",
  "turn.duplicate",
  "event.ignored",
  "event.too_old",
  "job.parked",
  "turn.dropped",
  "turn.gathered",
  "turn.waiting",
]);

const erases = new Set(["message.erased", "chat.erased"]);

/** By then a first renewal has arrived, also one that a dying process has sent. */
const RENEWAL_TRIP_MS = 20;

/** What the workers log and how they end. */
export function checkWorkers(
  book: Book,
  { plan, scheduler, history }: BookOptions,
  limit: ReturnType<typeof checkLimit>,
) {
  const { fates, fateOf, textOf, isBefore, violate, calm } = book;
  const finishedBy = new Map<string, Set<string>>();
  /** Which process has which message, and since when. */
  const heldBy = new Map<string, { process: Process; since: number }>();

  return {
    logged(
      process: Process,
      name: string,
      eventId: string | undefined,
      fields: Record<string, unknown>,
    ): void {
      const fate = fateOf(eventId);
      const details = ["code", "inS", "waitMs", "by", "status", "resumed"].flatMap((field) =>
        fields[field] === undefined ? [] : [`${field}=${String(fields[field])}`],
      );
      if (recorded.has(name)) {
        history.note(process.name, `${name} ${details.join(" ")}`, { eventId, chatId: fate?.chatId });
      }
      limit.logged(process, name, eventId);
      if (name === "bot.token_cap_reached") book.cappedProcesses.set(process.name, scheduler.now());
      if (fields.code === "unexpected") violate("errors", "core threw an unclassified error", fate);
      if (!fate) return;
      // An attempt that could not be released counts as one that died.
      if (name === "turn.not_released") fate.failedAttempts -= 1;
      // A worker that has lost the turn has not failed at it.
      if (name === "job.retry" && fields.claimed && !String(fields.code).startsWith("turn.")) {
        fate.failedAttempts += 1;
        fate.failedAtClaim = fate.claims;
      }
      // A late duplicate may be passed over where the first was not; that ends nothing.
      if (name === "event.ignored" && fate.claims === 0) {
        fate.ignored = true;
        const mayBe = [...forOthers, "quoting"].includes(fate.kind) || (fate.byName && !isCalm(plan, "line"));
        if (!mayBe && !process.wasFrozen()) violate("nothing lost", "a question was ignored", fate);
      }
      if (erases.has(name)) erased(fate, process);
      if (name === "window.refused" && fields.moved === true) fate.droppedPast = true;
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

    /** A process gets a batch. */
    began(process: Process, batch: readonly Incoming[]): void {
      finishedBy.delete(process.name);
      for (const { messageId } of batch) {
        const other = heldBy.get(messageId);
        if (other && calm.renewals && !other.process.isDead() && !other.process.wasFrozen()) {
          violate("asked once", `${messageId} is handed out while ${other.process.name} is working on it`);
        }
        heldBy.set(messageId, { process, since: scheduler.now() });
      }
    },

    /** A worker has renewed its hold, or released a message. */
    hidden({ messageId }: QueuedMessage, delayS: number): void {
      if (delayS !== hold.forS) heldBy.delete(messageId);
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
      if (end === "timed_out" && !process.wasFrozen()) violate("bounded", "the worker timed out");
      if (end === "died" || end === "timed_out") {
        for (const { body } of batch) {
          const fate = fateOf(eventIdOf(body));
          if (fate) fate.deaths += 1;
        }
      }
      if (end === "returned") checkFailed(batch, failed, process, main);
      if (end === "died") checkHeld(batch, process, main);
      for (const { messageId } of batch) {
        if (heldBy.get(messageId)?.process === process && end !== "timed_out") heldBy.delete(messageId);
      }
      finishedBy.delete(process.name);
    },
  };

  /** From now on nothing of it is in the table. A frozen worker logs this late, when another may have claimed it. */
  function erased(fate: Fate, process: Process): void {
    if (erasing.includes(fate.kind)) fate.ignored = true;
    // What a member has written before, but comes after it, is answered.
    const isOwn = ({ senderId, sequence = Number.POSITIVE_INFINITY }: Fate) =>
      senderId === fate.senderId && (senderId === fate.chatId || sequence < fate.sequence!);
    const isMeant = (other: Fate) =>
      fate.kind === "unsend"
        ? other.eventId === fate.target
        : other.chatId === fate.chatId && isBefore(other, fate) && (fate.kind === "unfollow" || isOwn(other));
    const text = textOf(fate);
    for (const other of [...fates.values()].filter(isMeant)) {
      other.erased = true;
      // An answer may repeat it, and stays: nothing tells any more that it does.
      const isForgotten = book.isForgottenTalk(other);
      if (isForgotten && fate.kind !== "unsend") other.mayBeKeptAgain = true;
      if (isForgotten) continue;
      if (text.includes(`[${other.eventId}]`) && !process.wasFrozen())
        violate("private", `still stored after ${fate.eventId} erased it`, other);
    }
  }

  /**
   * What a dead worker held becomes visible in time. One that was frozen when it was handed the batch could not renew
   * its hold before it woke: until then the queue's own visibility timeout goes on.
   */
  function checkHeld(batch: readonly Incoming[], process: Process, main: FifoQueue): void {
    if (!calm.renewals) return;
    const now = scheduler.now();
    const waiting = new Map(main.messages().map((message) => [message.receiptHandle, message]));
    for (const { receiptHandle, messageId, chatId } of batch) {
      const message = waiting.get(receiptHandle);
      const since = heldBy.get(messageId)?.since ?? now;
      const awakeMs = now - Math.max(since, process.frozenUntil());
      if (!message || awakeMs < RENEWAL_TRIP_MS) continue;
      const inMs = message.visibleAt - now;
      if (inMs > hold.forS * 1000 + RENEWAL_TRIP_MS)
        violate("bounded", `held for ${inMs / 1000} s by a worker that is dead`, { chatId });
    }
  }

  /** What a worker reported as failed is not finished, and becomes visible in time. */
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
      const failure = batch.find((first) => first.chatId === chatId && failed.includes(first.messageId));
      if (failure?.messageId !== messageId && inS > 0)
        violate("bounded", `comes after a failure and is invisible for ${inS} s`, { chatId, eventId });
      const isPostponed = fateOf(eventId)?.lastWrite === "postpone";
      if (inS > (isPostponed ? pace.postponedS : retry.maxDelayS))
        violate("bounded", `becomes visible only after ${inS} s`, { chatId, eventId });
    }
  }
}
