import type { Chats } from "@henji/core/chat/chats";
import type { SlotsStore } from "@henji/core/model/slots";
import { type Content, textContent } from "@henji/core/platform/content";
import type { Message, Route } from "@henji/core/platform/platform";
import type { Answer, NoticeKind, Repeated, Said } from "@henji/core/turn/answer";
import type { Claim, ClaimRequest } from "@henji/core/turn/claim";
import type { TurnRegister } from "@henji/core/turn/register";
import type { TurnStore } from "@henji/core/turn/store";
import type { AnsweredTurn, FinishedDelivery, Parking, Turn, TurnFailure } from "@henji/core/turn/turn";
import type { Turns } from "@henji/core/turn/turns";
import type { Totals } from "@henji/core/usage/totals";
import type { DayUsage, ModelUsage, RunningTotal } from "@henji/core/usage/usage";
import { test } from "vitest";

/** `turns` is core's state machine over `turnStore`. */
export type TablePorts = {
  turnStore: TurnStore;
  turns: Turns;
  chats: Chats;
  totals: Totals;
  slotsStore: SlotsStore;
  register: TurnRegister;
};

export const now = 1_800_000_000_000;
/** When the lease of a first claim ends. */
export const later = now + 60_000;
export const expiresAt = now / 1000 + 86_400;
export const afterLease = { now: later + 1, leaseUntil: later + 60_000 };
/** The error of a write whose turn has another owner. */
export const lost = { code: "turn.lost", retry: "later" };

export const usage: DayUsage = {
  day: "2027-01-15",
  user: "0123456789ab",
  answers: 3,
  inputTokens: 100,
  cachedTokens: 50,
  outputTokens: 20,
  replies: 2,
  pushes: 1,
  refused: false,
  foldVersion: 0,
};

/** When an answer is stored. */
export const storing = { at: now, leaseUntil: later, requestId: "req_1" };

export const total: RunningTotal = { usage, isUnlisted: false };

export function deliveredBy(route: Route, requestId?: string, at = now): FinishedDelivery {
  return { route, requestId, at, total, folding: undefined };
}

export function failure(code: string, outcomeUnknownSince?: number): TurnFailure {
  return { at: now, code, outcomeUnknownSince };
}

export function givenUp(code: string, change: Partial<Parking> = {}): Parking {
  return { ...failure(code), reason: "it failed", job: "a job", apologyBy: undefined, total, ...change };
}

/** Core reads only the text of a message; everything else is stored unchanged. */
const messagesOf = (text: string): readonly Message[] => [{ ...{ type: "text", emojis: [] }, text }];

type Sending = Pick<Answer, "idempotencyKey" | "route">;
const sending: Sending = { idempotencyKey: "11111111-2222-5333-8444-555555555555", route: "reply" };

const usedNothing: ModelUsage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };

type ModelSaid = Extract<Said, { from: "model" }>;

export function answerWith(text: string, change: Partial<ModelSaid & Sending> = {}): Answer {
  const said = { usage: usedNothing, tokens: undefined, refused: false, repeats: undefined };
  return { from: "model", messages: messagesOf(text), ...said, ...sending, ...change };
}

export function noticeWith(notice: NoticeKind, text: string): Answer {
  return { from: "bot", notice, messages: messagesOf(text), ...sending };
}

/** The turn of a worker that believes it has stored an answer. */
export function asIfAnswered(turn: Turn): AnsweredTurn {
  return { ...turn, status: "answered", answer: answerWith("never stored") };
}

/** What a turn stores that asks the question of this one again. */
export function repeatOf({ key, question, messageId }: Turn): Repeated {
  return { key, origin: key, question, messageId };
}

export const sequenceOf = (n: number) => String(n).padStart(39, "0");

export const questionOf = (n: number): Content => textContent(`question ${n}`);

let chatsSoFar = 0;

/** A new chat on a table, and what most tests do with it. */
function createChat({ turns, chats, ...ports }: TablePorts) {
  chatsSoFar += 1;
  const chatId = `U${String(chatsSoFar).padStart(32, "0")}`;
  let events = 0;

  function request(change: Partial<ClaimRequest> = {}): ClaimRequest {
    events += change.key ? 0 : 1;
    const eventId = `event-${events}`;
    const key = `${String(now + events).padStart(13, "0")}#${eventId}`;
    const lease = { owner: "first", now, leaseUntil: later, expiresAt, replay: undefined };
    const asked = { question: questionOf(events), messageId: `M${events}`, senderId: "Uaki" };
    return { chatId, key, sequence: sequenceOf(events), eventId, ...asked, ...lease, ...change };
  }

  async function claim(change: Partial<ClaimRequest> = {}): Promise<Turn> {
    return claimed(await turns.claim(request(change)));
  }

  /** Claims the same event as another owner. */
  function again({ key, eventId, question }: Turn, change: Partial<ClaimRequest> = {}): Promise<Claim> {
    return turns.claim(request({ key, eventId, question, owner: "second", ...change }));
  }

  async function delivered(text: string, at = now, change: Partial<ClaimRequest> = {}): Promise<Turn> {
    const turn = await claim(change);
    const tokens = { question: 3, answer: 5 };
    const stored = await turns.answer(turn, answerWith(text, { tokens }), storing);
    await turns.delivered(stored, deliveredBy("reply", "request", at));
    return turn;
  }

  function recall(key = "9", limit = 50, sequence = sequenceOf(events)) {
    return chats.recall({ chatId, key, sequence }, limit, now);
  }

  return { ...ports, turns, chats, chatId, request, claim, again, delivered, recall };
}

export function claimed(claim: Claim): Turn {
  if (claim.kind !== "claimed") throw new Error(`not claimed but ${claim.kind}`);
  return claim.turn;
}

/** A test with a new chat, on a table that all tests share. */
export function testWithTable(open: () => Promise<TablePorts>) {
  let ports: Promise<TablePorts> | undefined;
  return test.extend("chat", async () => {
    ports ??= open();
    return createChat(await ports);
  });
}

export type TableTest = ReturnType<typeof testWithTable>;
