import type { Command } from "commander";
import {
  type CommonOptions,
  commandFor,
  type Environment,
  withSession,
  wrongOption,
} from "../environment.ts";
import { trace } from "./trace.ts";

type Options = CommonOptions & { chat?: string; scan?: boolean; logs?: boolean; showText?: boolean };

const notes = `
Examples:
  npm run henji -- trace 01JDV3Q5W8XKZ0T4YB6N9M2RCE
  npm run henji -- trace 01JDV3Q5W8XKZ0T4YB6N9M2RCE --chat 3f7a0c51d2be
  npm run henji -- trace 01JDV3Q5W8XKZ0T4YB6N9M2RCE --logs

The table knows a turn by its chat and the time of its event, and has no index of events. LINE's id of an event begins
with its time: so the event is looked for among what is parked, and then in each chat that was answered on that day, at
one query a chat. With --chat it is one query. What is in neither is found by --scan, which reads the whole table and
says first how large that is.

--logs reads the log groups of all functions around the times of the turn (logs:FilterLogEvents). On this machine there
is no CloudWatch: Studio shows what was logged.`;

/** One message's way through the bot, whatever became of it. */
export function addTraceCommand(program: Command, environment: Environment): void {
  const command = commandFor(
    "trace",
    "One event's way: its steps with times, attempts, codes and request ids.",
  )
    .argument("<event>", "LINE's webhookEventId, as logs and lists show it")
    .option("--chat <chat>", "it was in this chat: as lines show it, or LINE's id")
    .option("--scan", "look through the whole table, if it is found nowhere else")
    .option("--logs", "include what both functions have logged of it")
    .option("--show-text", "include what was said")
    .addHelpText("after", notes)
    .action((eventId: string, { chat, scan, logs, showText, ...options }: Options) =>
      withSession(environment, options, (session) => {
        if (!/^[\w-]+$/.test(eventId)) throw wrongOption(`${eventId} is no event's id`);
        return trace(session, {
          ...{ eventId, chat, mayScan: scan === true, withLogs: logs === true, withText: showText === true },
        });
      }),
    );
  program.addCommand(command);
}
