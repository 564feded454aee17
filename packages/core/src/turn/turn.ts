import type { LineEvent } from "../platform/line/event.ts";
import type { TextMessage } from "../platform/line/text.ts";
import type { Account } from "../usage/usage.ts";

/**
 * ```
 * (nothing) ──claim──▶ claimed ──answer──▶ answered ──deliver──▶ delivered
 *                         ├────────── park ────┴──▶ parked ──replay──▶ claimed / answered
 *                         └────────── drop ──▶ dropped
 * ```
 * `claimed` and `answered` are held under a lease; when it has run out, the next worker claims again.
 */
export type TurnStatus = "claimed" | "answered" | "delivered" | "parked" | "dropped";

/** The states that a turn leaves only by an operator's hand. */
export type FinalStatus = "delivered" | "parked" | "dropped";

export type DeliveryWay = "reply" | "push";

/** Where a turn is: the same for every redelivery of its event. */
export type TurnKey = {
  chatId: string;
  /** `<event timestamp, 13 digits>#<webhookEventId>`: unique by event, sorts by time, but within a millisecond at random. */
  key: string;
};

/** What orders the turns of a chat: the time of the event and, within a millisecond, the queue. */
export type Place = {
  key: string;
  /** Of the job with which the event first came: 39 digits, growing within the chat. */
  sequence: string;
};

/** An answer exactly as it will be sent, however often. */
export type Answer = {
  messages: TextMessage[];
  /** Stored, so that a new version of the bot cannot send an old answer under another key. */
  retryKey: string;
  /**
   * How it goes out. `reply` means that a reply may have been sent, even if nobody saw it
   * succeed; `push` that no reply arrived, and that it may be pushed again under its retry key.
   */
  way: DeliveryWay;
  /** Set if it was written by us and not by the model: no part of the conversation. */
  notice?: NoticeKind;
  /** Set if it answers an earlier question once more. */
  repeats?: Repeated;
  /** The model declined: neither question nor answer is part of the conversation, lest all that follows is declined. */
  refused?: true;
};

/** What the bot says by itself. */
export const noticeKinds = [
  "too_many",
  "daily_limit",
  "total_limit",
  "forget",
  "forgotten",
  "memory",
  "export",
  "nothing_to_retry",
  "help",
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

/** Why a message gets no answer of its own: a notice has said so for an earlier one, or it was taken away. */
export type DropReason = "too_many" | "daily_limit" | "total_limit" | "unsent";

/** The turn whose question is answered once more; its own answer is no longer part of the conversation. */
export type Repeated = { key: string; question: string; messageId?: string };

export type ModelUsage = { inputTokens: number; cachedTokens: number; outputTokens: number };

/** What was learned while answering, kept with the turn. */
export type Learned = { usage?: ModelUsage; tokens?: { question: number; answer: number } };

export type FinishedDelivery = {
  by: DeliveryWay;
  requestId: string | undefined;
  /** Epoch milliseconds. */
  at: number;
  /** With this turn in it. */
  account: Account;
  /** Set if a fold begins behind it. */
  folding?: Folding | undefined;
};

/** How an attempt ended. */
export type TurnFailure = {
  code: string;
  /** Epoch milliseconds; set if LINE may have accepted what it sent. The first one stays. */
  unclearSince?: number | undefined;
};

/** How a turn was given up on. */
export type Parking = TurnFailure & {
  /** Its user is told so; a push counts against LINE's quota. */
  apologyBy?: DeliveryWay | undefined;
};

/** A turn that this worker holds. */
export type Turn = TurnKey &
  Place & {
    eventId: string;
    status: TurnStatus;
    /** Who holds the lease: one claim of one worker. */
    owner: string;
    /** Epoch milliseconds. */
    leaseUntil: number;
    /** Claims so far, this one included. */
    attempts: number;
    /** Of the earlier ones: those that ended without an error, because the process died. */
    crashes: number;
    /** Of those: that came before its answer was stored, so that nothing can have been sent. */
    crashesBefore: number;
    /** Epoch milliseconds; since when a send of it may have been accepted unheard. */
    unclearSince?: number;
    /** Code of the last error. */
    error?: string;
    question: string;
    /** LINE's id of the message that asks it. */
    messageId?: string;
    answer?: Answer;
    /** What the model took for the stored answer. */
    used?: ModelUsage;
  };

/** A turn that is over, as it counts for the backlog of its chat. */
export type FinishedTurn = {
  key: string;
  /** Epoch milliseconds. */
  finishedAt: number;
  /** The notice that it got instead of an answer, or after which it was dropped. */
  notice?: NoticeKind;
};

/** A fold that its turn has begun; there is no need of another while it runs. */
export type Folding = {
  /** Epoch milliseconds; then it has ended in any case. */
  until: number;
  /** Of the notes that it rewrites. */
  version: number;
};

/** A finished exchange, as the context needs it. */
export type PastTurn = {
  key: string;
  question: string;
  answer: string;
  messageId?: string;
  /** Key of the turn in whose place it stands. */
  repeats?: string;
  /** Exact o200k_base counts; undefined until they were counted. */
  tokens?: { question: number; answer: number };
};

/** Any stored turn, for whoever goes through a chat's history. */
export type StoredTurn = Place & {
  status: TurnStatus;
  messageId?: string;
  /** Key of the turn in whose place it stands. */
  repeats?: string;
  /** Nothing of its text is left. */
  isErased: boolean;
  /** As stored, whatever has become of the turn; empty if there is none. */
  question: string;
  answer: string;
  /** It holds a notice that was never delivered. */
  hasNotice: boolean;
  /** Only if it is part of the conversation. */
  past?: PastTurn;
  /** The question of one that was given up on, or that the model declined. */
  unanswered?: string;
};

/** Sorts behind every key. */
export const BEHIND_ALL = "~";

/** The least key that sorts behind this one. */
export function afterKey(key: string): string {
  return `${key}~`;
}

/** Compares by place; also for `sort`. */
export function byPlace(a: Place, b: Place): number {
  const isSameTime = timeOf(a.key) === timeOf(b.key);
  const [first, second] = isSameTime ? [withinTime(a), withinTime(b)] : [a.key, b.key];
  return first === second ? 0 : first < second ? -1 : 1;
}

export function isBefore(a: Place, b: Place): boolean {
  return byPlace(a, b) < 0;
}

function withinTime({ key, sequence }: Place): string {
  return `${sequence}#${key}`;
}

/** The time at which a key starts: epoch milliseconds, 13 digits. It sorts before all keys of its millisecond. */
export function timeOf(key: string): string {
  return key.slice(0, 13);
}

export function turnKeyOf(chatId: string, event: LineEvent): TurnKey {
  return { chatId, key: `${String(event.timestamp).padStart(13, "0")}#${event.webhookEventId}` };
}
