import { randomUUID } from "node:crypto";
import { defineBot } from "@henji/core/bot";
import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { systemClock as clock } from "@henji/core/clock";
import { createLog } from "@henji/core/log";
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
import { linkedLine } from "./line.ts";
import { link } from "./links.ts";
import { linkedModels } from "./models.ts";
import { toIncoming } from "./sqs-event.ts";
import { writeLine } from "./stdout.ts";

/** Checked here too: a file that does not use `defineBot` lacks the defaults. */
const bot = defineBot(config);
const log = createLog({ level: logLevel(), write: writeLine });
const table = { client: createTableClient(), table: link("Conversations") };
const channelAccessToken = link("LineChannelAccessToken");
const shared = { random: Math.random, clock, log };
const cap = createTokenCap({ ...shared, bot, totals: createTotals(table) });

const worker = createWorker({
  ...shared,
  ...linkedModels(bot, link("OpenAiApiKey"), cap, log),
  bot,
  cap,
  turns: createTurns(createTurnStore(table)),
  chats: createChats(createChatStore(table)),
  platforms: { line: linkedLine(channelAccessToken, log) },
  inbox: createInbox(createQueueClient(), link("EventQueue"), link("DeadLetterQueue")),
  identitySecret: channelAccessToken,
  newOwner: randomUUID,
});

export async function handler({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadline = Date.now() + context.getRemainingTimeInMillis();
  const failed = await worker(Records.map(toIncoming), deadline);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
