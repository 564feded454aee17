import type { Replay } from "@henji/core/queue/job";
import type { Incoming, ParkReason } from "@henji/core/queue/sqs";
import { pace, queue, retry, worker } from "@henji/core/settings";
import type { QueuedMessage } from "../fifo-queue.ts";
import { type Book, type BookOptions, eventIdOf, isCalm } from "./book.ts";
import type { Fate } from "./fate.ts";
import { type checkLimit, isLimited } from "./limit.ts";

/** Errors that no retry can change; any other is parked only after the last attempt. */
const never = new Set([
  "model.quota_exhausted",
  "model.unauthorized",
  "model.rejected",
  "model.context_too_long",
  "line.rejected",
  "line.unauthorized",
  "line.quota_exhausted",
  "slack.rejected",
  "slack.unauthorized",
  "slack.blocks_refused",
  "delivery.unclear",
  "job.unreadable",
]);

/** Five attempts that fail because of the model or LINE: five invocations and four delays. */
export const heldAtMostMs =
  1000 * (retry.maxAttempts * worker.timeoutS + (retry.maxAttempts - 1) * retry.maxDelayS);

/** Whatever fails: SQS itself moves a message that was received too often. */
export const heldAtAllMs = 1000 * queue.maxReceiveCount * (queue.visibilityTimeoutS + worker.timeoutS);

