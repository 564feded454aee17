import type { Bot } from "./bot/bot.ts";
import { dayTotal } from "./chat/day-total.ts";
import type { Clock } from "./clock.ts";
import { isFoldDue } from "./context/fold.ts";
import { BotError, toBotError } from "./error.ts";
import type { Held, Stored } from "./held.ts";
import type { Delivered } from "./platform/platform.ts";
import { wasNeverSent } from "./turn/attempt.ts";
import type { Answer, AnsweredTurn, Turn } from "./turn/turn.ts";
import type { Turns } from "./turn/turns.ts";
import { type RunningTotal, type SentUsage, sends, withSend } from "./usage/usage.ts";
import type { Next, Verdict } from "./verdict.ts";

export type SendOptions = {
  bot: Pick<Bot, "memory" | "timeZone">;
  turns: Pick<Turns, "supersede" | "usePush" | "delivered">;
  identify: (userId: string) => string;
  clock: Clock;
};

/** deliver → finish: sends what is stored, so that the user sees it once, and marks it as sent. */
export function createSend({ bot, turns, identify, clock }: SendOptions) {
  return async (stored: Stored, held: Held): Promise<Verdict> => {
    const { chatId, answer } = stored.turn;
    // Between storing and sending, so that whatever dies here, one of the two has the question.
    if (answer.from === "model" && answer.repeats) await turns.supersede({ chatId, key: answer.repeats.key });
    const startedAt = clock.now();
    const delivered = await deliver(stored.turn, held);
    const next = nextAfter(stored, held);
    await finish(stored.turn, delivered, next, held).catch(sentUnrecorded);
    held.log.info("turn.delivered", {
      by: delivered.route,
      resumed: held.turn.status === "answered",
      requestId: delivered.requestId,
      ms: clock.now() - startedAt,
      // The user's, from the webhook on; not below zero where the functions' clocks disagree.
      waitMs: Math.max(0, clock.now() - held.job.receivedAt),
    });
    return { kind: "acknowledge", next };
  };

  function deliver(turn: AnsweredTurn, { platform, job, turn: found }: Held): Promise<Delivered> {
    const { chatId, answer } = turn;
    return platform.deliver({
      ...{ job, chatId, ...answer },
      maybeSent: found.status === "answered" && !wasNeverSent(found),
      mustHold: (forMs) => mustHold(turn, forMs),
      usePush: () => turns.usePush(turn),
    });
  }

  async function finish(turn: AnsweredTurn, delivered: Delivered, next: Next, held: Held): Promise<void> {
    const at = clock.now();
    const folding =
      next.kind === "fold" ? { until: held.batch.deadline, version: held.memory.version } : undefined;
    const before = dayTotal(held.memory, turn, at, bot.timeZone);
    const total = withSend(before, delivered.route, sentUsage(turn.answer, before));
    await turns.delivered(turn, { ...delivered, at, total, folding });
  }

  function nextAfter({ turn, past }: Stored, { memory, inbound, batch, log }: Held): Next {
    const { chatId, answer } = turn;
    if (answer.from === "bot" && answer.notice === "forgotten") return { kind: "skip_fold" };
    if (!past || !isFoldDue({ memory, past }, bot, clock.now())) return { kind: "nothing" };
    const safetyIdentifier = identify(inbound.senderId);
    return { kind: "fold", task: { chatId, memory, past, safetyIdentifier, deadline: batch.deadline, log } };
  }

  /**
   * A worker that woke up late sends nothing: it must hold its lease for as long as the call can take.
   * With every write conditional on the lease's owner, this leaves no moment for two senders.
   */
  function mustHold({ leaseUntil }: Turn, forMs: number): void {
    if (clock.now() + forMs <= leaseUntil) return;
    const reason = "The lease ran out before the answer was sent";
    throw new BotError("turn.lease_expired", reason, { retry: "later" });
  }
}

/** The platform has it, and its turn does not say so. */
function sentUnrecorded(cause: unknown): never {
  const { code, message, retry } = toBotError(cause);
  throw new BotError(code, message, { retry, outcome: "unknown", cause });
}

/** What the answer counts as in its user's day; the limit is not reached if the day has changed since it was decided. */
function sentUsage(answer: Answer, { usage, chat }: RunningTotal): SentUsage {
  if (answer.from === "model") return answer.usage;
  if (answer.notice === "group_limit") return chat && sends(chat) > 0 ? "group_limit_notice" : "notice";
  const isLimit = answer.notice === "total_limit" || (answer.notice === "daily_limit" && sends(usage) > 0);
  return isLimit ? "limit_notice" : "notice";
}
