import type { Bot } from "@henji/core/bot";
import { type Chats, createChats } from "@henji/core/chat/chats";
import type { Context } from "@henji/core/context/context";
import { loadTokenizer } from "@henji/core/context/tokens";
import { createLog } from "@henji/core/log";
import { counted } from "@henji/core/model/counted";
import type { Model } from "@henji/core/model/model";
import { createPace } from "@henji/core/model/pace";
import { createSlots } from "@henji/core/model/slots";
import type { Transcriber } from "@henji/core/model/transcriber";
import type { Line } from "@henji/core/platform/line/api";
import { withLineBreaker } from "@henji/core/platform/line/breaker";
import { wordsOn } from "@henji/core/platform/line/compose";
import { createLinePlatform } from "@henji/core/platform/line/line";
import { loadMarkdown } from "@henji/core/platform/line/markdown";
import type { Platform } from "@henji/core/platform/platform";
import { encodeJob } from "@henji/core/queue/job";
import type { Incoming } from "@henji/core/queue/sqs";
import { loadSources } from "@henji/core/reply/answer";
import { loadRounds } from "@henji/core/reply/ask";
import { hold, worker as settings } from "@henji/core/settings";
import { createTurns, type Turns } from "@henji/core/turn/turns";
import { createTokenCap } from "@henji/core/usage/cap";
import { createWorker } from "@henji/core/worker";
import {
  createMemoryLine,
  createMemoryModel,
  createMemoryModerator,
  createMemoryQueue,
  createMemoryTable,
  createMemoryTranscriber,
  createProcess,
  createScheduler,
  type MemoryContent,
  type MemoryLineOptions,
  type MemoryModelOptions,
  type MemoryModeratorOptions,
  type MemoryTableOptions,
} from "@henji/simulation";
import ownBot from "../../../../bot.config.ts";

// It loads in real time, so it must be loaded before virtual time starts.
await loadTokenizer();
await loadMarkdown();
await loadRounds();
await loadSources();

export const start = 1_800_000_000_000;

/** Without what changes from one question to the next. */
export const plainBot: Bot = { ...ownBot, context: { dateAndTime: false, profile: false } };

export type WorldOptions = {
  bot?: Bot;
  model?: Pick<MemoryModelOptions, "answer" | "calls" | "hosted">;
  summarizer?: MemoryModelOptions;
  moderator?: MemoryModeratorOptions;
  line?: Pick<MemoryLineOptions, "onSent" | "onMistakes">;
  table?: Pick<MemoryTableOptions, "onWrite">;
};

type Overrides = {
  model?: Model;
  line?: Line;
  chats?: Chats;
  platform?: Platform;
  transcriber?: Transcriber;
  turns?: Turns;
  content?: Platform["fetchMedia"];
};

export type World = ReturnType<typeof createWorld>;