/** The jobs on the queue: their order, their bounds, and that none is parked for a wrong reason. */
export function checkQueue(
  book: Book,
  { plan, scheduler, history }: BookOptions,
  limit: ReturnType<typeof checkLimit>,
) {
  const { fates, fateOf, turnOf, keyOf, violate, calm } = book;
  const heldSince = new Map<string, number>();

  return {
    queued(message: QueuedMessage): void {
      const eventId = eventIdOf(message.body);
      const fate = fateOf(eventId);
      history.note("queue", `holds ${message.messageId}`, { chatId: message.chatId, eventId });
      if (!fate) return;
      if (fate.chatId !== message.chatId)
        violate("private", `queued in the group of ${message.chatId}`, fate);
      if (fate.sequence !== undefined) return;
      fate.sequence = message.sequence;
      for (const other of fates.values()) {
        if (other.chatId !== fate.chatId || other.webhook !== fate.webhook) continue;
        const overtaken = other.number > fate.number;
        if (other !== fate && overtaken && other.sequence !== undefined) {
          violate("in order", `${other.eventId} of the same webhook was queued before it`, fate);
        }
      }
    },

    received(message: QueuedMessage, isFirst: boolean): void {
      if (isFirst && !heldSince.has(message.messageId)) heldSince.set(message.messageId, scheduler.now());
    },

    /** It is deleted, parked or redriven; `next` is now first in its chat. */
    released(message: QueuedMessage, next: QueuedMessage | undefined): void {
      const since = heldSince.get(message.messageId);
      if (next && next.receiveCount > 0) heldSince.set(next.messageId, scheduler.now());
      if (since === undefined) return;
      const ms = scheduler.now() - since;
      const about = { chatId: message.chatId, eventId: eventIdOf(message.body) ?? "" };
      const { lineMs = 0 } = plan.modelLimit ?? {};
      const limitedMs = isLimited(plan) ? lineMs + pace.uncountedForMs + pace.postponedS * 1000 : 0;
      const bound = calm.butForModelAndLine ? heldAtMostMs + limitedMs : heldAtAllMs;
      if (ms > bound) violate("bounded", `held its chat for ${Math.round(ms / 1000)} s`, about);
    },

    redriven(message: QueuedMessage): void {
      const fate = fateOf(eventIdOf(message.body));
      history.note("queue", `redrives ${message.messageId} after ${message.receiveCount} receives`, {
        chatId: message.chatId,
        eventId: fate?.eventId,
      });
      if (message.receiveCount < queue.maxReceiveCount)
        violate("bounded", "redriven too early", fate ?? message);
      if (fate) fate.redriven = true;
      else book.unreadable.parked += 1;
    },

    replayed(eventId: string, { id, force }: Replay): void {
      const fate = fates.get(eventId);
      if (!fate) return;
      fate.replays.add(id);
      if (!force || plan.operator?.forces !== true) return;
      const brought = [...fates.values()].filter((other) => turnOf(other)?.carriedBy === keyOf(fate));
      for (const one of [fate, ...brought]) one.mayComeTwice = true;
    },

    parked(message: Incoming, { code, reason, attempts }: ParkReason, isNew: boolean): void {
      const fate = fateOf(eventIdOf(message.body));
      const about = { chatId: message.chatId, eventId: fate?.eventId ?? "" };
      history.note("dead letter", `${code} after ${attempts} attempts${isNew ? "" : " (again)"}`, about);
      if (reason === "") violate("nothing lost", "parked without a reason", about);
      if (!fate) {
        if (isNew) book.unreadable.parked += 1;
        if (code !== "job.unreadable") violate("nothing lost", `an unreadable job parked as ${code}`, about);
        return;
      }
      fate.parkings.push(code);
      limit.parked(fate, code);
      const claims = fate.claims - fate.claimsBeforeReplay;
      // A worker that was frozen parks a turn that was replayed since: its copy is outdated.
      const isOutdated = attempts > claims;
      if (code !== "worker.crashed" && !never.has(code) && claims < retry.maxAttempts && !isOutdated) {
        violate("bounded", `parked as ${code} after ${claims} attempts`, fate);
      }
      // Where nothing is lost on the way to the queues and the table, the fifth attempt parks.
      if (code !== "worker.crashed" && attempts > retry.maxAttempts && calm.butForQuestions) {
        violate("bounded", `parked as ${code} after ${attempts} attempts`, fate);
      }
      if (code === "worker.crashed" && fate.kind === "question" && calm.butForQuestions) {
        violate("in order", "parked because another chat's question crashes", fate);
      }
      if (isNew && !isOutdated && !isTrue(fate, code))
        violate("nothing lost", `parked as ${code}, which never happened to it`, fate);
    },
  };

  function isTrue(fate: Fate, code: string): boolean {
    const [platform] = code.split(".");
    if (code === "turn.not_answered_yet") return fate.kind === "tap";
    if (code === "delivery.unclear")
      return fate.openReplies > 0 || fate.diedAnswered || turnOf(fate)?.route === "push";
    // The claim that found the crashes is not one of them, even if it was heard to fail at parking.
    if (code === "worker.crashed") {
      const failed = fate.failedAttempts - (fate.failedAtClaim === fate.claims ? 1 : 0);
      return fate.claims - fate.claimsBeforeReplay - 1 > failed;
    }
    // A frozen invocation, or a slow table, leaves too little time to erase.
    if (code === "chat.not_erased_yet") return plan.process.freezes > 0 || !isCalm(plan, "table");
    // Two have said yes, or its question was unsent meanwhile.
    if (code === "calls.taken") return fate.kind === "yes" || fate.kind === "no";
    // A slow model, or a frozen process, leaves too little time for a tool.
    if (code === "tool.no_time") return plan.tools.called > 0;
    if (platform === "table") return !isCalm(plan, "table");
    if (platform === "queue") return !isCalm(plan, "queue");
    if (["line.timeout", "line.unavailable", "line.unreachable"].includes(code)) return !isCalm(plan, "line");
    // What was posted may not be recorded.
    if (code === "slack.not_settled")
      return book.slackErrors.size > 0 || fate.diedAnswered || !isCalm(plan, "table");
    if (platform === "slack") return book.slackErrors.has(code);
    if (code === "line.quota_unknown") return book.lineErrors.size > 0;
    // The breakers give every chat the error that one chat has met.
    return (
      fate.errors.has(code) ||
      book.lineErrors.has(code) ||
      (platform === "model" && book.modelErrors.has(code))
    );
  }
}
