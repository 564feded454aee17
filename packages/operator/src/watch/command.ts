import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import {
  type CommonOptions,
  commandFor,
  type Environment,
  type Session,
  stopAtCtrlC,
  wholeNumber,
  withSession,
} from "../environment.ts";
import { explain } from "../explain.ts";
import { createReader } from "./reading.ts";
import { readingText } from "./text.ts";

type Options = CommonOptions & { every: string; once?: boolean };

const MAX_EVERY_S = 3_600;

const notes = `
Examples:
  npm run henji -- watch
  npm run henji -- watch --every 30
  npm run henji -- watch --once --json

Depths come from SQS and what is parked from the table, as of now. On a stage, ages, answers a minute and waits come
from CloudWatch, which is a minute or two behind; it is asked every 30 seconds at most, which costs less than a cent an
hour (cloudwatch:GetMetricData). On this machine answers and waits are read from the table, and the age of the oldest
event is not known.`;

/** The system from outside, as it is now. */
export function addWatchCommand(program: Command, environment: Environment): void {
  const command = commandFor(
    "watch",
    "Queues, what is parked, answers a minute and how long users wait, until Ctrl-C.",
  )
    .option("--every <s>", "seconds from one reading to the next", "5")
    .option("--once", "one reading; so does --json")
    .addHelpText("after", notes)
    .action((options: Options) =>
      withSession(environment, options, (session) =>
        watch(session, {
          everyMs: 1000 * wholeNumber("--every", options.every, [1, MAX_EVERY_S]),
          isOnce: options.once === true || options.json === true,
        }),
      ),
    );
  program.addCommand(command);
}

async function watch(
  session: Session,
  { everyMs, isOnce }: { everyMs: number; isOnce: boolean },
): Promise<undefined> {
  const { terminal, bot } = session;
  const reader = createReader(session);
  try {
    const first = await reader.read();
    terminal.document(first);
    if (isOnce) return void terminal.print(readingText(first, bot.timeZone));
    const signal = stopAtCtrlC();
    let text = readingText(first, bot.timeZone);
    while (!signal.aborted) {
      terminal.redraw(`${text}\n\nCtrl-C ends.`);
      await wait(everyMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      // What was read stays to be seen while something is out of order: that is when people watch.
      text = await reader.read().then(
        (reading) => readingText(reading, bot.timeZone),
        (error) => `${text.split("\n\nNot read since")[0]}\n\nNot read since: ${explain(error)}`,
      );
    }
  } finally {
    reader.close();
  }
}
