import { alarms, mailbox } from "./alarms.ts";
import type { Check } from "./check.ts";
import { configuration, links, running } from "./configuration.ts";
import { concurrency, eventSource, functions, logFormat, reminderSource, stub } from "./functions.ts";
import { autoReply, quota, redelivery, token, webhook, webhookTest } from "./line.ts";
import { clock, node, npm } from "./machine.ts";
import { fileSearch, modelAccess } from "./model.ts";
import { credentials, deadLetterQueue, eventQueue, reminders } from "./queues.ts";
import { slackApp, slackUrl } from "./slack.ts";
import { table, timeToLive } from "./table.ts";

/** All of them, from this machine along the way of a message to the operator's mailbox. */
export const checks: readonly Check[] = [
  ...[node, npm, clock, running, configuration, links, credentials],
  ...[token, webhook, webhookTest, redelivery, autoReply, quota],
  ...[slackApp, slackUrl],
  ...[functions, stub, eventQueue, eventSource, deadLetterQueue, reminders, reminderSource, concurrency],
  ...[table, timeToLive, modelAccess, fileSearch],
  ...[logFormat, alarms, mailbox],
];
