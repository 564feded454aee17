import type { Content } from "../platform/content.ts";
import type { NoticeKind, TokenCounts } from "./answer.ts";
import type { Place } from "./place.ts";
import type { RecentConfirmation } from "./transcript.ts";
import type { TurnStatus } from "./turn.ts";

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
