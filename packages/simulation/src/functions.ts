import type { Bot } from "@henji/core/bot";
import { createChats } from "@henji/core/chat/chats";
import {
  createIngress,
  type IngressOptions,
  type WebhookAnswer,
  type WebhookRequest,
} from "@henji/core/ingress";
import type { Log, LogFields } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import { counted } from "@henji/core/model/counted";
import type { Model } from "@henji/core/model/model";
import { createPace } from "@henji/core/model/pace";
import { createSlots } from "@henji/core/model/slots";
import type { Transcriber } from "@henji/core/model/transcriber";
import type { Line } from "@henji/core/platform/line/api";
import { withLineBreaker } from "@henji/core/platform/line/breaker";
import { createLinePlatform } from "@henji/core/platform/line/line";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import type { Platform } from "@henji/core/platform/platform";
import { createSlack, type Slack } from "@henji/core/platform/slack/api";
import { chatIdOf } from "@henji/core/platform/slack/event";
import { createSlackPlatform } from "@henji/core/platform/slack/slack";
import { createSlackWebhook } from "@henji/core/platform/slack/webhook";
import type { Incoming } from "@henji/core/queue/sqs";
import { worker as settings } from "@henji/core/settings";
import type { TurnWrite } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { createTokenCap } from "@henji/core/usage/cap";
import { createWorker, type WorkerOptions } from "@henji/core/worker";
import { askedIn } from "./check/book.ts";
import type { Check } from "./check.ts";
import type { Invocation } from "./event-source.ts";
import type { Faults } from "./faults.ts";
import type { createHandlers } from "./handlers.ts";
import type { MemoryLine } from "./line.ts";
import type { createModeration } from "./moderation.ts";
import type { AtPorts } from "./mutations/mutation.ts";
import type { Plan } from "./plan.ts";
import { createProcess, type Process } from "./process.ts";
import type { MemoryQueue } from "./queue.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { MemorySlack } from "./slack/memory-slack.ts";
import type { MemoryTable } from "./table.ts";
import type { createTools } from "./tools.ts";

export const channelSecret = "secret";
export const signingSecret = "signing secret";

export type FunctionsOptions = {
  plan: Plan;
  bot: Bot;
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  check: Check;
  queue: MemoryQueue;
  table: MemoryTable;
  line: MemoryLine;
  slack: MemorySlack;
  model: Model;
  summarizer: Model;
  tools: ReturnType<typeof createTools>;
  handlers: ReturnType<typeof createHandlers>;
  moderator: ReturnType<typeof createModeration>;
  transcriber: Transcriber;
  ports: AtPorts;
};

export type Functions = {
  /** Never settles if the process dies. */
  ingress(request: WebhookRequest): Promise<WebhookAnswer>;
  slackIngress(request: WebhookRequest): Promise<WebhookAnswer>;
  worker(batch: readonly Incoming[]): Invocation;
};

type Warm<T> = { process: Process; run: T };

/** Core in processes as Lambda starts, keeps and kills them: each serves one invocation at a time. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { plan, bot, scheduler, random, faults, check, queue, table, model, summarizer, transcriber, ports } =
    options;
  const warmIngresses: Warm<ReturnType<typeof createIngress>>[] = [];
  const warmSlackIngresses: Warm<ReturnType<typeof createIngress>>[] = [];
  const warmWorkers: Warm<ReturnType<typeof createWorker>>[] = [];
  let started = 0;

  function start(kind: string): Process {
    started += 1;
    const process = createProcess({
      name: `${kind}${started}`,
      scheduler,
      skewMs: random.int(-plan.process.skewMs, plan.process.skewMs),
      fateOf: faults.fateOf,
      onDeath: (cause) => check.died(process, cause),
    });
    return process;
  }

  function startIngress(kind: "ingress" | "slackIngress") {
    const process = start(kind);
    const { clock } = process;
    const real: IngressOptions = {
      webhook:
        kind === "ingress"
          ? createLineWebhook({ channelSecret })
          : createSlackWebhook({ signingSecret, clock }),
      queue: process.port("queue", queue.sender),
      clock: process.clock,
      log: logOf(process, check),
    };
    const run = createIngress({ ...real, ...ports.ingress?.(real) });
    return { process, run };
  }

  async function serve(
    all: Warm<ReturnType<typeof createIngress>>[],
    kind: "ingress" | "slackIngress",
    request: WebhookRequest,
  ): Promise<WebhookAnswer> {
    const warm = take(all) ?? startIngress(kind);
    const response = await warm.run(request);
    all.push(warm);
    return response;
  }

  function startWorker() {
    const process = start("worker");
    const { clock } = process;
    const log = logOf(process, check);
    const { command, events } = options.handlers(process);
    const commands = { ...bot.commands, own: [command] };
    const handlers = plan.bot.handlers ? events : {};
    const ofProcess = { ...bot, ...handlers, commands, tools: options.tools.of(process) };
    const shared = { bot: ofProcess, clock, log, random: random.next };
    let owners = 0;
    const cap = createTokenCap({ ...shared, totals: process.port("table", table.totals) });
    const counting = (one: Model) => counted(hearing(one, check), cap);
    const breaking = withBreaker(process.port("model", troublesome(model, process, check)), { clock, log });
    const line = withLineBreaker(watched(process.port("line", options.line.line), process, check), {
      clock,
      log,
    });
    const content = process.port("line", { fetch: options.line.content });
    const chats = createChats(process.port("table", table.chatStore));
    const real: WorkerOptions = {
      ...shared,
      turns: createTurns(process.port("table", table.turnStore, nameOfWrite)),
      chats: {
        ...chats,
        recall(place, limit, now) {
          if (!process.isDead()) check.recalling(process, place.chatId, place.key);
          return chats.recall(place, limit, now);
        },
      },
      model: counting(breaking),
      pace: createPace({
        slots: createSlots(process.port("table", table.slotsStore), bot.model.name),
        clock,
        log,
      }),
      summarizer: counting(process.port("summarizer", summarizer)),
      moderator: options.moderator(process),
      transcriber: process.port("transcriber", transcriber),
      cap,
      platforms: {
        line: createLinePlatform({ line, clock, loadContent: async () => content.fetch }),
        ...(plan.slack && { slack: slackOf(process, log) }),
      },
      inbox: process.port("queue", queue.inbox),
      reminders: process.port("queue", queue.reminders),
      identitySecret: "identity",
      newOwner: () => {
        owners += 1;
        return `${process.name}.${owners}`;
      },
    };
    const run = createWorker({ ...real, ...ports.worker?.(real) });
    return { process, run };
  }

  /** Core's own client, in this process: its deadline begins where the process gives the request away. */
  function slackOf(process: Process, log: Log): Platform {
    const { clock } = process;
    const port = process.port(
      "slack",
      { fetch: options.slack.fetch },
      (_, [url]) => String(url).split("/").at(-1)!,
    );
    const fetch = ((url: string, init: RequestInit) =>
      port.fetch(url, init, scheduler.now())) as typeof globalThis.fetch;
    const slack = watchedSlack(
      createSlack({ botToken: "xoxb", baseUrl: "https://slack/api", clock, fetch }),
      process,
      check,
    );
    const nothing = () => Promise.reject(new Error("Nobody sends files here"));
    return createSlackPlatform({ slack, clock, log, loadContent: async () => nothing });
  }

  return {
    async ingress(request) {
      return serve(warmIngresses, "ingress", request);
    },

    slackIngress: (request) => serve(warmSlackIngresses, "slackIngress", request),

    worker(batch) {
      const warm = take(warmWorkers) ?? startWorker();
      check.began(warm.process, batch);
      const deadline = warm.process.clock.now() + settings.timeoutS * 1000;
      const failed = warm.run(batch, deadline);
      const back = () => {
        warmWorkers.push(warm);
      };
      failed.then(back, back);
      return { process: warm.process, failed };
    },
  };
}

