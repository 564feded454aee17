// The worker's handler in a process that can be killed, with the environment of the local system.
import { pathToFileURL } from "node:url";
import type { Context, SQSEvent } from "aws-lambda";
import { replaceBotConfig } from "../../src/run-worker.ts";

export type Request = { id: number; event: SQSEvent; deadline: number };
export type Reply = { id: number; response?: unknown; error?: string };

const { HENJI_BOT_CONFIG: botConfig } = process.env;
if (botConfig !== undefined) replaceBotConfig(pathToFileURL(botConfig).href);
const { handler } = await import("@henji/functions/worker");
if (process.argv[2] === "short") await import("./short-holds.ts");

process.on("message", async ({ id, event, deadline }: Request) => {
  const context = { getRemainingTimeInMillis: () => deadline - Date.now() } as Context;
  const reply = await handler(event, context).then(
    (response): Reply => ({ id, response }),
    (error): Reply => ({ id, error: String(error) }),
  );
  process.send?.(reply);
});
