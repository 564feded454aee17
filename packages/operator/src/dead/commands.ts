import { type Command, Command as NewCommand } from "commander";
import {
  type CommonOptions,
  commandFor,
  type Environment,
  stopAtCtrlC,
  wholeNumber,
  withSession,
  wrongOption,
} from "../environment.ts";
import { type ChangeRequest, drop, replay } from "./change.ts";
import { list } from "./list.ts";
import { mustSelect, type SelectOptions, selectorOf } from "./select.ts";
import { show } from "./show.ts";

type ListOptions = CommonOptions & SelectOptions & { limit: string };
type ShowOptions = CommonOptions & { showText?: boolean };
type ChangeOptions = CommonOptions & SelectOptions & { yes?: boolean; dryRun?: boolean };
type ReplayOptions = ChangeOptions & { rate: string; force?: boolean };

const MAX_LIMIT = 120_000;
const MAX_RATE = 100;

const examples = `
Examples:
  npm run henji -- dead list --code model.unavailable
  npm run henji -- dead show 01JDV3Q5W8XKZ0T4YB6N9M2RCE
  npm run henji -- dead replay --code model.unavailable          says what it would do
  npm run henji -- dead replay --code model.unavailable --yes    does it
  npm run henji -- dead drop 01JDV3Q5W8XKZ0T4YB6N9M2RCE --yes

Letters are received to be looked at: as long as a command looks, no other sees them, and SQS counts the receive.
Nothing depends on that count, and their order stays. A command that is killed leaves them hidden for a minute.`;

/** What was given up on: listed, explained, replayed, dropped. */
export function addDeadCommands(program: Command, environment: Environment): void {
  const dead = new NewCommand("dead")
    .description("Messages that were given up on: list, show, replay or drop them.")
    .addHelpText("after", examples);
  dead.addCommand(
    selecting(
      commandFor("list", "Everything that was given up on, from the table and the dead-letter queue."),
    )
      .option("--limit <n>", "at most so many lines", "100")
      .action((options: ListOptions) =>
        withSession(environment, options, (session) =>
          list(session, {
            select: selectorOf([], options, Date.now()),
            limit: wholeNumber("--limit", options.limit, [1, MAX_LIMIT]),
          }),
        ),
      ),
  );
  dead.addCommand(
    commandFor("show", "The whole history of one message, and what would be sent.")
      .argument("<event>", "its id, as dead list prints it")
      .option("--show-text", "include what was said")
      .action((id: string, options: ShowOptions) =>
        withSession(environment, options, (session) => show(session, id, options.showText === true)),
      ),
  );
  dead.addCommand(
    changing(commandFor("replay", "Brings messages back. Without --yes it only says what it would do."))
      .option("--all", "everything that was given up on")
      .option("--force", "also what may have arrived: the user may see those answers twice")
      .option("--rate <n>", "at most so many a second", "5")
      .action((ids: string[], options: ReplayOptions) =>
        withSession(environment, options, async (session) => {
          mustSelect(ids, options, "name events, or use --all, --chat or --code");
          const rate = wholeNumber("--rate", options.rate, [1, MAX_RATE]);
          return replay(session, { ...changeOf(ids, options), force: options.force === true, rate });
        }),
      ),
  );
  dead.addCommand(
    changing(
      commandFor("drop", "Marks messages as dropped: they get no answer, and their text is erased."),
    ).action((ids: string[], options: ChangeOptions) =>
      withSession(environment, options, async (session) => {
        mustSelect(ids, options, "name events, or use --chat or --code");
        return drop(session, changeOf(ids, options));
      }),
    ),
  );
  program.addCommand(dead);
}

function selecting(command: Command): Command {
  return command
    .option("--chat <chat>", "of this chat: as the lines show it, or LINE's id")
    .option("--code <code>", "given up on with this code")
    .option("--since <time>", "given up on since then: 90m, 12h, 3d or 2026-11-28T03:00Z");
}

function changing(command: Command): Command {
  return selecting(command)
    .argument("[event...]", "ids as dead list prints them")
    .option("--yes", "do it")
    .option("--dry-run", "only say what would be done, as without --yes");
}

function changeOf(ids: readonly string[], options: ChangeOptions): ChangeRequest {
  if (options.yes && options.dryRun) throw wrongOption("Choose --yes or --dry-run");
  const select = selectorOf(ids, options, Date.now());
  return { ids, select, isDryRun: !options.yes, signal: stopAtCtrlC() };
}
