import { randomUUID } from "node:crypto";
import { type Bot, defineBot } from "@henji/core/bot";
import { createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { systemClock as clock } from "@henji/core/clock";
import { BotError } from "@henji/core/error";
import { createLog, type Log } from "@henji/core/log";
import { createPace } from "@henji/core/model/pace";
import { createSlots } from "@henji/core/model/slots";
import { createSlotsStore } from "@henji/core/model/slots-store";
import type { Platform, Platforms } from "@henji/core/platform/platform";
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
import { link } from "./links.ts";
import { linkedModels } from "./models.ts";
import { toIncoming, toReminder } from "./sqs-event.ts";
import { writeLine } from "./stdout.ts";

/** Opens a platform by its linked token. */
export type LinkedPlatform = (log: Log) => { platform: Platform; token: string };

/**
 * The worker's handler.
 *
 * @param known the platforms that its bundle has; the bot answers on those that `bot.config.ts` names
 */
export function workerHandler(known: Readonly<Record<string, LinkedPlatform>>) {
  /** Checked here too: a file that does not use `defineBot` lacks the defaults. */
  const bot = defineBot(config);
  const log = createLog({ level: logLevel(), write: writeLine });
  const table = { client: createTableClient(), table: link("Conversations") };
  const shared = { random: Math.random, clock, log };
  const cap = createTokenCap({ ...shared, bot, totals: createTotals(table) });

  const sqs = createQueueClient();
  const remind = createRemind({ sender: createSender(sqs, link("EventQueue")), clock, log });

  const worker = createWorker({
    ...shared,
    ...linkedModels(bot, link("OpenAiApiKey"), cap, log),
    ...onPlatforms(known, bot, log),
    bot,
    cap,
    pace: createPace({ slots: createSlots(createSlotsStore(table), bot.model.name), clock, log }),
    turns: createTurns(createTurnStore(table)),
    chats: createChats(createChatStore(table)),
    inbox: createInbox(sqs, link("EventQueue"), link("DeadLetterQueue")),
    reminders: createReminders(sqs, link("Reminders")),
    newOwner: randomUUID,
  });

  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadline = Date.now() + context.getRemainingTimeInMillis();
    // A batch is of one queue, and only the event queue has chats.
    const isReminders = Records.some(({ attributes }) => attributes.MessageGroupId === undefined);
    const failed = isReminders
      ? await remind(Records.map(toReminder))
      : await worker(Records.map(toIncoming), deadline);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** The first one's token keys the user ids that OpenAI sees. */
function onPlatforms(
  known: Readonly<Record<string, LinkedPlatform>>,
  { platforms: names }: Pick<Bot, "platforms">,
  log: Log,
): { platforms: Platforms; identitySecret: string } {
  const platforms: Record<string, Platform> = {};
  let identitySecret = "";
  for (const name of names) {
    const opened = known[name]?.(log);
    if (!opened) {
      throw new BotError("config.invalid_bot", `bot.config.ts: no platform "${name}"`, { retry: "never" });
    }
    platforms[name] = opened.platform;
    identitySecret ||= opened.token;
  }
  return { platforms, identitySecret };
}
