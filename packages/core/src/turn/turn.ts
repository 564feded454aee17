import type { Content } from "../platform/content.ts";
import { type Delivered, type Message, type Route, routes } from "../platform/platform.ts";
import type { MediaUsage } from "../usage/media.ts";
import type { ModelUsage, RunningTotal } from "../usage/usage.ts";
import type { Place, TurnKey } from "./place.ts";
import type { Confirmation, RecentConfirmation, Transcript } from "./transcript.ts";

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

/** What the bot says by itself. */
export const noticeKinds = [
  "too_many",
  "daily_limit",
  "group_limit",
  "total_limit",
  "forget",
  "forgotten",
  "memory",
  "export",
  "nothing_to_retry",
  "help",
  "kept",
  "greeting",
  "not_understood",
  "go_on",
  "gone",
  "expired",
  "show",
  "media_gone",
  "media_too_large",
  "media_unheard",
  "media_limit",
  "own",
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** Why a message gets no answer of its own: a notice has said so for an earlier one, or it was erased. */
export type DropReason =
  | "too_many"
  | "daily_limit"
  | "group_limit"
  | "total_limit"
  | "not_understood"
  | "not_theirs"
  | "unsaid"
  | "media_limit"
  | "shown"
  | "unsent";

/** The turn whose question is answered once more; its own answer is no longer part of the conversation. */
export type Repeated = {
  key: string;
  /** Key of the turn that first asked the question: another one, if this turn was a repeat itself. */
  origin: string;
  question: Content;
  messageId: string | undefined;
  /** The platform's id of the user who asked it. */
  senderId?: string | undefined;
  /** What the model had called for it when it was given up on, and the turn that has it. */
  calls?: { key: string; transcript: Transcript } | undefined;
};

/** Exact o200k_base counts. */
export type TokenCounts = { question: number; answer: number };

/** What the answer says, and who says it. Notices are no part of the conversation. */
export type Said = {
  /** What was looked at and listened to for it, if anything was. */
  media?: MediaUsage | undefined;
} & (
  | { from: "bot"; notice: NoticeKind; messages: readonly Message[]; rest?: string | undefined }
  | {
      from: "model";
      messages: readonly Message[];
      /** What one call does not take of it, until a button asks for it. */
      rest?: string | undefined;
      /** What asking took. */
      usage: ModelUsage;
      /** Not set if the tokenizer could not be loaded: then the turn is bounded by its bytes. */
      tokens: TokenCounts | undefined;
      /** The model declined: neither question nor answer is part of the conversation, lest all that follows is declined. */
      refused: boolean;
      /** Set if it answers an earlier question once more. */
      repeats: Repeated | undefined;
      /** Set if it asks whether calls may run. */
      confirms?: Confirmation | undefined;
      /** The question with what the model has seen in it, if it was shown something. */
      seen?: Content | undefined;
    }
);

/** An answer exactly as it will be sent, however often. */
export type Answer = Said & {
  /** Stored, so that a new version of the bot cannot send an old answer under another key. */
  idempotencyKey: string;
  /**
   * How it goes out. `wait` means that nothing of it was sent, and nothing will be by its own job; `reply` that a
   * reply may have been sent, even if nobody saw it succeed; `push` that no reply arrived, and that it may be
   * pushed again under its key.
   */
  route: Way;
  /** Keys of the waiting turns whose answers are sent in front of it, oldest first. */
  carries?: readonly string[] | undefined;
  /** Keys of the turns whose questions it answers beside its own, oldest first. */
  gathers?: readonly string[] | undefined;
  /** One call has no room for it behind these: they are sent alone, and then it waits itself. */
  isHeldBack?: boolean | undefined;
};

export const ways = [...routes, "wait"] as const;
export type Way = (typeof ways)[number];

/** A step of a turn's way, for an operator who asks what has become of a message. */
export const stepNames = [
  "claimed",
  "gathered",
  "failed",
  "answered",
  "waiting",
  "delivered",
  "parked",
  "replayed",
  "dropped",
] as const;

export type Step = {
  /** Epoch milliseconds. */
  at: number;
  is: (typeof stepNames)[number];
  /** Of the error with which an attempt ended; of a drop, why. */
  code?: string | undefined;
  /** The error in words, if the turn was given up on. */
  reason?: string | undefined;
  /** How the answer went out. */
  route?: Route | undefined;
  /** OpenAI's id of the request that gave the answer, or the platform's of the one that took or refused it. */
  requestId?: string | undefined;
};

/** Steps that are kept: about four replays with five failed attempts each. */
export const MAX_STEPS = 40;

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
    /** Code of the last error. */
    error: string | undefined;
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
};

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

