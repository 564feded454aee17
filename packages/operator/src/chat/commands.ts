import { type Command, Command as NewCommand } from "commander";
import {
  type CommonOptions,
  commandFor,
  type Environment,
  wholeNumber,
  withSession,
} from "../environment.ts";
import { erase } from "./erase.ts";
import { exportChat } from "./export.ts";
import { show } from "./show.ts";

type ShowOptions = CommonOptions & { turns: string; showText?: boolean; ids?: boolean };
type EraseOptions = CommonOptions & { yes?: boolean };

const MAX_TURNS = 500;

const notes = `
CHAT is LINE's id of the user, or the 12 digits by which logs and lists call the chat. An id leads to its chat at once.
For the digits, the table's index is read: what is parked, then day by day who used the bot, from today back to
memory.retentionDays of bot.config.ts; one query a day, of keys alone. What is found nowhere there is looked for on the
dead-letter queue, as dead list does.`;

const examples = `
Examples:
  npm run henji -- chat show 3f7a0c51d2be
  npm run henji -- chat show 3f7a0c51d2be --turns 50 --show-text
  node packages/operator/src/main.ts chat export U8d1f…e7 > chat.jsonl
  npm run henji -- chat erase U8d1f…e7          says what it would erase
  npm run henji -- chat erase U8d1f…e7 --yes    erases it`;

const exportNotes = `
It prints what was said: what it writes is to be kept as safe as the table. Without --json it writes JSON lines, one
for the chat and then one for each turn, oldest first; with it, one document of the same, { "chat": …, "turns": […] }.
It reads 500 turns at a time. Through npm run, a file would begin with npm's own lines: call node, as above.`;

const eraseNotes = `
As after a user's "forget everything": text, answers and notes are erased; an empty shell of each turn stays until it
expires, which keeps its event from being answered again. A message that waits for its answer gets none. Letters of the
chat on the dead-letter queue are deleted, since they hold what was said. It may be stopped and done again.`;

/** One chat: what is remembered of it, all that is stored of it, and the end of both. */
export function addChatCommands(program: Command, environment: Environment): void {
  const chat = new NewCommand("chat")
    .description("One chat: show what is remembered of it, export it, erase it.")
    .addHelpText("after", `${notes}\n${examples}`);
  chat.addCommand(
    chatCommand("show", "What is remembered of a chat, what it has used today, and its last turns.")
      .option("--turns <n>", "so many of the last turns", "5")
      .option("--show-text", "include what was said, and the notes")
      .option("--ids", "include LINE's id of the chat")
      .addHelpText("after", "\nTo count the turns, it reads all that is stored of the chat.")
      .action((name: string, options: ShowOptions) =>
        withSession(environment, options, (session) =>
          show(session, name, {
            turns: wholeNumber("--turns", options.turns, [1, MAX_TURNS]),
            withText: options.showText === true,
            withId: options.ids === true,
          }),
        ),
      ),
  );
  chat.addCommand(
    chatCommand("export", "Everything that is stored of a chat, what was said included.")
      .addHelpText("after", exportNotes)
      .action((name: string, options: CommonOptions) =>
        withSession(environment, options, (session) => exportChat(session, name)),
      ),
  );
  chat.addCommand(
    chatCommand("erase", "Erases what was said in a chat. Without --yes it only says what it would erase.")
      .option("--yes", "do it")
      .addHelpText("after", eraseNotes)
      .action((name: string, options: EraseOptions) =>
        withSession(environment, options, (session) => erase(session, name, options.yes === true)),
      ),
  );
  program.addCommand(chat);
}

function chatCommand(name: string, description: string): Command {
  return commandFor(name, description)
    .argument("<chat>", "LINE's id, or its hash as logs and lists show it")
    .addHelpText("after", notes);
}
