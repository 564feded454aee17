import { randomUUID } from "node:crypto";
import { defineBot } from "@henji/core/bot";
import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { systemClock as clock } from "@henji/core/clock";
import { createLog } from "@henji/core/log";
import { createRemind } from "@henji/core/queue/remind";
import { createReminders } from "@henji/core/queue/reminders";
import { createInbox, createQueueClient, createSender } from "@henji/core/queue/sqs";
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
import { toIncoming, toReminder } from "./sqs-event.ts";
import { writeLine } from "./stdout.ts";

/** Checked here too: a file that does not use `defineBot` lacks the defaults. */
const bot = defineBot(config);
const log = createLog({ level: logLevel(), write: writeLine });
const table = { client: createTableClient(), table: link("Conversations") };
const channelAccessToken = link("LineChannelAccessToken");
const shared = { random: Math.random, clock, log };
const cap = createTokenCap({ ...shared, bot, totals: createTotals(table) });

const sqs = createQueueClient();
const remind = createRemind({ sender: createSender(sqs, link("EventQueue")), clock, log });

const worker = createWorker({
  ...shared,
  ...linkedModels(bot, link("OpenAiApiKey"), cap, log),
  bot,
  cap,
  turns: createTurns(createTurnStore(table)),
  chats: createChats(createChatStore(table)),
  platforms: { line: linkedLine(channelAccessToken, log) },
  inbox: createInbox(sqs, link("EventQueue"), link("DeadLetterQueue")),
  reminders: createReminders(sqs, link("Reminders")),
  identitySecret: channelAccessToken,
  newOwner: randomUUID,
});

export async function handler({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadline = Date.now() + context.getRemainingTimeInMillis();
  // A batch is of one queue, and only the event queue has chats.
  const isReminders = Records.some(({ attributes }) => attributes.MessageGroupId === undefined);
  const failed = isReminders
    ? await remind(Records.map(toReminder))
    : await worker(Records.map(toIncoming), deadline);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