/** A turn that is over, as it counts for the backlog of its chat. */
export type FinishedTurn = {
  key: string;
  /** The platform's id of the user who asked, until it is erased. */
  senderId?: string | undefined;
  /** Epoch milliseconds. */
  finishedAt: number;
  /** The notice that it got instead of an answer, or after which it was dropped. */
  notice: NoticeKind | undefined;
};

/** A fold that its turn has begun; there is no need of another while it runs. */
export type Folding = {
  /** Epoch milliseconds; then it has ended in any case. */
  until: number;
  /** Of the chat's state that it rewrites. */
  version: number;
};

export type WaitingAnswer = {
  /** How many it has. */
  messages: number;
  /** Key of the turn that was to bring it. */
  carriedBy: string | undefined;
  senderId: string | undefined;
  /** Epoch milliseconds; when its user was told that it takes long, and given a button for it. */
  toldAt: number | undefined;
};

/** A question that a later turn asks for too. */
export type Gathered = {
  senderId: string;
  question: Content;
  /** Than the turn at hand, by the queue. */
  isEarlier: boolean;
  /** As it was read: another one has taken it, or its reminder has, if this has changed. */
  owner: string;
};

/** A turn of late whose button may be pressed. */
export type RecentTurn = {
  key: string;
  status: TurnStatus;
  /** What was left of its answer, if one call did not take it. */
  rest: string | undefined;
  /** The platform's ids of the messages of its answer. */
  sentIds?: readonly string[] | undefined;
  /** Set if its answer waits, so that the turn at hand may bring it. */
  waiting: WaitingAnswer | undefined;
  /** Set if it asks whether calls may run. */
  confirmation?: RecentConfirmation | undefined;
  /** Set if it is left to a later turn, and no other has taken it. */
  gathered?: Gathered | undefined;
};

/** A finished exchange, as the context needs it. */
export type PastTurn = {
  key: string;
  question: Content;
  answer: string;
  messageId?: string | undefined;
  senderId?: string | undefined;
  /** Name of the one who asked; only in a group. */
  speaker?: string | undefined;
  /** The platform's id of the message that the question quotes. */
  quotes?: string | undefined;
  /** The platform's ids of the messages of the answer. */
  sentIds?: readonly string[] | undefined;
  /** Key of the turn in whose place it stands. */
  repeats?: string | undefined;
  /** Key of the turn that first asked its question, if that is another. */
  origin?: string | undefined;
  /** Not set until they were counted. */
  tokens?: TokenCounts | undefined;
};

/** Any stored turn, for exports and erasures, which read a chat's whole history. */
export type StoredTurn = Place & {
  status: TurnStatus;
  messageId: string | undefined;
  senderId?: string | undefined;
  /** Key of the turn that first asked its question: its own, unless it repeats another. */
  origin: string;
  /** Nothing of its text is left. */
  isErased: boolean;
  /** It was parked and brought back, so its answer may be younger than its place. */
  wasReplayed: boolean;
  /** As stored, whatever has become of the turn; empty if there is none. */
  question: Content;
  /** With what is kept of the calls of tools. */
  answer: string;
  /** It holds a notice that was never delivered. */
  hasNotice: boolean;
  /** Only if it is part of the conversation. */
  past: PastTurn | undefined;
  /** The question of one that was given up on, or that the model declined. */
  unanswered: Content | undefined;
};