/** The real worker with in-memory services, in virtual time. */
export function createWorld(options: WorldOptions = {}) {
  const { bot = plainBot } = options;
  const scheduler = createScheduler(start);
  const queue = createMemoryQueue({ clock: scheduler });
  const memoryLine = createMemoryLine({ clock: scheduler, ...options.line });
  const table = createMemoryTable(options.table);
  const turns = createTurns(table.turnStore);
  const chats = createChats(table.chatStore);
  const lines: string[] = [];
  const printed: string[] = [];
  const asked: string[] = [];
  const contexts: string[] = [];
  const inputs: Context["input"][] = [];
  let events = 0;

  const model = createMemoryModel({
    ...options.model,
    onAsk(question, context) {
      asked.push(question);
      contexts.push(JSON.stringify(context.input));
      inputs.push(context.input);
    },
  });
  const heard: { words: string; languages: readonly string[] }[] = [];
  const transcriber = createMemoryTranscriber({
    onHear: (words, languages) => void heard.push({ words, languages }),
  });
  const moderator = createMemoryModerator(options.moderator);
  const summarizer = createMemoryModel(options.summarizer);
  let owners = 0;
  const log = createLog({
    write(entry) {
      printed.push(entry);
      lines.push(JSON.parse(entry).name);
    },
  });

  /** A worker in its own simulated process, which can be killed while it is running. */
  function worker(overrides: Overrides = {}) {
    const process = createProcess({
      name: "worker",
      scheduler,
      skewMs: 0,
      fateOf: () => "lives",
      onDeath: () => {},
    });
    const shared = { bot, clock: process.clock, log, random: () => 0 };
    const cap = createTokenCap({ ...shared, totals: table.totals });
    const loadContent = async () => overrides.content ?? memoryLine.content;
    const line = withLineBreaker(overrides.line ?? memoryLine.line, { clock: scheduler, log });
    const work = createWorker({
      ...{ ...shared, turns: overrides.turns ?? turns, cap },
      chats: overrides.chats ?? chats,
      platforms: { line: overrides.platform ?? createLinePlatform({ line, loadContent, clock: scheduler }) },
      ...{ model: counted(overrides.model ?? model, cap), summarizer: counted(summarizer, cap) },
      pace: createPace({ slots: createSlots(table.slotsStore, bot.model.name), clock: process.clock, log }),
      moderator,
      transcriber: overrides.transcriber ?? transcriber,
      inbox: process.port("queue", queue.inbox),
      reminders: process.port("queue", queue.reminders),
      identitySecret: "secret",
      newOwner: () => {
        owners += 1;
        return `owner ${owners}`;
      },
    });
    return Object.assign(work, { kill: () => process.kill("of the test") });
  }

  function put(userId: string, fields: Record<string, unknown>, timestamp = scheduler.now()): string {
    events += 1;
    const webhookEventId = `E${events}`;
    const event = { webhookEventId, timestamp, source: { type: "user", userId }, type: "", ...fields };
    enqueue(event, webhookEventId);
    return webhookEventId;
  }

  function enqueue(
    event: {
      type: string;
      webhookEventId: string;
      timestamp: number;
      source: { type: string; userId?: string; groupId?: string };
    },
    deduplicationId: string,
  ) {
    const job = { version: 2, platform: "line", eventId: event.webhookEventId } as const;
    const body = encodeJob({ ...job, event, receivedAt: scheduler.now() });
    const { groupId, userId = "" } = event.source;
    queue.main.send({ chatId: groupId ?? userId, deduplicationId, body });
  }

  /** Runs a batch from the queue for at most `forMs` of virtual time, and deletes what is done, as Lambda does. */
  async function run(work: ReturnType<typeof worker>, forMs: number): Promise<string[] | "still running"> {
    const batch: Incoming[] = queue.receive(settings.batchSize);
    const ended: string[][] = [];
    void work(batch, scheduler.now() + settings.timeoutS * 1000).then((failed) => ended.push(failed));
    const until = scheduler.now() + forMs;
    await scheduler.run(until, () => ended.length > 0);
    const [failed] = ended;
    if (!failed) return "still running";
    await queue.inbox.delete(batch.filter(({ messageId }) => !failed.includes(messageId)));
    await scheduler.run(until, () => false);
    return failed;
  }

  /** Starts a worker with a batch, kills it, and waits until its messages are visible again. */
  async function crash(work: ReturnType<typeof worker>, afterMs = 100): Promise<void> {
    await run(work, afterMs);
    work.kill();
    await scheduler.run(scheduler.now() + hold.forS * 1000 + 1, () => false);
  }

  /** @returns LINE's id of the message */
  async function send(userId: string, message: object, content?: MemoryContent): Promise<string> {
    const id = String(events + 1);
    const replyToken = `token ${id}`;
    if (content) memoryLine.keep(id, content);
    memoryLine.giveToken(replyToken, userId, 60_000);
    put(userId, { type: "message", replyToken, message: { id, ...message } });
    await settle();
    return id;
  }

  return {
    ...{
      scheduler,
      queue,
      line: memoryLine,
      table,
      turns,
      chats,
      lines,
      printed,
      log,
      asked,
      contexts,
      inputs,
      heard,
      model,
      transcriber,
      worker,
      run,
      crash,
    },
    say,
    /** The user sends what is no text, with the bytes that LINE has of it. */
    send,
    put,
    /** An operator moves every dead letter back to the queue unchanged. */
    moveBack() {
      for (const job of queue.deadLetters.messages()) {
        queue.deadLetters.discard(job.messageId);
        queue.main.send({ ...job, deduplicationId: `moved-${job.messageId}` });
      }
    },
    unsend: (userId: string, messageId: string) => put(userId, { type: "unsend", unsend: { messageId } }),
    unfollow: (userId: string, at?: number) => put(userId, { type: "unfollow" }, at),
    settle,
    /**
     * A member of a group writes this, or sends what `message` says; the bot is mentioned where the text has "@Henji".
     *
     * @returns LINE's id of the message
     */
    async sayIn(groupId: string, userId: string, text: string, message: object = {}): Promise<string> {
      const id = String(events + 1);
      const replyToken = `token ${id}`;
      memoryLine.giveToken(replyToken, groupId, 60_000);
      const index = text.indexOf("@Henji");
      const mention = index < 0 ? {} : { mention: { mentionees: [{ index, length: 6, isSelf: true }] } };
      const source = { type: "group", groupId, userId };
      put(userId, {
        type: "message",
        source,
        replyToken,
        message: { type: "text", id, text, ...mention, ...message },
      });
      await settle();
      return id;
    },
    /** Any other event, with a reply token. */
    async happen(
      userId: string,
      fields: { type: string; source?: { groupId?: string }; postback?: { data: string } },
    ): Promise<void> {
      const replyToken = `token ${events + 1}`;
      memoryLine.giveToken(replyToken, fields.source?.groupId ?? userId, 60_000);
      put(userId, { replyToken, ...fields });
      await settle();
    },
    /**
     * The user writes these messages, each after the answer to the one before.
     *
     * @returns LINE's ids of the messages
     */
    async talk(userId: string, ...texts: string[]): Promise<string[]> {
      const ids: string[] = [];
      for (const text of texts) {
        ids.push(say(userId, text));
        await settle();
      }
      return ids;
    },
    sent,
    /** The newest message of the bot. */
    newest: () => sent().at(-1),
    /** The log entries with this name. */
    logged: (name: string) =>
      printed.map((entry) => JSON.parse(entry)).filter((entry) => entry.name === name),
  };

  /** Runs batches of one second each until the queue is empty. */
  async function settle(): Promise<void> {
    while (queue.main.messages().length > 0) await run(worker(), 1_000);
  }

  /** The bot's messages that LINE has shown, with their buttons. */
  function sent(): string[] {
    return memoryLine.sent.map(({ chatId, by, messages }) => {
      const buttons = messages.at(-1)?.quickReply?.items.map(({ action }) => ` [${wordsOn(action)}]`) ?? [];
      return `${chatId} ${by}: ${messages[0]?.text}${buttons.join("")}`;
    });
  }

  /** @returns LINE's id of the message */
  function say(userId: string, text: string, sentAt?: number): string {
    const id = String(events + 1);
    const replyToken = `token ${id}`;
    memoryLine.giveToken(replyToken, userId, 60_000);
    put(userId, { type: "message", replyToken, message: { type: "text", id, text } }, sentAt);
    return id;
  }
}
