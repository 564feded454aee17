import type { Bot } from "@henji/core/bot";
import type { CountTokens } from "@henji/core/context/tokens";
import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import type { TextMessage } from "@henji/core/platform/line/compose";
import { decodeJob } from "@henji/core/queue/job";
import { frontKeyOf } from "@henji/core/send";
import { worker } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import type { History } from "../history.ts";
import type { Plan } from "../plan.ts";
import type { Scheduler } from "../scheduler.ts";
import type { MemoryTable } from "../table.ts";
import { type Fate, newFate, type SimulatedEvent, type Violation } from "./fate.ts";

export type BookOptions = {
  plan: Plan;
  bot: Bot;
  scheduler: Scheduler;
  history: History;
  table: () => MemoryTable;
  count: CountTokens;
};

/** What all checks share: the fates of the events, and the report of violations. */
export type Book = ReturnType<typeof createBook>;

export function createBook({ plan, bot, scheduler, history, table }: BookOptions) {
  const fates = new Map<string, Fate>();
  const violations: Violation[] = [];
  /** Whose reply token or retry key it is. */
  const keys = new Map<string, string>();
  const apologies = new Set(Object.values(bot.texts).map(({ apology }) => apology));
  const thoughts = new Set(
    Object.values(bot.texts).flatMap(({ stillThinking, stillThinkingGroup }) => [
      stillThinking,
      stillThinkingGroup,
    ]),
  );

  const turnOf = (fate: Fate): TurnItem | undefined =>
    table().turn({ chatId: fate.chatId, key: keyOf(fate) });

  /** The event whose turn is held back, and sends others under this key. */
  function inFrontOf(key: string): Fate | undefined {
    return [...fates.values()].find((fate) => {
      const { heldBack, carries = [] } = turnOf(fate) ?? {};
      return heldBack === true && frontKeyOf(fate.eventId, carries[0] ?? "") === key;
    });
  }

  /** The turns whose answers a turn brings, as they are now. */
  function carriedBy(fate: Fate): TurnItem[] {
    const { carries = [] } = turnOf(fate) ?? {};
    return carries
      .flatMap((key) => table().turn({ chatId: fate.chatId, key }) ?? [])
      .filter(({ status, carriedBy }) => status === "carried" && carriedBy === keyOf(fate));
  }

  function violate(rule: string, what: string, about: { chatId?: string; eventId?: string } = {}) {
    const { chatId = "", eventId = "" } = about;
    violations.push({ at: scheduler.now(), rule, what, chatId, eventId });
    history.note("VIOLATION", `${rule}: ${what}`, { chatId, eventId });
  }

  function fateOf(eventId: string | undefined): Fate | undefined {
    return eventId === undefined ? undefined : fates.get(eventId);
  }

  return {
    fates,
    violations,
    violate,
    fateOf,
    calm: calmOf(plan),
    /** Codes that the model has ended with. */
    modelErrors: new Set<string>(),
    /** When each process has logged that the day's tokens are used up. */
    cappedProcesses: new Map<string, number>(),
    /** Codes that calls to LINE have ended with. */
    lineErrors: new Set<string>(),
    /** And calls to Slack. */
    slackErrors: new Set<string>(),
    /** Unreadable jobs: put on the queue, and parked. */
    unreadable: { queued: 0, parked: 0 },

    add(event: SimulatedEvent): void {
      fates.set(event.eventId, newFate(event));
      for (const key of [
        idempotencyKeyOf(event.eventId),
        idempotencyKeyOf(`${event.eventId}/apology`),
        `T-${event.eventId}`,
      ]) {
        keys.set(key, event.eventId);
      }
    },

    keyOf,

    isBefore,

    turnsOf: (chatId: string): TurnItem[] => table().turnsOf(chatId),

    turnOf,

    carriedBy,

    /** The event that asks for this one too. Its own picture may be gone, and then only the others are seen. */
    takerOf(fate: Fate): Fate | undefined {
      const { status, carriedBy } = turnOf(fate) ?? {};
      if (status !== "gathered" || carriedBy === undefined) return undefined;
      return [...fates.values()].find((one) => one.chatId === fate.chatId && keyOf(one) === carriedBy);
    },

    /** Everything that is stored of its chat. */
    textOf: ({ chatId }: Fate): string => table().textOf(chatId),

    /** Of a group's talk whatever newer talk has taken the place of: nobody knows any more what it said. */
    isForgottenTalk: ({ kind, chatId, eventId }: Fate): boolean =>
      kind === "overheard" && !table().isInTalk(chatId, eventId),

    /** Which event a message belongs to: by its text, or by the key that it was sent with. */
    eventOf(key: string, messages: readonly TextMessage[]) {
      const text = textOf(messages);
      const byKey = fateOf(keys.get(key)) ?? inFrontOf(key);
      // These speak of other events.
      const { carries, gathers } = (byKey && turnOf(byKey)) ?? {};
      const isOfOthers = byKey && (speaking.includes(byKey.kind) || carries || gathers);
      const fate = isOfOthers ? byKey : fateOf(namedIn(text));
      return { fate: fate ?? byKey, apology: apologies.has(text), thought: thoughts.has(text) };
    },
  };
}

