import { setTimeout as wait } from "node:timers/promises";
import { type LogEntry, logChannel } from "@henji/core/log";
import type { BotEntry, LineSimulator, WebhookEvent } from "@henji/line-simulator";
import { eventsByRetryKey } from "./retry-keys.ts";
import { createTraces, isOver } from "./trace.ts";
import type { Step, Trace } from "./trace-step.ts";

export type AnswersOptions = {
  line: LineSimulator;
  /** How long to wait for an answer. Default: 120,000. */
  timeoutMs?: number | undefined;
  /**
   * Whether no message waits for the worker. Without it, a parked message that gets no apology is waited for
   * until the time is up.
   */
  isIdle?: () => Promise<boolean>;
};

export type Answers = ReturnType<typeof watchAnswers>;

/** How often an idle worker is looked for, after a message was parked without an apology so far. */
const LOOK_EVERY_MS = 20;

/**
 * Follows the events of a running system from LINE to their end, so that a test waits for what the bot says
 * as long as it takes, and no longer.
 */
export function watchAnswers({ line, timeoutMs = 120_000, isIdle }: AnswersOptions) {
  const traces = createTraces();
  const listeners = new Set<() => void>();
  const failing = new Set<(error: Error) => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const onLog = (entry: unknown) => {
    if (traces.log(entry as LogEntry)) changed();
  };
  logChannel.subscribe(onLog);
  const unsubscribe = line.subscribe((change) => {
    traces.line(change);
    changed();
  });

  const traceOf = (event: WebhookEvent) =>
    traces.all().find(({ eventId }) => eventId === event.webhookEventId);

  /** What the bot has said because of this event, oldest first. */
  function saidTo(event: WebhookEvent): BotEntry[] {
    const timeline = line.timeline(chatOf(event));
    const eventOf = eventsByRetryKey(timeline);
    return timeline.filter(
      (entry) =>
        entry.by !== "user" &&
        (entry.repliesTo ?? eventOf.get(entry.retryKey ?? "")) === event.webhookEventId,
    ) as BotEntry[];
  }

  /** Resolves when `isDone` is true, which is looked at after every change. */
  function until(isDone: () => boolean, event: WebhookEvent): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (isDone()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(late(event, traceOf(event), timeoutMs))), timeoutMs);
    listeners.add(check);
    failing.add(reject);
    check();
    return promise.finally(() => {
      clearTimeout(timer);
      listeners.delete(check);
      failing.delete(reject);
    });
  }

  /** A parked message is logged before its apology is sent, if there is one. */
  async function untilApologized(event: WebhookEvent): Promise<void> {
    const isApologyOver = () =>
      saidTo(event).length > 0 || has(traceOf(event), (step) => step.name === "warned");
    let isWorkerIdle = false;
    const looking = new AbortController();
    const look = async () => {
      while (isIdle && !looking.signal.aborted && !isWorkerIdle) {
        isWorkerIdle = await isIdle();
        if (isWorkerIdle) changed();
        else await wait(LOOK_EVERY_MS);
      }
    };
    const looked = look();
    await until(() => isApologyOver() || isWorkerIdle, event).finally(() => looking.abort());
    await looked;
  }

  return {
    /**
     * Posts the events to the bot in one webhook, and waits until it is done with each of them.
     *
     * @returns what it said because of them; nothing, if they get no answer
     * @throws if the webhook is not accepted, or the time is up
     */
    async answersTo(...events: WebhookEvent[]): Promise<BotEntry[]> {
      const { ok, status } = await line.deliver(events, { timeoutMs });
      if (!ok) throw new Error(`The webhook with ${events.map(nameOf).join(" and ")} was answered ${status}`);
      for (const event of events) {
        const isDone = () => {
          const trace = traceOf(event);
          return trace !== undefined && isOver(trace);
        };
        await until(isDone, event);
        if (has(traceOf(event), ({ name }) => name === "parked")) await untilApologized(event);
      }
      return events.flatMap(saidTo);
    },

    /** The trace of every event, oldest first. */
    traces: (): Trace[] => structuredClone(traces.all()),

    /** Ends every wait with this error. */
    fail(error: Error): void {
      for (const reject of failing) reject(error);
    },

    stop(): void {
      logChannel.unsubscribe(onLog);
      unsubscribe();
    },
  };
}

/** What a message says, or what LINE shows in its place: "[sticker]". */
export function textOf({ message }: BotEntry): string {
  const { text, altText, type } = message;
  return text ?? (typeof altText === "string" ? altText : `[${type}]`);
}

function chatOf({ source }: WebhookEvent): string {
  if (!source) return "";
  return source.type === "user" ? source.userId : source.type === "group" ? source.groupId : source.roomId;
}

const has = (trace: Trace | undefined, is: (step: Step) => boolean) => trace?.steps.some(is) ?? false;

/** “Hello”, or the event's type. */
function nameOf(event: WebhookEvent): string {
  const { text } = (event as { message?: { text?: string } }).message ?? {};
  return text === undefined ? event.type : `“${text}”`;
}

function late(event: WebhookEvent, trace: Trace | undefined, timeoutMs: number): string {
  const steps = trace?.steps.map(describe).join(" → ") || "nothing happened";
  return `The bot was not done with ${nameOf(event)} within ${timeoutMs / 1000} s. So far: ${steps}`;
}

function describe(step: Step): string {
  if ("code" in step) return `${step.name} (${step.code}${"reason" in step ? `: ${step.reason}` : ""})`;
  if ("status" in step) return `${step.name} (${step.status})`;
  return step.name;
}
