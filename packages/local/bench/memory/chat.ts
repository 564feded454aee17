import type { Bot } from "@henji/core/bot";
import type { Chats } from "@henji/core/chat/chats";
import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import type { Clock } from "@henji/core/clock";
import { createLog } from "@henji/core/log";
import { createModel } from "@henji/core/model/lazy";
import type { GuardedLine } from "@henji/core/platform/line/breaker";
import { createLinePlatform } from "@henji/core/platform/line/line";
import { encodeJob } from "@henji/core/queue/job";
import { worker as settings } from "@henji/core/settings";
import type { Table } from "@henji/core/table";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { createWorker } from "@henji/core/worker";
import { createModelSimulator } from "@henji/model-simulator";
import type { Exchange } from "../../../core/bench/conversation.ts";
import { type Consumed, type Meter, meter } from "./meter.ts";

/** What one turn consumed of DynamoDB, and what a fold after it consumed. */
export type TurnConsumed = { turn: Consumed; fold: Consumed | undefined };

export type Player = {
  /** Runs one message of a chat through the worker, until all work after its delivery is done. */
  play(chatId: string, exchange: Exchange, now: number): Promise<TurnConsumed>;
};

/** The real worker on a real table. Answers come from the exchange, notes from the stand-in model. */
export function createPlayer({ client, table }: Table, bot: Bot): Player {
  const meterOfTable: Meter = meter(client);
  let now = 0;
  let answer = "";
  let turn: Consumed | undefined;
  let ids = 0;
  const clock: Clock = { now: () => now, timeout: (ms) => AbortSignal.timeout(ms) };

  /** As long as a UUID. */
  function newId(): string {
    ids += 1;
    return `00000000-0000-4000-8000-${String(ids).padStart(12, "0")}`;
  }

  const answering = createModelSimulator();
  answering.answerWith(() => answer);
  const modelOf = (fetch: typeof globalThis.fetch, maxOutputTokens: number) =>
    createModel({ apiKey: "stand-in", settings: { ...bot.model, maxOutputTokens }, fetch });

  /** A fold comes last: what was consumed before belongs to the turn. */
  const beforeFold = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
    return (...args: Args) => {
      turn ??= meterOfTable.take();
      return call(...args);
    };
  };
  const chats: Chats = createChats(createChatStore({ client, table }));
  const names: string[] = [];
  const sent = async () => ({ outcome: "sent" as const, requestId: newId() });

  const line: GuardedLine = {
    reply: sent,
    push: sent,
    showLoading: async () => {},
    markAsRead: async () => {},
    profile: async () => undefined,
    info: async () => ({ userId: "U", basicId: "@b", displayName: "Bot", chatMode: "bot" }),
    quota: async () => ({ limit: undefined, used: 0 }),
    ready: async () => {},
    mayPush: async () => true,
  };

  const noContent = () => Promise.reject(new Error("Nobody sends anything but text"));
  const worker = createWorker({
    bot,
    reminders: { put: async () => {} },
    turns: createTurns(createTurnStore({ client, table })),
    chats: { ...chats, page: beforeFold(chats.page), update: beforeFold(chats.update) },
    model: modelOf(answering.fetch, bot.model.maxOutputTokens),
    pace: { ask: (_paced, ask) => ask() },
    summarizer: modelOf(createModelSimulator().fetch, bot.memory.summaryTokens),
    transcriber: { transcribe: noContent },
    moderator: { moderate: noContent },
    platforms: { line: createLinePlatform({ line, loadContent: noContent, clock }) },
    inbox: { delete: async () => [], changeVisibility: async () => [], park: async () => {} },
    identitySecret: "secret",
    newOwner: newId,
    random: () => 0,
    clock,
    log: createLog({ write: (line) => names.push(JSON.parse(line).name) }),
  });

  return {
    async play(chatId, exchange, at) {
      now = at;
      answer = exchange.answer;
      turn = undefined;
      names.length = 0;
      meterOfTable.take();
      const eventId = eventIdOf(at);
      const body = encodeJob({
        version: 2,
        platform: "line",
        eventId,
        event: {
          type: "message",
          mode: "active",
          webhookEventId: eventId,
          timestamp: at,
          replyToken: newId().replaceAll("-", ""),
          source: { type: "user", userId: chatId },
          message: { type: "text", id: messageIdOf(at), text: exchange.question },
        },
        receivedAt: at,
      });
      const sequence = String(at).padStart(39, "0");
      const incoming = {
        messageId: newId(),
        receiptHandle: "",
        chatId,
        sequence,
        body,
        receiveCount: 1,
      };
      await worker([incoming], at + settings.timeoutS * 1000);
      if (!names.includes("turn.delivered")) throw new Error(`A turn was not delivered: ${names.join(", ")}`);
      const rest = meterOfTable.take();
      const isFolded = names.includes("window.folded");
      if (names.includes("window.not_folded")) throw new Error("A fold has failed");
      return turn && isFolded ? { turn, fold: rest } : { turn: rest, fold: undefined };
    },
  };
}

/** As long as LINE's: a ULID has 26 characters. */
export function eventIdOf(at: number): string {
  return `01${String(at).padStart(24, "0")}`;
}

/** As long as LINE's. */
export function messageIdOf(at: number): string {
  return String(at).padStart(18, "5");
}
