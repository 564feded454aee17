import { randomUUID } from "node:crypto";
import { defineBot, summarizerOf } from "@henji/core/bot";
import { createChats } from "@henji/core/chat/chats";
import { systemClock } from "@henji/core/clock";
import { createLog } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import { createModel, type Model } from "@henji/core/model/model";
import { createLine } from "@henji/core/platform/line/api";
import { withLineBreaker } from "@henji/core/platform/line/breaker";
import { createInbox, createQueueClient } from "@henji/core/queue/sqs";
import { createTableClient } from "@henji/core/table";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { createTokenCap } from "@henji/core/usage/cap";
import { createTotals } from "@henji/core/usage/totals";
import { createWorker } from "@henji/core/worker";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import config from "../../../bot.config.ts";
import { logLevel } from "./environment.ts";
import { link } from "./links.ts";
import { toIncoming } from "./sqs-event.ts";

/** Checked here too: a file that does not use `defineBot` lacks the defaults. */
const bot = defineBot(config);
const table = { client: createTableClient(), table: link("Conversations") };
const channelAccessToken = link("LineChannelAccessToken");

const log = createLog({ level: logLevel() });

const { timeZone, limits } = bot;
const cap =
  limits.totalDailyTokens === undefined
    ? undefined
    : createTokenCap({
        ...{ mostTokens: limits.totalDailyTokens, timeZone, totals: createTotals(table) },
        ...{ random: Math.random, clock: systemClock, log },
      });

function modelOf(settings: typeof bot.model): Model {
  const apiKey = link("OpenAiApiKey");
  const model = createModel({ apiKey, baseURL: process.env.OPENAI_BASE_URL, settings });
  const guarded = withBreaker(model, { clock: systemClock, log });
  return cap ? cap.counting(guarded) : guarded;
}

const line = createLine({ channelAccessToken, baseUrl: process.env.LINE_API_BASE_URL, clock: systemClock });

const worker = createWorker({
  bot,
  turns: createTurns(createTurnStore(table)),
  chats: createChats(table),
  model: modelOf(bot.model),
  summarizer: modelOf(summarizerOf(bot)),
  cap,
  line: withLineBreaker(line, { clock: systemClock, log }),
  inbox: createInbox(createQueueClient(), link("EventQueue"), link("DeadLetterQueue")),
  identitySecret: channelAccessToken,
  newOwner: randomUUID,
  random: Math.random,
  clock: systemClock,
  log,
});

export async function handler({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadline = Date.now() + context.getRemainingTimeInMillis();
  const failed = await worker(Records.map(toIncoming), deadline);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
