import type { Bot } from "./bot/bot.ts";
import { dayTotal, endTotal } from "./chat/day-total.ts";
import type { Clock } from "./clock.ts";
import { isFoldDue } from "./context/fold.ts";
import { BotError, toBotError } from "./error.ts";
import type { Held, Stored } from "./held.ts";
import { idempotencyKeyOf } from "./platform/idempotency-key.ts";
import type { Delivered, Message } from "./platform/platform.ts";
import type { Reminders } from "./queue/reminders.ts";
import { languageOfAsking } from "./reply/language.ts";
import { createNotices } from "./reply/notice.ts";
import { maybeSentAtOf } from "./turn/attempt.ts";
import type { TurnItem } from "./turn/entity.ts";
import { toMessages } from "./turn/item.ts";
import type { AnsweredTurn, Turn } from "./turn/turn.ts";
import type { Turns } from "./turn/turns.ts";
import { withSpent } from "./usage/spent.ts";
import { type RunningTotal, sentUsage, withPush, withSend } from "./usage/usage.ts";
import { acknowledged, type Next, type Verdict } from "./verdict.ts";

export type SendOptions = {
  bot: Pick<Bot, "memory" | "timeZone" | "delivery" | "slow" | "language" | "texts" | "commands">;
  turns: Pick<Turns, "supersede" | "usePush" | "delivered" | "wait" | "carry" | "shown" | "drop">;
  reminders: Reminders;
  identify: (userId: string) => string;
  clock: Clock;
};

/**
 * deliver → finish: sends what is stored, so that the user sees it once, and marks it as sent. In front of it goes
 * what waits in its chat; or it waits itself.
 */
