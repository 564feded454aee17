import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { optionalLink } from "@henji/functions/links";
import { Command } from "commander";
import { commandFor, type Environment, type Session, stopAtCtrlC, withSession } from "../environment.ts";
import { linked } from "../stage.ts";
import { type Choice, thatIsThere } from "./choose.ts";
import type { KnowledgeStore } from "./store.ts";

type Options = Choice & { dryRun?: boolean; yes?: boolean };

const whichStore = `
The store is the one of --store; else of fileSearch in bot.config.ts; else the one that is called as --name says, by
default henji- and the stage.`;

const syncNotes = `${whichStore}

The first time it makes the store, and prints the line for bot.config.ts. Then it uploads what is new or has changed,
and removes what is gone from the folder, the file at OpenAI included. What others have put into the store stays. It may
be stopped and done again: what is new is there before what it replaces goes. OpenAI keeps the files until they are
removed; docs/tools.md says what that costs.

Examples:
  npx sst shell --stage production -- npm run henji -- knowledge sync knowledge --dry-run
  npx sst shell --stage production -- npm run henji -- knowledge sync knowledge
  npm run henji -- knowledge sync knowledge --local        into the stand-in of npm start`;

/** The files that the bot searches: kept like a folder on this machine, listed, and removed. */
export function addKnowledgeCommands(program: Command, environment: Environment): void {
  const knowledge = new Command("knowledge").description(
    "The files that the bot searches, at OpenAI: keep them like a folder, list them, remove them.",
  );
  knowledge.addCommand(
    storeCommand("sync", "Makes the vector store like a folder, and says what that took.")
      .argument("<folder>", "with all that is under it; hidden files and links are passed over")
      .option("--dry-run", "say what would be done, and do nothing")
      .addHelpText("after", syncNotes)
      .action((folder: string, options: Options) =>
        withStore(environment, options, async (session, knowledge) => {
          const { sync } = await import("./sync-command.ts");
          return sync(session, knowledge, {
            folder: resolve(folder),
            dryRun: options.dryRun === true,
            options,
          });
        }),
      ),
  );
  knowledge.addCommand(
    storeCommand("list", "The files of the store, how they stand, and what storing them costs.")
      .addHelpText("after", whichStore)
      .action((options: Options) => withStore(environment, options, list)),
  );
  knowledge.addCommand(
    storeCommand("remove", "Removes the store, and the files that sync has put there.")
      .option("--yes", "do it; without it, nothing is done")
      .addHelpText("after", whichStore)
      .action((options: Options) => withStore(environment, options, remove)),
  );
  program.addCommand(knowledge);
}

function storeCommand(name: string, description: string): Command {
  return commandFor(name, description)
    .option("--store <id>", "the store, by its id")
    .option("--name <name>", "what the store is called");
}

type Run = (session: Session, knowledge: KnowledgeStore, options: Options) => Promise<number | undefined>;

function withStore(environment: Environment, options: Options, run: Run): Promise<void> {
  return withSession(environment, options, async (session) => {
    // Imported here: other commands do not call OpenAI.
    const { openKnowledge } = await import("./store.ts");
    const at = { apiKey: keyIn(session.root), baseURL: process.env.OPENAI_BASE_URL };
    return run(session, openKnowledge(at, stopAtCtrlC()), options);
  });
}

/** The stage's; on this machine, and before the first deployment, the one that `npm start` uses too. */
function keyIn(root: string): string {
  const { OPENAI_BASE_URL: baseUrl } = process.env;
  const file = join(root, ".env");
  if (optionalLink("OpenAiApiKey") === "" && existsSync(file)) process.loadEnvFile(file);
  if (baseUrl !== undefined) process.env.OPENAI_BASE_URL = baseUrl;
  return optionalLink("OpenAiApiKey") || process.env.OPENAI_API_KEY || linked("OpenAiApiKey");
}

const list: Run = async (session, knowledge, options) => {
  const { listText, dollarsADay } = await import("./text.ts");
  const store = await thatIsThere(session, knowledge, options);
  const files = await knowledge.files(store.id);
  const shown = files.map(({ id, ours, status, bytes }) => ({ id, path: ours?.path ?? null, status, bytes }));
  session.terminal.document({ store, dollarsADay: dollarsADay(store.bytes), files: shown });
  session.terminal.print(listText(store, files));
  return undefined;
};

const remove: Run = async (session, knowledge, options) => {
  const store = await thatIsThere(session, knowledge, options);
  const files = (await knowledge.files(store.id)).filter(({ ours }) => ours);
  const { terminal } = session;
  const what = `${store.id} (${store.name}) and ${files.length} of its files`;
  terminal.document({ store, files: files.length, dryRun: options.yes !== true });
  if (options.yes !== true) {
    terminal.print(`Would remove ${what}. Nothing was done; --yes does it.`);
    return undefined;
  }
  for (const [n, { id }] of files.entries()) {
    terminal.progress(`removed ${n} of ${files.length} files …`);
    await knowledge.remove(store.id, id);
  }
  terminal.endProgress();
  // Last, so that a command that was stopped finds what is left.
  await knowledge.removeStore(store.id);
  terminal.print(`Removed ${what}.`);
  return undefined;
};
