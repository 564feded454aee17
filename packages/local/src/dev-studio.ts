/**
 * The second pane of `sst dev`: Studio, for the table of the stage and the traces of the worker on this laptop, and
 * LINE: its simulator, or the pointing of the webhook of the stage's own channel.
 */

import { resolve } from "node:path";
import { defineBot } from "@henji/core/bot";
import { type Chats, createChats } from "@henji/core/chat/chats";
import { createChatStore } from "@henji/core/chat/store";
import { systemClock } from "@henji/core/clock";
import { toBotError } from "@henji/core/error";
import { logChannel } from "@henji/core/log";
import { createQueueClient } from "@henji/core/queue/sqs";
import { createTableClient } from "@henji/core/table";
import { createTurnStore } from "@henji/core/turn/store";
import { linkedChannel } from "@henji/functions/channel";
import { link } from "@henji/functions/links";
import { createLineSimulator, type LineSimulator, serveLine } from "@henji/line-simulator";
import type { BotInUse } from "./bot-in-use.ts";
import { addChatOf } from "./dev-people.ts";
import { readDevStage } from "./dev-stage.ts";
import type { Told } from "./dev-tell.ts";
import { pointWebhook } from "./dev-webhook.ts";
import { restoreLine, saveLine } from "./line-state.ts";
import { loadBot } from "./load-bot.ts";
import { createOperatorsSide } from "./operators-side.ts";
import { startStudio } from "./studio.ts";
import { createMemory } from "./studio-memory.ts";
import type { StudioInfo } from "./studio-view.ts";
import { contentChannel } from "./watch-worker.ts";

const { studioUrl, lineSimulatorUrl } = readDevStage();
const stage = link("App");
const webhookUrl = link("Ingress");
const stateFile = resolve(import.meta.dirname, `../../../.henji/stages/${stage}/line.json`);

async function main(): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  const line = createLineSimulator({
    channelSecret: link("LineChannelSecret"),
    channelAccessToken: link("LineChannelAccessToken"),
    botName: "Henji",
    webhookUrl,
    ...(lineSimulatorUrl && { snapshot: restoreLine(stateFile) }),
  });
  if (lineSimulatorUrl) {
    const server = await serveLine(line, { port: portOf(lineSimulatorUrl) });
    stops.push(server.close, saveLine(line, stateFile));
  }
  const studio = await openStudio(line);
  stops.unshift(studio.close);
  stopOnSignal(stops);
  console.log(`
Studio     ${studio.url}   what this laptop's worker does, and what the bot remembers (stage ${stage})
Webhook    ${webhookUrl}   the deployed ingress
LINE       ${lineSimulatorUrl ? `${lineSimulatorUrl}   simulated: chat in Studio` : await useChannel()}
`);
}

async function openStudio(line: LineSimulator) {
  const table = { client: createTableClient(), table: link("Conversations") };
  const chats: Chats = createChats(createChatStore(table));
  /** If the file is broken now, the defaults; then what the worker says that it has read. */
  let bot: BotInUse = await loadBot().catch(() => defineBot({ instructions: "-" }));
  const queues = {
    eventQueue: { url: link("EventQueue") },
    deadLetterQueue: { url: link("DeadLetterQueue") },
  };
  const info = (): StudioInfo => ({
    ...{ stage, onLine: !lineSimulatorUrl, standIn: false, model: bot.model.name, commands: bot.commands },
    urls: {
      webhook: webhookUrl,
      line: process.env.LINE_API_BASE_URL!,
      model: process.env.OPENAI_BASE_URL!,
      sqs: queues.eventQueue.url,
      dynamodb: table.table,
    },
    state: `${stage}, on AWS`,
    botConfig: "bot.config.ts",
  });
  const addChat = addChatOf(line);
  const hear = (told: Told) => {
    if (told.type === "log") return logChannel.publish(told.entry);
    if (told.type === "bot") {
      bot = told.bot;
      return studio.setInfo(info());
    }
    if (told.type === "event" && !lineSimulatorUrl) addChat(told.event);
    contentChannel.publish(told);
  };
  const studio = await startStudio({
    ...{ line, hear, model: undefined, turns: createTurnStore(table), port: portOf(studioUrl), info: info() },
    memory: createMemory({ chats, clock: systemClock, bot: () => bot }),
    operators: createOperatorsSide({ client: createQueueClient(), ...queues }, table),
    bot: () => bot,
  });
  return studio;
}

/** Points the webhook of the stage's LINE channel here, unless it points elsewhere. */
async function useChannel(): Promise<string> {
  try {
    return await pointChannel();
  } catch (error) {
    // LINE is down, the laptop offline or the token wrong: Studio and the worker need none of it.
    return `NOT CONNECTED: ${toBotError(error).message}
           To try again, restart npm run dev; npx sst shell -- npm run henji -- connect says more.`;
  }
}

async function pointChannel(): Promise<string> {
  const pointed = await pointWebhook(linkedChannel(), webhookUrl, { take: process.env.TAKE_WEBHOOK === "1" });
  if (pointed.state === "elsewhere") {
    return `NOT CONNECTED: the webhook of the stage's channel points at ${pointed.url}
           and stays there, since that may be a running bot. To point it here: TAKE_WEBHOOK=1 npm run dev`;
  }
  const { wasElsewhere, isActive } = pointed;
  return `the stage's own channel: write to the bot from your phone${
    wasElsewhere ? `\n           Its webhook pointed at ${wasElsewhere} before.` : ""
  }${isActive ? "" : "\n           LINE sends nothing yet: switch Use webhook on in the LINE Developers Console."}`;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function stopOnSignal(stops: (() => Promise<void>)[]): void {
  const onSignal = async () => {
    for (const stop of stops.splice(0)) await stop();
    process.exit(0);
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

main().catch((error: Error & { code?: string; port?: number }) => {
  const isTaken = error.code === "EADDRINUSE";
  console.error(isTaken ? `Port ${error.port} is in use: another npm run dev?` : error);
  process.exit(1);
});