export function createSend({ bot, turns, reminders, identify, clock }: SendOptions) {
  const notices = createNotices(bot);

  return async (stored: Stored, held: Held): Promise<Verdict> => {
    const { turn } = stored;
    const { chatId, answer } = turn;
    // Between storing and sending, so that whatever dies here, one of the two has the question.
    if (answer.from === "model" && answer.repeats) await turns.supersede({ chatId, key: answer.repeats.key });
    if (answer.route === "wait") return wait(stored, held);
    const carried = await carry(turn, held);
    const brought = [...carried.flatMap(toMessages), ...(answer.isHeldBack ? [] : answer.messages)];
    const messages = await withRestButton(brought, turn, held);
    if (messages.length === 0) return answer.isHeldBack ? wait(stored, held) : drop(turn, held);
    const startedAt = clock.now();
    const delivered = await deliver(turn, messages, held);
    // It cannot be pushed: nobody need be reminded to try that again.
    if (!delivered) return wait(stored, held, false);
    const { sentIds } = delivered;
    // The newest, since an attempt before this one may have sent, and marked, more.
    const ofThese = { ...delivered, ...(sentIds && { sentIds: sentIds.slice(-messages.length) }) };
    await markShown(carried, ofThese, stored, held);
    if (answer.isHeldBack) return wait(stored, held);
    const next = nextAfter(stored, held);
    await finish(turn, ownPart(ofThese, messages, turn), next, held).catch(sentUnrecorded);
    held.log.info("turn.delivered", {
      by: delivered.route,
      resumed: held.turn.status === "answered",
      requestId: delivered.requestId,
      ...(carried.length > 0 && { carried: carried.length }),
      ms: clock.now() - startedAt,
      // The user's, from the webhook on; not below zero where the functions' clocks disagree.
      waitMs: Math.max(0, clock.now() - held.job.receivedAt),
    });
    return { kind: "acknowledge", next };
  };

  /** Comes before each send: no two turns show the same answer. What was erased meanwhile is left out. */
  async function carry({ chatId, key: by, answer }: AnsweredTurn, { memory }: Held): Promise<TurnItem[]> {
    const taking = (answer.carries ?? []).map((key) => {
      const from = memory.recent.find((turn) => turn.key === key)?.waiting?.carriedBy;
      return turns.carry({ chatId, key }, by, from);
    });
    return (await Promise.all(taking)).filter((item) => item !== undefined);
  }

  /** What one call has no room for can be asked for. */
  async function withRestButton(
    messages: readonly Message[],
    turn: AnsweredTurn,
    { memory, platform, profile }: Held,
  ): Promise<readonly Message[]> {
    const { carries = [], isHeldBack } = turn.answer;
    const behind = memory.recent.find(({ key, waiting }) => waiting && !carries.includes(key));
    const next = isHeldBack ? turn : behind;
    if (!next || carries.length === 0) return messages;
    const language = languageOfAsking(turn, memory, await profile, bot);
    const button = notices.answerButton(next.key, language);
    return platform.withButtons(messages, [button]);
  }

  /** Comes before the turn that shows them is over: until then an attempt after this one shows them again, or learns that they were. */
  async function markShown(
    carried: readonly TurnItem[],
    { sentIds, ...delivered }: Delivered,
    { turn: { key, eventId: carrier } }: Stored,
    { log }: Held,
  ): Promise<void> {
    let end = 0;
    const marking = carried.map(async (item) => {
      const start = end;
      end += toMessages(item).length;
      const how = { ...delivered, sentIds: sentIds?.slice(start, end), at: clock.now() };
      await turns.shown(item, key, how).catch(sentUnrecorded);
      log.with({ eventId: item.eventId }).info("turn.shown", { by: delivered.route, carrier });
    });
    await Promise.all(marking);
  }

  function deliver(
    turn: AnsweredTurn,
    messages: readonly Message[],
    { platform, job, turn: found }: Held,
  ): Promise<Delivered | undefined> {
    const { chatId, answer } = turn;
    const [first = ""] = answer.carries ?? [];
    // What it sends in front of itself must not stand for its own answer, which comes later.
    const idempotencyKey = answer.isHeldBack ? frontKeyOf(turn.eventId, first) : answer.idempotencyKey;
    return platform.deliver({
      ...{ job, chatId, messages, idempotencyKey },
      route: answer.route === "push" ? "push" : "reply",
      maybeSentAt: maybeSentAtOf(found),
      mustHold: (forMs) => mustHold(turn, forMs),
      async usePush() {
        if (bot.delivery === "free" || !(await platform.mayPush())) return false;
        await turns.usePush(turn);
        return true;
      },
    });
  }

  /** The reminder comes first: whatever dies here, the turn waits with one, or is tried again. */
  async function wait(stored: Stored, held: Held, mayRemind = true): Promise<Verdict> {
    const { turn } = stored;
    if (turn.answer.messages.length === 0) return drop(turn, held);
    const { platform, job, memory, batch, log } = held;
    const isReminded = mayRemind && bot.delivery !== "free" && (await platform.mayPush());
    const inS = bot.slow.pushAfterS;
    if (isReminded) await reminders.put(turn.chatId, job, inS);
    const next = nextAfter(stored, held);
    const at = clock.now();
    const dueAt = isReminded ? at + inS * 1000 : undefined;
    const before = totalBefore(turn, at, held);
    const isCounted = turn.waitedAt !== undefined;
    const total = isCounted ? before : withSend(before, "reply", sentUsage(turn.answer, before));
    const folding = next.kind === "fold" ? { until: batch.deadline, version: memory.version } : undefined;
    await turns.wait(turn, { at, total, folding, dueAt });
    const told = held.thinking.at !== undefined;
    log.info("turn.waiting", { told, reminded: isReminded, ...(isReminded && { inS }) });
    return { kind: "acknowledge", next };
  }

  /** It was to bring others, which are gone by now or go on waiting, and has nothing to say itself. */
  async function drop(turn: AnsweredTurn, { memory, log }: Held): Promise<Verdict> {
    const at = clock.now();
    await turns.drop(turn, at, endTotal(memory, turn, at, bot.timeZone), "shown");
    log.info("turn.dropped", { because: "shown" });
    return acknowledged;
  }

  async function finish(turn: AnsweredTurn, delivered: Delivered, next: Next, held: Held): Promise<void> {
    const at = clock.now();
    const folding =
      next.kind === "fold" ? { until: held.batch.deadline, version: held.memory.version } : undefined;
    const before = totalBefore(turn, at, held);
    const { route } = delivered;
    const isFirst = turn.waitedAt === undefined;
    const total = isFirst ? withSend(before, route, sentUsage(turn.answer, before)) : withPush(before);
    await turns.delivered(turn, { ...delivered, at, total, folding });
  }

  /** With what was taken beside the answer: for a notice that is all. */
  function totalBefore(turn: AnsweredTurn, at: number, { memory }: Held): RunningTotal {
    const before = dayTotal(memory, turn, at, bot.timeZone);
    return turn.spent ? withSpent(before, turn.spent) : before;
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

/** Under which a turn that is held back sends what it brings, beginning with this turn. */
export function frontKeyOf(eventId: string, firstKey: string): string {
  return idempotencyKeyOf(`${eventId}/front/${firstKey}`);
}

/** What the platform says of a turn's own messages, which come last. */
function ownPart(
  { sentIds, ...delivered }: Delivered,
  messages: readonly Message[],
  { answer }: AnsweredTurn,
): Delivered {
  if (!sentIds) return delivered;
  return { ...delivered, sentIds: sentIds.slice(messages.length - answer.messages.length) };
}

/** The platform has it, and its turn does not say so. */
function sentUnrecorded(cause: unknown): never {
  const { code, message, retry } = toBotError(cause);
  throw new BotError(code, message, { retry, outcome: "unknown", cause });
}
