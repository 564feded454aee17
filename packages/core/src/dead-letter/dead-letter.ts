import type { Inbound } from "../platform/platform.ts";
import type { Letter } from "../queue/dead-letters.ts";
import type { TurnItem } from "../turn/entity.ts";
import { byPlace, type Place, type TurnKey } from "../turn/place.ts";
import type { FinalStatus } from "../turn/turn.ts";

/** A message that was given up on: what the dead-letter queue and the index say of it. */
export type DeadLetter = {
  chatId: string;
  /** Not set if its job cannot be read. */
  event: DeadEvent | undefined;
  /** What of it is on the dead-letter queue: nothing after 14 days, more than one after a crash while parking. */
  letters: readonly Letter[];
  /** Of the error that ended it. */
  code: string;
  /** Epoch milliseconds. */
  parkedAt: number;
  /** Its job as it came; not set if its turn is parked, which stores it. */
  job: string | undefined;
};

/** The same with what its turn says. */
export type DescribedLetter = DeadLetter & {
  /** Not set if no worker has claimed it. */
  turn: TurnItem | undefined;
  /** The error that ended it, in words. */
  reason: string;
  attempts: number;
  /** When the webhook came, epoch milliseconds; not set if no letter tells it. */
  receivedAt: number | undefined;
  onReplay: ReplayEffect;
};

export type DeadEvent = TurnKey &
  Place & {
    eventId: string;
    /** What the event means; of one that is known by its turn alone, a question. */
    kind: Inbound["kind"];
    /** When the webhook came, epoch milliseconds; not set if no letter tells it. */
    receivedAt?: number | undefined;
  };

/** What a replay does to a message that was given up on. */
export type ReplayEffect =
  /** The model is asked, and its answer sent. */
  | { kind: "ask" }
  /** The stored answer is sent as it is. `brings`: with so many earlier ones, which wait, in front of it. */
  | { kind: "send"; brings?: number }
  /** The stored answer is pushed although it may have arrived: only by force. */
  | { kind: "send_perhaps_twice"; brings?: number }
  /** What a user has unsent, or a chat that has ended, is erased. */
  | { kind: "erase" }
  /** Nothing is left to do: it only leaves the dead-letter queue. */
  | { kind: "acknowledge"; because: Exclude<FinalStatus, "parked"> | "replayed" | "ignored" }
  /** It cannot be replayed, or not now. */
  | { kind: "none"; because: "unreadable" | "held" };

/** In the order of the events, so that the messages of a chat stay in order; what cannot be read comes last. */
export function byEvent(a: DeadLetter, b: DeadLetter): number {
  if (a.event && b.event) return byPlace(a.event, b.event);
  return a.event || b.event ? (a.event ? -1 : 1) : a.parkedAt - b.parkedAt;
}

/** By what a message is called to an operator: its event, or its letter's id if that cannot be read. */
export function idOf({ event, letters }: DeadLetter): string {
  return event?.eventId ?? letters[0]?.messageId ?? "";
}

/** The same for one message however often it is looked at. */
export function nameOf({ event, letters }: DeadLetter): string {
  return event ? nameOfTurn(event) : (letters[0]?.messageId ?? "");
}

export function nameOfTurn({ chatId, key }: TurnKey): string {
  return `${chatId} ${key}`;
}
