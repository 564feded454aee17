import { systemClock as clock } from "@henji/core/clock";
import { createLog } from "@henji/core/log";
import type { TurnItem } from "@henji/core/turn/entity";
import type { TurnKey } from "@henji/core/turn/place";
import { createTurns } from "@henji/core/turn/turns";
import { readers } from "@henji/functions/readers";
import { createLineSimulator, type LineSimulator } from "@henji/line-simulator";
import { createModelSimulator, type ModelSimulator } from "@henji/model-simulator";
import { createMemoryQueue, createMemoryTable, type MemoryQueue, type MemoryTable } from "@henji/simulation";
import { afterEach, beforeEach } from "vitest";
import ownBot from "../../../bot.config.ts";
import type { OperatorsSide } from "../src/operators-side.ts";
import type { Local } from "../src/start.ts";
import { type Studio, type StudioOptions, startStudio } from "../src/studio.ts";
import type { ChatMemory, Message, View, ViewChange } from "../src/studio-view.ts";

/** Studio's API over a running system; it has nothing to tell of memory. */
export function openStudio(local: Local, model = "stand-in"): Promise<Studio> {
  const memory = () => Promise.reject(new Error("not asked"));
  const { commands } = ownBot;
  const info = { model, standIn: local.model !== undefined, urls: {}, botConfig: "bot.config.ts", commands };
  return startStudio({ ...local, memory, port: 0, info });
}

/** What Studio sends to a page: the view, then each change. */
export async function* pageEvents(studioUrl: string): AsyncGenerator<View | ViewChange> {
  const { body } = await fetch(`${studioUrl}/api/events`);
  let text = "";
  for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data) yield JSON.parse(data);
    }
  }
}

/** All that a page shows when it opens. */
export async function viewOf(studioUrl: string): Promise<View> {
  for await (const view of pageEvents(studioUrl)) return view as View;
  throw new Error("Studio sent no view");
}

const memory: ChatMemory = {
  window: {
    ...{ turns: 2, tokens: 90, leftOut: 0 },
    ...{ lowWaterTokens: 2_000, highWaterTokens: 6_000, maxTokens: 9_000 },
  },
  notes: { text: "お茶が好き。", tokens: 5, maxTokens: 400 },
  today: {
    timeZone: "Asia/Tokyo",
    ...{ answers: 2, inputTokens: 900, cachedTokens: 640, outputTokens: 80 },
    ...{ replies: 2, pushes: 0, dollars: 0.0001 },
  },
};

/** A Studio for each test of a file, on a simulated LINE whose webhooks reach no bot. */
export function useStudio() {
  let line: LineSimulator;
  let model: ModelSimulator | undefined;
  let studio: Studio;
  let operators: OperatorsSide;
  let queue: MemoryQueue;
  let table: MemoryTable;
  const turns = { read: async ({ key }: TurnKey) => page.turns.get(key) };

  const page = {
    /** Statuses that the next webhooks are answered with; 200 once there are none left. */
    statuses: [] as number[],
    /** Of every user. */
    memory,
    /** What is stored, by the key of its turn. */
    turns: new Map<string, TurnItem>(),
    get model() {
      return model;
    },
    log: createLog({ write: () => {} }),
    get line() {
      return line;
    },
    get url() {
      return studio.url;
    },
    /** The two queues, and the turns that an operator sees. */
    get queue() {
      return queue;
    },
    get table() {
      return table;
    },
    get options(): StudioOptions {
      const { commands } = ownBot;
      const info = { model: "stand-in", standIn: true, urls: {}, botConfig: "bot.config.ts", commands };
      const bot = () => ({ memory: ownBot.memory });
      return { line, model, turns, operators, bot, memory: async () => memory, port: 0, info };
    },

    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${studio.url}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),

    /** Writes to the bot, in the 1:1 chat or in a group. */
    say: (userId: string, text: string, chatId = userId) => page.send(userId, { type: "text", text }, chatId),
    send: (from: string, content: object, chatId = from) => page.post("/api/send", { from, chatId, content }),

    /** Opens a page. `message` resolves with the next message that meets a condition. */
    async open() {
      const changes = pageEvents(studio.url);
      const view = (await changes.next()).value as View;
      const message = async (meets: (message: Message) => boolean): Promise<Message> => {
        for (;;) {
          const { value, done } = await changes.next();
          if (done) throw new Error("the stream ended");
          if ("type" in value && value.type === "message" && meets(value.message)) return value.message;
        }
      };
      return { view, changes, message };
    },
  };

  beforeEach(async () => {
    page.statuses = [];
    page.turns.clear();
    queue = createMemoryQueue({ clock });
    table = createMemoryTable();
    operators = {
      ...{ queue: queue.deadLetterQueue, register: table.register, turns: createTurns(table.turnStore) },
      ...{ sender: queue.sender, readers, clock },
      eventDepth: async () => ({ waiting: queue.main.messages().length, inFlight: 0 }),
    };
    model = createModelSimulator();
    line = createLineSimulator({
      channelSecret: "secret",
      channelAccessToken: "token",
      webhookUrl: "http://bot.test/",
      wait: (_ms, signal) =>
        // Time-outs never pass; redeliveries come at once.
        signal ? new Promise((_, reject) => signal.addEventListener("abort", reject)) : Promise.resolve(),
      fetch: async () => new Response(null, { status: page.statuses.shift() ?? 200 }),
    });
    studio = await startStudio(page.options);
  });
  afterEach(() => studio.close());

  return page;
}
