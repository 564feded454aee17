import type { Bot } from "@henji/core/bot";
import type { Context } from "@henji/core/context/context";
import type { CountTokens } from "@henji/core/context/tokens";
import { retryKeyOf } from "@henji/core/line/retry-key";
import type { TextMessage } from "@henji/core/line/text";
import { decodeJob } from "@henji/core/queue/job";
import type { Incoming, ParkReason } from "@henji/core/queue/sqs";
import { deadlines, maxEventAgeMs, queue, replyTokenFreshMs, retry, worker } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import type { BatchEnd } from "./event-source.ts";
import type { History } from "./history.ts";
import type { SendRequest, Sent } from "./line.ts";
import type { Plan } from "./plan.ts";
import type { Process } from "./process.ts";
import type { MemoryQueue, QueuedMessage } from "./queue.ts";
import type { Scheduler } from "./scheduler.ts";
import type { MemoryTable } from "./table.ts";

/**
 * `rejected`: the model refuses it for good. `crashing`: every process that asks it dies. `hanging`: the
 * model never answers it.
 */
export type EventKind = "question" | "rejected" | "crashing" | "hanging" | "not_a_question";

export type SimulatedEvent = {
  eventId: string;
  chatId: string;
  kind: EventKind;
  timestamp: number;
  /** Events of one chat in one webhook keep this order. */
  webhook: number;
};

export type Violation = { at: number; rule: string; what: string; chatId: string; eventId: string };

/** What became of the events; for reports, not for judgement. */
export type Tally = {
  events: number;
  answered: number;
  noticed: number;
  parked: number;
  redriven: number;
  dropped: number;
  ignored: number;
  tooOld: number;
  notAccepted: number;
  /** Believed to have arrived because a reply token died younger than core can know. */
  believed: number;
  apologies: number;
  asked: number;
  deaths: number;
};

/** An event and all that has happened to it. */
export type Fate = SimulatedEvent & {
  accepted: boolean;
  /** Place of its first job in the queue. */
  sequence?: number;
  answers: number;
  /** Epoch milliseconds, of the first. */
  answeredAt?: number;
  notices: number;
  apologies: number;
  /** Codes, one for each time. */
  parkings: string[];
  redriven: boolean;
  replays: number;
  claims: number;
  /** Claims before it was brought back. */
  claimsBefore: number;
  /** Attempts since it was brought back that ended with an error. */
  errorEnds: number;
  /** How often a replay took it up again. */
  reclaims: number;
  reclaimedBy?: string;
  /** Questions to the model since it was brought back. */
  asks: number;
  deaths: number;
  replySends: number;
  ignored: boolean;
  tooOld: boolean;
  tokenDiedEarly: boolean;
  /** Codes of errors that really happened to it. */
  errors: Set<string>;
};

export type Check = ReturnType<typeof createCheck>;

export type CheckOptions = {
  plan: Plan;
  bot: Bot;
  scheduler: Scheduler;
  history: History;
  table: () => MemoryTable;
  count: CountTokens;
};

/** Errors that no retry mends; any other is parked only after the last attempt. */
const never = new Set([
  "model.quota_exhausted",
  "model.unauthorized",
  "model.rejected",
  "model.context_too_long",
  "line.rejected",
  "line.unauthorized",
  "line.quota_exhausted",
  "delivery.unclear",
  "job.unreadable",
]);

/** Five attempts with nothing in the way but the model and LINE: five invocations and four waits. */
export const heldAtMostMs =
  1000 * (retry.maxAttempts * worker.timeoutS + (retry.maxAttempts - 1) * retry.maxDelayS);

/** Whatever happens: SQS itself takes a message away that was received too often. */
export const heldAtAllMs = 1000 * queue.maxReceiveCount * (queue.visibilityTimeoutS + worker.timeoutS);

const marker = /\[(E\d+)\]/g;