/** What is said to these may name other events. */
const speaking: readonly string[] = ["retry", "export", "tap"];

/** Whether an event comes before another of its chat: by its time, then by its place in the queue. */
function isBefore(one: Fate, other: Fate): boolean {
  const { sequence = Number.POSITIVE_INFINITY } = one;
  return one.timestamp === other.timestamp
    ? sequence < (other.sequence ?? Number.POSITIVE_INFINITY)
    : one.timestamp < other.timestamp;
}

function keyOf({ eventId, timestamp }: Fate): string {
  return `${String(timestamp).padStart(13, "0")}#${eventId}`;
}

export function textOf(messages: readonly TextMessage[]): string {
  return messages.map(({ text }) => text).join("\n");
}

/** How a text names an event: LINE's have ids of their own, Slack's a channel and a time. */
export const named = "\\[(E\\d+|[CD]\\d+-\\d+\\.\\d+)\\]";

/** The event that a question and its answer name. */
export function namedIn(text: string): string | undefined {
  return new RegExp(named).exec(text)?.[1];
}

/** The event that a question names: above it may stand what it quotes. */
export function askedIn(question: string): string | undefined {
  return namedIn(question.slice(question.lastIndexOf("\n") + 1));
}

/** The event that a queue message carries, if it can be read. */
export function eventIdOf(body: string): string | undefined {
  try {
    return decodeJob(body).eventId;
  } catch {
    return undefined;
  }
}

/** What cannot fail in this run: there the bounds are tighter. */
function calmOf(plan: Plan) {
  const { process, lambda } = plan;
  const queue = isCalm(plan, "queue") && isCalm(plan, "table");
  const platform =
    process.diesAt === undefined &&
    process.dies + process.freezes + lambda.throttles + lambda.losesResponse + lambda.deleteFails === 0;
  return {
    /** Calls to the queue and the table succeed. */
    queue,
    /** What a process counts is in the table in time, and all clocks agree on the day. */
    cap: queue && platform && plan.process.skewMs === 0,
    /** And no process dies, except of a question. */
    butForQuestions: queue && platform,
    /** And of no question either; and a worker is always available. */
    butForModelAndLine:
      queue &&
      platform &&
      !hasCrashing(plan.traffic) &&
      plan.visibilityTimeoutS >= worker.timeoutS &&
      plan.maximumConcurrency > plan.traffic.chats + (plan.slack?.events ?? 0),
    visibilityIsLong: plan.visibilityTimeoutS >= worker.timeoutS,
    /** A living worker can renew its hold. */
    renewals: isCalm(plan, "queue"),
  };
}

function hasCrashing({ crashing, script = [] }: Plan["traffic"]): boolean {
  return crashing > 0 || script.some(({ events }) => events.some(({ kind }) => kind === "crashing"));
}

export function isCalm({ faultRates, outages, lambda }: Plan, platform: keyof Plan["faultRates"]): boolean {
  const { requestLost, responseLost, slow } = faultRates[platform];
  const refuses = platform === "queue" ? lambda.entryRefused : 0;
  const isOut = outages.some((outage) => outage.platform === platform);
  return requestLost + responseLost + slow + refuses === 0 && !isOut;
}
