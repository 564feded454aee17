// The worker's handler in a process that can be killed, with the environment of the local system.
import { hold, retry } from "@henji/core/settings";
import { handler } from "@henji/functions/worker";
import type { Context, SQSEvent } from "aws-lambda";

export type Request = { id: number; event: SQSEvent; deadline: number };
export type Reply = { id: number; response?: unknown; error?: string };

// A test with many crashes cannot wait 30 s for each. Nothing is sent with a lease of less than 4 s.
if (process.argv[2] === "short") {
  Object.assign(hold, { forS: 6, renewEveryMs: 1_000, leaseMs: 5_000 });
  Object.assign(retry, { isolateWithinS: 3 });
}

process.on("message", async ({ id, event, deadline }: Request) => {
  const context = { getRemainingTimeInMillis: () => deadline - Date.now() } as Context;
  const reply = await handler(event, context).then(
    (response): Reply => ({ id, response }),
    (error): Reply => ({ id, error: String(error) }),
  );
  process.send?.(reply);
});