/** Every send is looked at before it goes out, and what LINE says when it is heard. */
function watched(line: Line, process: Process, check: Check): Line {
  async function heard<T>(call: "reply" | "push" | "quota", run: () => Promise<T>): Promise<T> {
    try {
      const result = await run();
      check.heard(process, call, result);
      return result;
    } catch (error) {
      check.heard(process, call, error);
      throw error;
    }
  }
  return {
    ...line,
    reply(token, messages) {
      if (!process.isDead()) check.sending(process, "reply", token, "", messages);
      return heard("reply", () => line.reply(token, messages)).then(
        (result) => {
          if (result.outcome === "invalid_reply_token") check.replyRefused(token, messages);
          return result;
        },
        (error) => {
          if (error?.outcome === "failed") check.replyRefused(token, messages);
          throw error;
        },
      );
    },
    push(to, messages, retryKey) {
      if (!process.isDead()) check.sending(process, "push", retryKey, to, messages);
      return heard("push", () => line.push(to, messages, retryKey));
    },
    quota: () => heard("quota", line.quota),
  };
}

/** Every post is looked at before it goes out, and every error when it is heard. */
function watchedSlack(slack: Slack, process: Process, check: Check): Slack {
  const heard = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      check.heardFromSlack(error);
      throw error;
    }
  };
  return {
    ...slack,
    find: (sought) => heard(() => slack.find(sought)),
    test: () => heard(slack.test),
    post(place, message, key) {
      if (!process.isDead()) check.sending(process, "reply", key, chatIdOf(place), [message as never]);
      return heard(() => slack.post(place, message, key)).catch((error) => {
        if (error?.outcome === "failed") check.replyRefused(key, [message as never]);
        throw error;
      });
    },
  };
}

/** Some questions take the whole process down, and some are never answered. */
function troublesome(model: Model, process: Process, check: Check): Model {
  return {
    async ask(context, options) {
      const question = context.input.at(-1)?.content ?? "";
      if (check.fates.get(askedIn(question) ?? "")?.kind === "crashing") process.kill("of the question");
      if (process.isDead()) return new Promise(() => {});
      check.asking(process, question);
      check.showing(process, context);
      return model.ask(context, options);
    },
  };
}

/** What OpenAI bills for an answer that did not arrive, nobody here can know. */
function hearing(model: Model, check: Check): Model {
  return {
    async ask(context, options) {
      const answer = await model.ask(context, options);
      check.used(answer.usage);
      return answer;
    },
  };
}

/** A change of a turn goes by its own name: `carry`. */
function nameOfWrite(method: string, [, write]: readonly unknown[]): string {
  return method === "update" ? (write as TurnWrite).name : method;
}

function take<T>(warm: Warm<T>[]): Warm<T> | undefined {
  for (let one = warm.pop(); one; one = warm.pop()) {
    if (!one.process.isDead()) return one;
  }
  return undefined;
}

/** In memory only, and silent once its process is dead. */
function logOf(process: Process, check: Check, common: LogFields = {}): Log {
  const write = (name: string, fields?: LogFields) => {
    const all = { ...common, ...fields };
    if (!process.isDead()) check.logged(process, name, all.eventId, all);
  };
  const log = { info: write, warn: write, error: write };
  return { ...log, with: (fields) => logOf(process, check, { ...common, ...fields }) };
}
