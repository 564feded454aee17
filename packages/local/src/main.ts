import { existsSync, rmSync, watch } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "@henji/core/clock";
import { writeEnvironment } from "./environment-file.ts";
import { readOpenAi } from "./openai-environment.ts";
import { type Local, startLocal } from "./start.ts";
import { lockState } from "./state-lock.ts";
import { startStudio } from "./studio.ts";
import { createMemory } from "./studio-memory.ts";
import type { StudioInfo } from "./studio-view.ts";
import { UserError } from "./user-error.ts";

const root = resolve(import.meta.dirname, "../../..");

const usage = `Runs the whole of Henji on this machine, with stand-ins for LINE, AWS and, without a key, OpenAI.

npm start -- [options]

  --port <n>       Studio's port; the five ports after it serve the rest, and two more Slack (default 4649)
  --fresh          erase all users, chats and messages of earlier runs
  --state <dir>    where they are kept (default .henji)
  --config <file>  another file of this project instead of bot.config.ts
  --log <level>    what the handlers print: info, warn or error (default warn)
  --help           this text

Environment, or a file .env (.env.example explains it):
  OPENAI_API_KEY   answer with the real model that bot.config.ts names
  OPENAI_BASE_URL  another server with OpenAI's Responses API, such as Ollama's`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "4649" },
      fresh: { type: "boolean", default: false },
      state: { type: "string", default: join(root, ".henji") },
      config: { type: "string", default: join(root, "bot.config.ts") },
      log: { type: "string", default: "warn" },
      help: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_528) {
    throw new UserError(`--port takes a number from 1 to 65528, not ${values.port}`);
  }
  const { log } = values;
  if (log !== "info" && log !== "warn" && log !== "error") {
    throw new UserError(`--log takes info, warn or error, not ${log}`);
  }
  if (!existsSync(values.config)) throw new UserError(`--config: there is no file ${values.config}`);
  return { ...values, port, log, state: resolve(values.state), config: resolve(values.config) } as const;
}

async function main() {
  const startedAt = performance.now();
  const options = readOptions();
  if (options.help) return console.log(usage);
  const openAi = readOpenAi(root);
  const unlock = lockState(options.state);
  process.on("exit", unlock);
  if (options.fresh) eraseState(options.state);

  const local = await startLocal({
    firstPort: options.port + 1,
    directory: options.state,
    botConfig: options.config,
    logLevel: options.log,
    // Long enough to see the loading animation, which the worker shows after 300 ms.
    modelLatencyMs: 700,
    ...(openAi && { openAi }),
  });
  process.on("exit", writeEnvironment(options.state, local.environment));
  const state = relative(process.cwd(), options.state) || ".";
  let botConfigError: string | undefined;
  const info = (): StudioInfo => ({
    model: openAi ? local.bot().model.name : "stand-in",
    standIn: !openAi,
    commands: local.bot().commands,
    urls: local.urls,
    state,
    botConfig: relative(process.cwd(), options.config),
    botConfigError,
  });
  const studio = await startStudio({
    ...local,
    memory: createMemory({ ...local, clock: systemClock }),
    port: options.port,
    info: info(),
  }).catch(async (error) => {
    await local.stop();
    throw error;
  });
  const stopWatching = reloadOnChange(local, options.config, (error) => {
    botConfigError = error;
    studio.setInfo(info());
  });
  stopOnSignal(async () => {
    stopWatching();
    await studio.close();
    await local.stop();
  });

  const { urls } = local;
  const { name } = local.bot().model;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`
  返 Henji is running (ready in ${seconds} s)

  Open ${studio.url} to chat with the bot, and to see a trace of each message. This is Studio.
  ${openAi ? `${name} answers.` : standInNote(name)}

  Studio     ${studio.url}
  Webhook    ${urls.webhook}   the ingress function
  LINE       ${urls.line}   stand-in: simulated users and API
  Model      ${urls.model}   ${openAi ? name : "stand-in"}
  SQS        ${urls.sqs}   stand-in: fauxqs
  DynamoDB   ${urls.dynamodb}   stand-in: dynalite${slackNote(urls)}
  State      ${state}   kept between runs; --fresh starts empty

  Save bot.config.ts and the next message uses it. Ctrl-C stops.
`);
}

const slackNote = ({ slack, slackEvents }: Local["urls"]) =>
  slack === undefined
    ? ""
    : `
  Slack      ${slack}   stand-in: a workspace, which is not kept between runs
  Events     ${slackEvents}   the ingress function for Slack`;

const standInNote = (model: string) =>
  `A stand-in answers, which only repeats what it heard. For answers from ${model}:
  copy .env.example to .env, put your OpenAI key into it, and restart.`;

/** Empties the state directory except for its lock. */
function eraseState(state: string): void {
  for (const name of ["sqs", "dynamodb", "line.json"])
    rmSync(join(state, name), { recursive: true, force: true });
}

/**
 * Restarts the worker when bot.config.ts has changed. If the file is broken, the error is printed in one
 * line and the last valid version stays in use.
 *
 * @param onReloaded called with the error of the file, or with nothing once the file is in use
 */
function reloadOnChange(local: Local, botConfig: string, onReloaded: (error?: string) => void): () => void {
  let pending: NodeJS.Timeout | undefined;
  let reloading = Promise.resolve();
  const reload = async () => {
    try {
      await local.reloadWorker();
      onReloaded();
      console.log("  bot.config.ts reloaded");
    } catch (error) {
      const { message } = error as Error;
      onReloaded(message);
      console.error(`  ${message}; the last good one stays in use`);
    }
  };
  // The folder, not the file: many editors save by replacing it.
  const watcher = watch(dirname(botConfig), (_event, file) => {
    if (file !== basename(botConfig)) return;
    clearTimeout(pending);
    // One at a time, so that the last save wins.
    pending = setTimeout(() => (reloading = reloading.then(reload)), 100);
  });
  return () => {
    clearTimeout(pending);
    watcher.close();
  };
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = async () => {
    // A second signal exits at once.
    if (stopping) process.exit(130);
    stopping = true;
    console.log("\n  Stopping …");
    await stop();
    process.exit(0);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

function explain(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number };
  if (error instanceof UserError) return error.message;
  if (code?.startsWith("ERR_PARSE_ARGS_")) {
    return `${(error as Error).message.split(". ")[0]}: see npm start -- --help`;
  }
  if (code === "EADDRINUSE") {
    return `Port ${port}, one of those that Henji takes, is in use: stop what uses it (another Henji?), or choose others with npm start -- --port 5000`;
  }
  if (code?.startsWith("config.")) return (error as Error).message;
  // Node's own message names the file: "EACCES: permission denied, open '/…'".
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return (error as Error).message;
  return (error as Error).stack ?? String(error);
}

main().catch((error) => {
  console.error(explain(error));
  process.exit(1);
});
