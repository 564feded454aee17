import type { Chats } from "@henji/core/chat/chats";
import type { Answer, Turn } from "@henji/core/turn/turn";
import type { Claim, ClaimRequest, Turns } from "@henji/core/turn/turns";
import type { Totals } from "@henji/core/usage/totals";
import type { DayUsage } from "@henji/core/usage/usage";
import { test } from "vitest";

export type TablePorts = { turns: Turns; chats: Chats; totals: Totals };

export const now = 1_800_000_000_000;
/** When the lease of a first claim ends. */
export const later = now + 60_000;
export const expiresAt = now / 1000 + 86_400;
export const afterLease = { now: later + 1, leaseUntil: later + 60_000 };
/** How a write fails whose turn has another owner. */
export const lost = { code: "turn.lost", retry: "later" };

export const usage: DayUsage = {
  day: "2027-01-15",
  answers: 3,
  inputTokens: 100,
  cachedTokens: 50,
  outputTokens: 20,
  replies: 2,
  pushes: 1,
  refused: false,
  foldVersion: 0,
};

export const account = { usage, isFirstOfDay: false };

export const handedOver = (by: "reply" | "push", requestId: string | undefined, at: number) => ({
  ...{ by, requestId, at, account },
});

export const answerWith = (text: string, change: Partial<Answer> = {}): Answer => ({
  messages: [{ type: "text", text }],
  retryKey: "11111111-2222-5333-8444-555555555555",
  way: "reply",
  ...change,
});

export const sequenceOf = (n: number) => String(n).padStart(39, "0");

let chatsSoFar = 0;

/** A chat of its own on a table, and what most tests do with it. */
function createChat({ turns, chats, totals }: TablePorts) {
  chatsSoFar += 1;
  const chatId = `U${String(chatsSoFar).padStart(32, "0")}`;
  let events = 0;

  function request(change: Partial<ClaimRequest> = {}): ClaimRequest {
    events += change.key ? 0 : 1;
    const eventId = `event-${events}`;
    const key = `${String(now + events).padStart(13, "0")}#${eventId}`;
    const lease = { owner: "first", now, leaseUntil: later, expiresAt, replay: undefined };
    const asked = { question: `question ${events}`, messageId: `M${events}` };
    return { chatId, key, sequence: sequenceOf(events), eventId, ...asked, ...lease, ...change };
  }

  async function claim(change: Partial<ClaimRequest> = {}): Promise<Turn> {
    const claimed = await turns.claim(request(change));
    if (claimed.kind !== "claimed") throw new Error(`not claimed but ${claimed.kind}`);
    return claimed.turn;
  }

  /** Claims the same event as another owner. */
  function again({ key, eventId, question }: Turn, change: Partial<ClaimRequest> = {}): Promise<Claim> {
    return turns.claim(request({ key, eventId, question, owner: "second", ...change }));
  }

  async function delivered(text: string, at = now, change: Partial<ClaimRequest> = {}): Promise<Turn> {
    const turn = await claim(change);
    const tokens = { question: 3, answer: 5 };
    await turns.answer(turn, answerWith(text), { tokens }, later);
    await turns.delivered(turn, handedOver("reply", "request", at));
    return turn;
  }

  function recall(key = "9", limit = 50, sequence = sequenceOf(events)) {
    return chats.recall({ chatId, key, sequence }, limit, now);
  }

  return { turns, chats, totals, chatId, claim, again, delivered, recall };
}

/** A test with a chat of its own on a table that all tests share. */
export function testWithTable(open: () => Promise<TablePorts>) {
  let ports: Promise<TablePorts> | undefined;
  return test.extend("chat", async () => {
    ports ??= open();
    return createChat(await ports);
  });
}

export type TableTest = ReturnType<typeof testWithTable>;
