import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Bot, defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import { Command } from "commander";
import { openStage, type Stage } from "./stage.ts";
import { createTerminal, type Streams, type Terminal } from "./terminal.ts";

/** What a command is run in. */
export type Environment = Streams & {
  /** The project's folder. */
  root: string;
  exitWith(code: number): void;
};

/** Options that every command has. */
export type CommonOptions = { local?: boolean; state?: string; json?: boolean };

/** What a command does its work with. */
export type Session = { stage: Stage; terminal: Terminal; bot: Bot; root: string };

const where = `
Without --local, on the stage that sst shell links: npx sst shell --stage production -- npm run henji -- …`;

/** @returns a command with the options that every command has */
export function commandFor(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--local", "of the Henji that npm start runs on this machine")
    .option("--state <dir>", "the same, if its state is not in .henji")
    .option("--json", "one JSON document on stdout, and nothing else there")
    .addHelpText("after", where);
}

/** Runs a command on its stage; its result is the exit code, 0 if it has none. */
export async function withSession(
  environment: Environment,
  options: CommonOptions,
  run: (session: Session) => Promise<number | undefined>,
): Promise<void> {
  const { root } = environment;
  const directory = localDirectory(root, options);
  const stage = openStage(directory);
  try {
    await withTerminal(environment, options, async (terminal) =>
      run({ stage, terminal, bot: await loadBot(), root }),
    );
  } catch (error) {
    throw Object.assign(error as Error, { localStage: directory });
  } finally {
    stage.close();
  }
}

/** Runs a command that finds its stage by itself. */
export async function withTerminal(
  { exitWith, ...streams }: Environment,
  { json }: CommonOptions,
  run: (terminal: Terminal) => Promise<number | undefined>,
): Promise<void> {
  const terminal = createTerminal(json === true, streams);
  // Core's waits keep no process alive; a command lives until it is done.
  const alive = setInterval(() => {}, 60_000);
  try {
    exitWith((await run(terminal)) ?? 0);
  } finally {
    clearInterval(alive);
    terminal.endProgress();
  }
}

/** The state directory of the system on this machine, if the options ask for that one. */
export function localDirectory(root: string, { local, state }: CommonOptions): string | undefined {
  return local || state !== undefined ? resolve(state ?? `${root}/.henji`) : undefined;
}

/** The option as it was given. */
export function localOption({ local, state }: CommonOptions): string | undefined {
  if (state !== undefined) return `--state ${state}`;
  return local ? "--local" : undefined;
}

/** Imported when it is asked for, so that an error in it is explained like any other. */
export async function loadBot(): Promise<Bot> {
  const { HENJI_BOT_CONFIG: other } = process.env;
  const file = other ? pathToFileURL(other).href : "../../../bot.config.ts";
  return defineBot((await import(file)).default);
}

/** Aborts at the first Ctrl-C; the second ends the process at once. */
export function stopAtCtrlC(): AbortSignal {
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  return stopping.signal;
}

/** A value that makes no sense: exit code 2. */
export function wrongOption(message: string): BotError {
  return new BotError("config.bad_option", message, { retry: "never" });
}

/** A whole number within bounds. */
export function wholeNumber(option: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw wrongOption(`${option} takes a whole number from ${least} to ${most}, not ${text}`);
}