/** What must be true at every moment, and at the end. */
export function createCheck({ plan, bot, scheduler, history, table, count }: CheckOptions) {
  const fates = new Map<string, Fate>();
  const violations: Violation[] = [];
  const keys = new Map<string, { eventId: string; apology: boolean }>();
  const newestAnswered = new Map<string, Fate>();
  const heldSince = new Map<string, number>();
  const finishedBy = new Map<string, Set<string>>();
  const apologyTexts = new Set([bot.texts.en.apology, bot.texts.ja.apology]);
  const recentModelErrors = new Map<string, number>();
  let unreadable = 0;
  let unreadableParked = 0;

  const calmQueue = isCalm(plan, "queue") && isCalm(plan, "table");
  const { process: troubles, lambda } = plan;
  const noDeaths = troubles.dies + troubles.freezes === 0;
  const calmButForQuestions =
    noDeaths && calmQueue && lambda.throttles + lambda.losesResponse + lambda.deleteFails === 0;
  const calmLambda = calmButForQuestions && !crashes(plan.traffic);
  const visibilityIsLong = plan.visibilityTimeoutS >= worker.timeoutS;
  const roomForAll = plan.maximumConcurrency > plan.traffic.chats;

  function violate(rule: string, what: string, about: { chatId?: string; eventId?: string } = {}) {
    const { chatId = "", eventId = "" } = about;
    violations.push({ at: scheduler.now(), rule, what, chatId, eventId });
    history.note("VIOLATION", `${rule}: ${what}`, { chatId, eventId });
  }

  function fateOf(eventId: string | undefined): Fate | undefined {
    return eventId === undefined ? undefined : fates.get(eventId);
  }

  const turnOf = ({ chatId, eventId, timestamp }: Fate): TurnItem | undefined =>
    table().turn({ chatId, key: `${String(timestamp).padStart(13, "0")}#${eventId}` });

  function textOf(messages: readonly TextMessage[]): string {
    return messages.map(({ text }) => text).join("\n");
  }

  /** Which event a message belongs to: by what it says, or by the key that it came with. */
  function eventOf(key: string, messages: readonly TextMessage[]) {
    const text = textOf(messages);
    const [, named] = /\[(E\d+)\]/.exec(text) ?? [];
    const known = keys.get(key);
    const fate = fateOf(named ?? known?.eventId);
    return { fate, apology: apologyTexts.has(text) };
  }

  function eventIdOf(body: string): string | undefined {
    try {
      return decodeJob(body).event.webhookEventId;
    } catch {
      return undefined;
    }
  }

  function released(message: QueuedMessage, next: QueuedMessage | undefined): void {
    const since = heldSince.get(message.messageId);
    if (next && next.receiveCount > 0) heldSince.set(next.messageId, scheduler.now());
    if (since === undefined) return;
    const ms = scheduler.now() - since;
    const about = { chatId: message.chatId, eventId: eventIdOf(message.body) ?? "" };
    const calm = calmLambda && visibilityIsLong && roomForAll;
    const bound = calm ? heldAtMostMs : heldAtAllMs;
    if (ms > bound) violate("bounded", `held its chat for ${Math.round(ms / 1000)} s`, about);
  }

  return {
    violations,
    fates: fates as ReadonlyMap<string, Readonly<Fate>>,

    event(event: SimulatedEvent): void {
      fates.set(event.eventId, {
        ...event,
        accepted: false,
        answers: 0,
        notices: 0,
        apologies: 0,
        parkings: [],
        redriven: false,
        replays: 0,
        claims: 0,
        claimsBefore: 0,
        errorEnds: 0,
        reclaims: 0,
        asks: 0,
        deaths: 0,
        replySends: 0,
        ignored: false,
        tooOld: false,
        tokenDiedEarly: false,
        errors: new Set(),
      });
      keys.set(retryKeyOf(event.eventId), { eventId: event.eventId, apology: false });
      keys.set(retryKeyOf(`${event.eventId}/apology`), { eventId: event.eventId, apology: true });
      keys.set(`T-${event.eventId}`, { eventId: event.eventId, apology: false });
    },

    unreadableJob(): void {
      unreadable += 1;
    },

    tokenGiven(eventId: string, lifeMs: number): void {
      const fate = fates.get(eventId)!;
      if (lifeMs < replyTokenFreshMs + 2_000) fate.tokenDiedEarly = true;
    },

    accepted(eventIds: readonly string[]): void {
      for (const eventId of eventIds) fates.get(eventId)!.accepted = true;
    },

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
        const overtaken = Number(other.eventId.slice(1)) > Number(fate.eventId.slice(1));
        if (other !== fate && overtaken && other.sequence !== undefined) {
          violate("in order", `${other.eventId} of the same webhook was queued before it`, fate);
        }
      }
    },

    received(message: QueuedMessage, isFirst: boolean): void {
      if (isFirst && !heldSince.has(message.messageId)) heldSince.set(message.messageId, scheduler.now());
    },

    released,

    redriven(message: QueuedMessage): void {
      const fate = fateOf(eventIdOf(message.body));
      history.note("queue", `gives ${message.messageId} up after ${message.receiveCount} receives`, {
        chatId: message.chatId,
        eventId: fate?.eventId,
      });
      if (message.receiveCount < queue.maxReceiveCount)
        violate("bounded", "redriven too early", fate ?? message);
      if (fate) fate.redriven = true;
      else unreadableParked += 1;
    },

    replayed(eventId: string): void {
      const fate = fates.get(eventId);
      if (!fate) return;
      fate.replays += 1;
    },

    /** A write to a turn was committed. */
    written(what: string, item: TurnItem): void {
      const fate = fateOf(item.eventId);
      history.note("table", `${what}: ${item.status}, attempt ${item.attempts}`, item);
      if (!fate) return;
      if (what === "claim" || what === "reclaim") fate.claims += 1;
      // The SDK may have repeated the write.
      if (what === "reclaim" && fate.reclaimedBy !== item.owner) broughtBack(fate);
      if (what === "reclaim") fate.reclaimedBy = item.owner;
      if (item.chatId !== fate.chatId) violate("private", `stored under ${item.chatId}`, fate);
      if (what === "answer" && fate.kind === "not_a_question") violate("exactly one", "no question", fate);
    },

    asked(question: string, context: Context): void {
      const [, eventId] = /\[(E\d+)\]/.exec(question) ?? [];
      const fate = fateOf(eventId);
      if (!fate) {
        violate("private", "the model was asked what nobody has asked");
        return;
      }
      fate.asks += 1;
      history.note("model", `is asked, ${context.input.length} messages`, fate);
      if (turnOf(fate)?.messages !== undefined) violate("asked once", "its answer was stored already", fate);
      // Twice in an attempt, if the context was too long.
      if (fate.asks > 2 * retry.maxAttempts)
        violate("bounded", `the model was asked ${fate.asks} times`, fate);
      checkContext(context, fate);
    },

    modelFailed(question: string, code: string): void {
      const [, eventId] = /\[(E\d+)\]/.exec(question) ?? [];
      fateOf(eventId)?.errors.add(code);
      recentModelErrors.set(code, scheduler.now());
      history.note("model", code, { eventId, chatId: fateOf(eventId)?.chatId });
    },

    /** A process is about to send. */
    sending(
      process: Process,
      by: "reply" | "push",
      key: string,
      to: string,
      messages: readonly TextMessage[],
    ): void {
      const { fate, apology } = eventOf(key, messages);
      if (!fate) {
        violate("private", `a message that belongs to no event goes to ${to}`);
        return;
      }
      if (to !== fate.chatId && by === "push") violate("private", `goes to ${to}`, fate);
      const code = fate.parkings.at(-1);
      if (apology) {
        if (code === "delivery.unclear")
          violate("exactly one", "an apology although it may have arrived", fate);
        return;
      }
      if (by === "reply") fate.replySends += 1;
      const item = turnOf(fate);
      if (item?.messages === undefined) {
        violate("stored first", "sent before it was stored", fate);
        return;
      }
      if (item.messages !== JSON.stringify(messages)) violate("stored first", "not what was stored", fate);
      // A write of the successor may be under way; who sends must hold the lease to the end of the call.
      const holds = item.owner.startsWith(`${process.name}.`);
      const inTime = process.clock.now() + deadlines.lineMs <= item.leaseUntil;
      if (holds && !inTime)
        violate("exactly one", "sent without a lease for as long as the call can take", fate);
    },

    /** LINE accepted it: the user sees it. */
    sent({ chatId, by, key, messages, reached }: Sent): void {
      const { fate, apology } = eventOf(key, messages);
      const text = textOf(messages);
      if (!fate) return;
      const notice = !apology && turnOf(fate)?.notice === true;
      const what = apology ? "apology" : notice ? "notice" : "answer";
      history.note("LINE", `${what} by ${by}${reached ? "" : ", to nobody"}`, {
        chatId,
        eventId: fate.eventId,
      });
      if (chatId !== fate.chatId) violate("private", `${what} in ${chatId}`, fate);
      if (/UPSTREAM|OpenAI|DynamoDB|SQS|Error|undefined/.test(text))
        violate("private", "shows an error", fate);
      if (apology) {
        fate.apologies += 1;
        if (fate.apologies > fate.parkings.length) violate("exactly one", `apology ${fate.apologies}`, fate);
        return;
      }
      fate.answeredAt ??= scheduler.now();
      if (notice) fate.notices += 1;
      else fate.answers += 1;
      if (fate.answers + fate.notices > 1) violate("exactly one", `answered ${fate.answers} times`, fate);
      if (fate.kind === "not_a_question") violate("exactly one", "answered, but not a question", fate);
      checkOrder(fate);
    },

    /** What LINE said to a send. */
    said({ key, messages }: SendRequest, status: number, message: string): void {
      const { fate } = eventOf(key, messages);
      if (!fate) return;
      if (status !== 200) history.note("LINE", `${status} ${message}`, fate);
      if (status === 401) fate.errors.add("line.unauthorized");
      if (status === 400 && message !== "Invalid reply token") fate.errors.add("line.rejected");
      if (status !== 429) return;
      for (const code of ["line.rate_limited", "line.quota_exhausted", "line.quota_reserved"])
        fate.errors.add(code);
    },

    parked(message: Incoming, { code, reason, attempts }: ParkReason, isNew: boolean): void {
      const fate = fateOf(eventIdOf(message.body));
      const about = { chatId: message.chatId, eventId: fate?.eventId ?? "" };
      history.note("dead letter", `${code} after ${attempts} attempts${isNew ? "" : " (again)"}`, about);
      if (reason === "") violate("nothing lost", "parked without a reason", about);
      if (!fate) {
        if (isNew) unreadableParked += 1;
        if (code !== "job.unreadable") violate("nothing lost", `an unreadable job parked as ${code}`, about);
        return;
      }
      fate.parkings.push(code);
      const claims = fate.claims - fate.claimsBefore;
      if (code !== "worker.crashed" && !never.has(code) && claims < retry.maxAttempts) {
        violate("bounded", `given up as ${code} after ${claims} attempts`, fate);
      }
      if (code === "worker.crashed" && fate.kind === "question" && calmButForQuestions) {
        violate("in order", "given up because another chat's question crashes", fate);
      }
      if (!isTrue(fate, code)) violate("nothing lost", `parked as ${code}, which never happened to it`, fate);
    },

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
      if (name === "event.too_old") {
        fate.tooOld = true;
        const age = scheduler.now() - fate.timestamp;
        if (age < maxEventAgeMs - 2_000) violate("nothing lost", "too old before its time", fate);
      }
      if (finishes.has(name)) {
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
      main: MemoryQueue["main"],
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
      if (end === "returned") {
        const finished = finishedBy.get(process.name);
        const waiting = new Map(main.messages().map((message) => [message.messageId, message]));
        for (const { messageId, receiptHandle, body, chatId } of batch.filter((m) =>
          failed.includes(m.messageId),
        )) {
          const eventId = eventIdOf(body) ?? "";
          const copies = batch.filter((other) => eventIdOf(other.body) === eventId).length;
          if (finished?.has(eventId) && copies === 1)
            violate("in order", "finished, and reported as failed", { chatId, eventId });
          const message = waiting.get(messageId);
          if (!calmQueue || !visibilityIsLong || message?.receiptHandle !== receiptHandle) continue;
          const inS = (message.visibleAt - scheduler.now()) / 1000;
          if (inS > retry.maxDelayS)
            violate("bounded", `comes back only after ${inS} s`, { chatId, eventId });
        }
      }
      finishedBy.delete(process.name);
    },

    /** When everything was replayed after the trouble: what is parked now, no replay can mend. */
    healed(queues: MemoryQueue): void {
      for (const { chatId, body, reason } of queues.deadLetters.messages()) {
        const fate = fateOf(eventIdOf(body));
        if (fate?.kind !== "question" || reason?.code === "delivery.unclear") continue;
        violate("nothing lost", `parked again as ${reason?.code} without any trouble`, {
          chatId,
          eventId: fate.eventId,
        });
      }
    },

    /** When the world has drained. */
    end(queues: MemoryQueue): void {
      for (const { chatId, body } of queues.main.messages()) {
        violate("bounded", "still in the queue", { chatId, eventId: eventIdOf(body) ?? "" });
      }
      const parked = new Map(
        queues.deadLetters.messages().map((message) => [eventIdOf(message.body) ?? "", message]),
      );
      for (const fate of fates.values()) {
        if (fate.accepted && !hasEnded(fate, parked)) {
          violate(
            "nothing lost",
            `turn ${turnOf(fate)?.status ?? "never claimed"}, no answer, not parked`,
            fate,
          );
        }
      }
      if (unreadableParked < unreadable) violate("nothing lost", "an unreadable job is gone");
    },

    tally(): Tally {
      const all = [...fates.values()];
      const number = (is: (fate: Fate) => boolean) => all.filter(is).length;
      return {
        events: all.length,
        answered: number((fate) => fate.answers > 0),
        noticed: number((fate) => fate.notices > 0),
        parked: number((fate) => fate.parkings.length > 0),
        redriven: number((fate) => fate.redriven),
        dropped: number((fate) => turnOf(fate)?.status === "dropped"),
        ignored: number((fate) => fate.ignored),
        tooOld: number((fate) => fate.tooOld),
        notAccepted: number((fate) => !fate.accepted),
        believed: number(isBelieved),
        apologies: all.reduce((sum, fate) => sum + fate.apologies, 0),
        asked: all.reduce((sum, fate) => sum + fate.asks, 0),
        deaths: all.reduce((sum, fate) => sum + fate.deaths, 0),
      };
    },
  };

  function broughtBack(fate: Fate): void {
    fate.claimsBefore = fate.claims - 1;
    fate.errorEnds = 0;
    fate.asks = 0;
    fate.reclaims += 1;
    if (fate.reclaims > fate.replays)
      violate("bounded", "one replay has brought it back more than once", fate);
  }

  function hasEnded(fate: Fate, parked: ReadonlyMap<string, QueuedMessage>): boolean {
    const copy = parked.get(fate.eventId);
    if (fate.answers + fate.notices > 0 || fate.ignored) return true;
    if (copy) return copy.reason !== undefined || fate.redriven;
    return fate.tooOld || turnOf(fate)?.status === "dropped" || isBelieved(fate);
  }

  /**
   * A reply token that dies younger than LINE's minute cannot be told from one that was used, once it is not
   * known whether the reply was sent. Core takes it for used.
   */
  function isBelieved(fate: Fate): boolean {
    const item = turnOf(fate);
    const unclear = fate.replySends > 1 || fate.claims > 1;
    const nobodySaw = fate.answers + fate.notices === 0;
    return (
      nobodySaw && item?.status === "delivered" && item.way === "reply" && fate.tokenDiedEarly && unclear
    );
  }

  function checkOrder(fate: Fate): void {
    const { chatId, sequence = 0 } = fate;
    const newest = newestAnswered.get(chatId);
    const wasGivenUp = fate.parkings.length > 0 || fate.redriven;
    if (newest && newest.sequence! > sequence && !wasGivenUp) {
      violate("in order", `answered after ${newest.eventId}, which stands behind it`, fate);
    }
    if (!newest || newest.sequence! < sequence) newestAnswered.set(chatId, fate);
  }

  function checkContext({ instructions, input }: Context, fate: Fate): void {
    const text = input.map(({ content }) => content).join("\n");
    for (const [, eventId] of text.matchAll(marker)) {
      if (fates.get(eventId!)?.chatId !== fate.chatId)
        violate("private", `the context holds ${eventId}`, fate);
    }
    const { highWaterTokens, maxTurns } = bot.memory;
    if (input.length > 2 * maxTurns + 1) violate("bounded", `${input.length} messages in the context`, fate);
    const past = input.slice(0, -1).map(({ content }) => content);
    if (past.reduce((sum, content) => sum + count(content), 0) > highWaterTokens) {
      violate("bounded", "the context is longer than its window", fate);
    }
    if (instructions !== bot.instructions) violate("private", "the instructions have changed", fate);
  }

  function isTrue(fate: Fate, code: string): boolean {
    const [platform] = code.split(".");
    if (code === "delivery.unclear") return fate.claims > 1 || fate.replySends > 1;
    // The claim that found it out is not one of the attempts that ended without a word.
    if (code === "worker.crashed") return fate.claims - fate.claimsBefore - 1 > fate.errorEnds;
    if (platform === "table") return !isCalm(plan, "table");
    if (platform === "queue") return !isCalm(plan, "queue");
    if (["line.timeout", "line.unavailable", "line.unreachable"].includes(code)) return !isCalm(plan, "line");
    // The breaker gives every chat the error that one of them met.
    return fate.errors.has(code) || (platform === "model" && recentModelErrors.has(code));
  }
}

function crashes({ crashing, script = [] }: Plan["traffic"]): boolean {
  return crashing > 0 || script.some(({ events }) => events.some(({ kind }) => kind === "crashing"));
}

export function isCalm({ wear, outages, lambda }: Plan, platform: keyof Plan["wear"]): boolean {
  const { lostThere, lostBack, slow } = wear[platform];
  const refuses = platform === "queue" ? lambda.entryRefused : 0;
  const isOut = outages.some((outage) => outage.platform === platform);
  return lostThere + lostBack + slow + refuses === 0 && !isOut;
}

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
]);

const finishes = new Set([
  "turn.delivered",
  "turn.duplicate",
  "event.ignored",
  "event.too_old",
  "job.parked",
]);
