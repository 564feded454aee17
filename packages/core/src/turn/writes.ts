import type { Delivered } from "../platform/platform.ts";
import { nothingSpent } from "../usage/spent.ts";
import type { RunningTotal } from "../usage/usage.ts";
import type { Answer, DropReason } from "./answer.ts";
import { diedSendingAt } from "./attempt.ts";
import { type TurnItem, textAttributes } from "./entity.ts";
import { NO_MESSAGES } from "./item.ts";
import { listedAs, listOfDay } from "./listed-as.ts";
import { MAX_STEPS, type Step } from "./step.ts";
import type { TurnWrite } from "./store.ts";
import { NOBODY } from "./transcript.ts";
import type {
  AnsweredTurn,
  FinishedDelivery,
  Parking,
  Postponing,
  Storing,
  Turn,
  TurnFailure,
  Waiting,
} from "./turn.ts";

/** By which send a carried answer was shown. */
export type Shown = Delivered & {
  /** Epoch milliseconds. */
  at: number;
};

/** What a write changes of a turn. Its values are absolute, so that repeating it changes nothing more. */
export type Change = Pick<TurnWrite, "set" | "remove">;

/**
 * A turn's way with one step more. Its owner knows the way so far, so the whole is written, and a repeated
 * write adds nothing.
 */
export function withStep({ steps = [] }: { steps?: readonly Step[] | undefined }, step: Step): Step[] {
  const known = Object.entries(step).filter(([, value]) => value !== undefined);
  return [...steps, Object.fromEntries(known) as Step].slice(-MAX_STEPS);
}

/** It keeps its answer, exactly as it will be sent. */
export function answered(
  turn: Turn,
  answer: Answer,
  { at, leaseUntil, requestId, speaker }: Storing,
): Change {
  const { messages, idempotencyKey, route, carries = [], isHeldBack = false, gathers = [] } = answer;
  const stored = {
    ...{ status: "answered" as const, leaseUntil, idempotencyKey, route },
    steps: withStep(turn, { at, is: "answered", requestId }),
    messages: JSON.stringify(messages),
    ...(speaker !== undefined && { speaker }),
    ...(answer.rest !== undefined && { rest: answer.rest }),
    ...(carries.length > 0 && { carries: [...carries] }),
    ...(isHeldBack && { heldBack: true }),
    ...(gathers.length > 0 && { gathers: [...gathers] }),
  };
  const remove = [
    ...(carries.length > 0 ? [] : (["carries"] as const)),
    ...(isHeldBack ? [] : (["heldBack"] as const)),
    // The model is never asked again, so what it called is of use to nobody.
    ...(answer.from === "model" && answer.confirms ? [] : (["transcript"] as const)),
  ];
  if (answer.from === "bot") return { set: { ...stored, ...spentBy(turn), notice: answer.notice }, remove };
  const { tokens, refused, repeats, confirms, seen = repeats?.question, media } = answer;
  const { searches, ...usage } = answer.usage;
  return {
    // It says itself what was taken for it.
    remove: [...remove, "spent"],
    set: {
      ...{ ...stored, ...usage },
      ...(searches && { searches }),
      ...(media && { media }),
      ...(refused && { refused }),
      ...(confirms && {
        ...{ transcript: JSON.stringify(confirms.transcript), takenBy: NOBODY },
        confirmUntil: confirms.until,
      }),
      ...(tokens && { questionTokens: tokens.question, answerTokens: tokens.answer }),
      ...(repeats && { repeats: repeats.key, origin: repeats.origin }),
      ...(seen && { question: JSON.stringify(seen) }),
      ...(repeats?.messageId !== undefined && { messageId: repeats.messageId }),
    },
  };
}

/** A later turn asks for it too; at the latest it is asked about when it is due. */
export function gathered(turn: Turn, at: number, dueAt: number): Change {
  return {
    set: {
      ...{ status: "gathered", leaseUntil: 0, dueAt },
      steps: withStep(turn, { at, is: "gathered" }),
    },
    remove: ["error"],
  };
}

/** Its answer is out. Of a notice nothing is kept: it may hold much of the chat, such as an export. */
export function delivered(turn: AnsweredTurn, delivery: FinishedDelivery): Change {
  const { route, requestId, sentIds, at, total, folding } = delivery;
  const set: Partial<TurnItem> = {
    ...{ status: "delivered", route, finishedAt: at },
    steps: withStep(turn, { at, is: "delivered", route, requestId }),
    ...totalled(total, at),
    ...(sentIds && { sentIds: [...sentIds] }),
    ...(folding && { foldingUntil: folding.until, foldingVersion: folding.version }),
  };
  return turn.answer.from === "model" ? { set } : withoutNotice(set);
}

function withoutNotice(set: Partial<TurnItem>): Change {
  return { set: { ...set, messages: NO_MESSAGES }, remove: ["question", "spent"] };
}

/** It is stored, and nothing of it was sent: it counts now, as the free reply by which it will be brought. */
export function waiting(turn: AnsweredTurn, { at, total, folding, dueAt }: Waiting): Change {
  return {
    set: {
      ...{ status: "waiting", route: "wait", finishedAt: at, waitedAt: turn.waitedAt ?? at },
      ...(dueAt !== undefined && { dueAt }),
      // Nobody is sending it: if it is erased from here on, what it was to bring waits on.
      leaseUntil: 0,
      steps: withStep(turn, { at, is: "waiting" }),
      ...totalled(total, at),
      ...(folding && { foldingUntil: folding.until, foldingVersion: folding.version }),
    },
    // What it carried was sent without it, or not at all.
    remove: [
      ...(["carries", "heldBack", "outcomeUnknownSince", "maybeSentAt", "error", "spent"] as const),
      ...(dueAt === undefined ? (["dueAt"] as const) : []),
    ],
  };
}

