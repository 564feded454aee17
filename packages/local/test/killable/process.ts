// The worker's handler in a process that can be killed, with the environment of the local system.
import { handler } from "@henji/functions/worker";
import type { Context, SQSEvent } from "aws-lambda";

export type Request = { id: number; event: SQSEvent; deadline: number };
export type Reply = { id: number; response?: unknown; error?: string };

if (process.argv[2] === "short") await import("./short-holds.ts");

process.on("message", async ({ id, event, deadline }: Request) => {
  const context = { getRemainingTimeInMillis: () => deadline - Date.now() } as Context;
  const reply = await handler(event, context).then(
    (response): Reply => ({ id, response }),
    (error): Reply => ({ id, error: String(error) }),
  );
  process.send?.(reply);
});
