import type { Content } from "../platform/content.ts";
import type { Delivered, Route } from "../platform/platform.ts";
import type { Spent } from "../usage/spent.ts";
import type { RunningTotal } from "../usage/usage.ts";
import type { Answer } from "./answer.ts";
import type { Limited } from "./limited.ts";
import type { Place, TurnKey } from "./place.ts";
import type { Step } from "./step.ts";
import type { Transcript } from "./transcript.ts";

/**
 * ```
 * (nothing) ──claim──▶ claimed ──answer──▶ answered ──deliver──▶ delivered
 *                         │                  │    ▲ ▲                ▲
 *                         │                wait  due└── let go ──┐   │ shown
 *                         │                  ▼    │              │   │
 *                         │                 waiting ──carry──▶ carried
 *                         ├────────── park ──▶ parked ──replay──▶ claimed / answered
 *                         └────────── drop ──▶ dropped
 * ```
 * `claimed` and `answered` are held under a lease; when it has run out, the next worker claims again. A `waiting`
 * answer has no job: the next turn of its chat brings it, or a reminder. Its carrier has it while it is `carried`;
 * once that is over without having shown it, it waits again: see `letsGo`.
 *
 * A `gathered` question is a picture that was sent together with others. It has no job either: a later turn takes it,
 * asks for it too and names it in `gathers`; or a reminder brings it back to `claimed`. Once its taker has its own
 * answer, or is over, without naming it, it is free again: see `leavesOut`.
 */
export const turnStatuses = [
  "claimed",
  "gathered",
  "answered",
  "waiting",
  "carried",
  "delivered",
  "parked",
  "dropped",
] as const;

export type TurnStatus = (typeof turnStatuses)[number];

/** The states in which a worker holds it, or will claim it again. */
export const openStatuses = ["claimed", "answered"] as const satisfies readonly TurnStatus[];

/** The states in which nothing is left to do for the job of a turn. */
export type FinalStatus = Exclude<TurnStatus, (typeof openStatuses)[number]>;

export function isOpen(status: TurnStatus): status is (typeof openStatuses)[number] {
  return (openStatuses as readonly TurnStatus[]).includes(status);
}

type Held = TurnKey &
  Place & {
    eventId: string;
    /** Who holds the lease: one claim of one worker. */
    owner: string;
    /** Epoch milliseconds. */
    leaseUntil: number;
    /** Claims so far, this one included. */
    attempts: number;
    /** Of the earlier ones: those that ended without an error, because the process died. */
    crashes: number;
    /** Epoch milliseconds; since when a send of it may have been accepted unheard. */
    outcomeUnknownSince: number | undefined;
    /** Epoch milliseconds; when a send of it last may have been accepted unheard. */
    maybeSentAt?: number | undefined;
    /** Code of the last error. */
    error: string | undefined;
    /** Set if the model's limit has held it up. */
    limited?: Limited | undefined;
    /** Its way so far, oldest first: the newest {@link MAX_STEPS}. */
    steps: readonly Step[];
    /** Empty, if nobody has written it: a greeting, or a button that was pressed. */
    question: Content;
    /** The platform's id of the message that asks it; empty, if there is none. */
    messageId: string;
    /** The platform's id of the user who asks. */
    senderId: string;
    /** The platform's id of the message that it quotes. */
    quotes?: string | undefined;
    /** Epoch milliseconds; since when its user may have been told that the answer takes long: the free reply is spent. */
    thinkingAt?: number | undefined;
    /** What the model has called so far. */
    transcript?: Transcript | undefined;
    /** What its attempts have taken, if its answer does not say so and no total has it. */
    spent?: Spent | undefined;
    /** Epoch milliseconds; when it came to wait, and was counted in its user's day. */
    waitedAt?: number | undefined;
  };

export type ClaimedTurn = Held & { status: "claimed" };
export type AnsweredTurn = Held & { status: "answered"; answer: Answer };

/** In a 1:1 chat the user who asks has the chat's own id. */
export function isInGroup({ chatId, senderId }: Pick<Turn, "chatId" | "senderId">): boolean {
  return senderId !== chatId;
}

/** A turn that this worker holds. */
export type Turn = ClaimedTurn | AnsweredTurn;

export type FinishedDelivery = Delivered & {
  /** Epoch milliseconds. */
  at: number;
  /** With this turn in it. */
  total: RunningTotal;
  /** Set if a fold begins after it. */
  folding: Folding | undefined;
};

/** How a turn comes to wait. */
export type Waiting = Pick<FinishedDelivery, "at" | "total" | "folding"> & {
  /** Epoch milliseconds; when a reminder takes it up again, if there is one. */
  dueAt: number | undefined;
};

/** When an answer is stored, and where it comes from. */
export type Storing = {
  /** Epoch milliseconds. */
  at: number;
  /** Epoch milliseconds; the lease is taken anew. */
  leaseUntil: number;
  /** The model's id of the request that gave it. */
  requestId?: string | undefined;
  /** Name of the one who asks; only in a group. */
  speaker?: string | undefined;
};

/** How an attempt ended. */
export type TurnFailure = {
  /** Epoch milliseconds. */
  at: number;
  code: string;
  /** The service's id of the request that failed, to trace it with. */
  requestId?: string | undefined;
  /** Epoch milliseconds; set if the platform may have accepted what was sent. The first one stays. */
  outcomeUnknownSince: number | undefined;
  /** Epoch milliseconds; the last one. */
  maybeSentAt?: number | undefined;
};

/** The model's limit holds a turn up: its claim was no attempt. */
export type Postponing = Pick<TurnFailure, "at" | "code" | "requestId"> & { limited: Limited };

/** How a turn was given up on. */
export type Parking = TurnFailure & {
  /** For an operator: what happened, in words. */
  reason: string;
  /** The job as it came, so that it can be replayed when its copy on the dead-letter queue is gone. */
  job: string;
  /** How its user is told so, if at all; a push counts against LINE's quota. */
  apologyBy: Route | undefined;
  total: RunningTotal;
};

/** A fold that its turn has begun; there is no need of another while it runs. */
export type Folding = {
  /** Epoch milliseconds; then it has ended in any case. */
  until: number;
  /** Of the chat's state that it rewrites. */
  version: number;
};