/** Another turn has shown it. */
export function shown(item: TurnItem, { at, route, requestId, sentIds }: Shown): Change {
  const set: Partial<TurnItem> = {
    ...{ status: "delivered", route },
    steps: withStep(item, { at, is: "delivered", route, requestId }),
    ...(sentIds && { sentIds: [...sentIds] }),
  };
  return item.notice === undefined ? { set } : withoutNotice(set);
}

/** It gets no answer of its own; its text is erased. */
export function dropped(turn: Turn, at: number, total: RunningTotal, because: DropReason): Change {
  const { outcomeUnknownSince } = turn;
  return {
    set: {
      ...{ status: "dropped", erased: true, finishedAt: at },
      ...(outcomeUnknownSince !== undefined && { outcomeUnknownSince }),
      steps: withStep(turn, { at, is: "dropped", code: because }),
      ...totalled(total, at),
      ...(!isSilent(because) && { notice: because }),
    },
    remove: textAttributes,
  };
}

/** Since when nobody knows what became of it, and until when it may have been sent, if its process died meanwhile. */
export function outcomeUnknown({
  status = "claimed",
  leaseUntil = 0,
  route,
  outcomeUnknownSince,
}: Partial<TurnItem>): Pick<Partial<TurnItem>, "outcomeUnknownSince" | "maybeSentAt"> {
  const diedAt = diedSendingAt({ status, leaseUntil, ...(route && { route }) });
  const since = outcomeUnknownSince ?? diedAt;
  return {
    ...(since !== undefined && { outcomeUnknownSince: since }),
    ...(diedAt !== undefined && { maybeSentAt: diedAt }),
  };
}

const silent = ["unsent", "shown", "not_theirs", "unsaid"] as const satisfies readonly DropReason[];

/** Nobody was told why. */
function isSilent(because: DropReason): because is (typeof silent)[number] {
  return (silent as readonly DropReason[]).includes(because);
}

/** An operator has decided that it gets no answer. */
export function discarded(turn: Pick<TurnItem, "steps"> & Partial<TurnItem>, at: number) {
  const steps = withStep(turn, { at, is: "dropped", code: "by_hand" });
  return {
    set: {
      ...{ status: "dropped", erased: true, owner: "", leaseUntil: 0, finishedAt: at, steps },
      ...outcomeUnknown(turn),
    },
    remove: [...textAttributes, "list", "listedAs"],
  } satisfies Change;
}

/** All that a turn says of what was taken for it. */
const taken = ["spent", "inputTokens", "cachedTokens", "outputTokens", "media", "searches"] as const;

/**
 * It was given up on. What was taken for it is part of its user's day from now on, and no more of the turn: nor of an
 * answer that is stored although its worker has not heard so.
 */
export function parked(turn: Turn, parking: Parking): Change {
  const { at, code, reason, requestId, job, total, apologyBy } = parking;
  return {
    remove: taken,
    set: {
      ...{ status: "parked", list: "parked", finishedAt: at, job, leaseUntil: 0 },
      listedAs: listedAs({ at, code, sequence: turn.sequence }),
      ...failed(turn, parking),
      steps: withStep(turn, { at, is: "parked", code, reason, requestId }),
      ...(apologyBy === "push" && { apologyPushedAt: at }),
      ...carried(total),
    },
  };
}

/** The attempt has failed; all attempts up to this one that did not end with their process are counted. */
export function released(turn: Turn, failure: TurnFailure): Change {
  const { at, code, requestId } = failure;
  return {
    set: {
      ...{
        leaseUntil: 0,
        released: turn.attempts - turn.crashes,
        ...failed(turn, failure),
        ...spentBy(turn),
      },
      steps: withStep(turn, { at, is: "failed", code, requestId }),
    },
  };
}

/** It waits for the model's limit: its claim is taken back, so that it counts as none. */
export function postponed(turn: Turn, { at, code, requestId, limited }: Postponing): Change {
  return {
    set: {
      ...{ leaseUntil: 0, attempts: turn.attempts - 1, limited, error: code, ...spentBy(turn) },
      steps: withStep(turn, { at, is: "postponed", code, requestId }),
    },
  };
}

/** The owner knows what its turn has stored, so no condition is needed to keep the first. */
function failed(turn: Turn, { code, outcomeUnknownSince, maybeSentAt }: TurnFailure): Partial<TurnItem> {
  const first = turn.outcomeUnknownSince ?? outcomeUnknownSince;
  return {
    error: code,
    ...(first !== undefined && { outcomeUnknownSince: first }),
    ...(maybeSentAt !== undefined && { maybeSentAt }),
  };
}

/** A turn that is over carries its user's total of the day. */
function totalled(total: RunningTotal, at: number): Partial<TurnItem> {
  const { usage, isUnlisted } = total;
  return {
    ...carried(total),
    ...(isUnlisted && { list: listOfDay(usage.day), listedAs: new Date(at).toISOString() }),
  };
}

function carried({ usage, chat }: RunningTotal): Partial<TurnItem> {
  return { usage, ...(chat && { chatUsage: chat }) };
}

/** What its attempts have taken so far. */
export function spentBy({ spent }: Pick<Turn, "spent">): Partial<TurnItem> {
  return spent && spent !== nothingSpent ? { spent } : {};
}
