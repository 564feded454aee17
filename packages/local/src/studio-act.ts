import type { LineSimulator, WebhookEvent } from "@henji/line-simulator";
import type { Context } from "hono";
import * as z from "zod/mini";
import { readJson } from "./studio-json.ts";

/** The event of what a user has done, or why it is not possible: nobody of that name, or not now. 202: it was told already. */
export type Act = WebhookEvent | 202 | 404 | 409;

/** As with LINE's webhook redelivery switched on: a webhook that fails while the bot is being edited is not lost. */
const redeliver = { times: 3, delayMs: 3_000 };

export type Acts = ReturnType<typeof createActs>;

/** Brings to the bot what the page does in the name of users. */
export function createActs(line: LineSimulator) {
  /** Not awaited: the chat shows the result. */
  function deliver(event: WebhookEvent): void {
    void line.deliver([event], { redeliver });
  }

  return {
    deliver,

    /** A handler for something that users do; 400 if the body is not what the schema says. */
    on<T>(schema: z.ZodMiniType<T>, act: (request: T) => Act) {
      return async (c: Context): Promise<Response> => {
        const { data } = z.safeParse(schema, await readJson(c));
        if (data === undefined) return c.body(null, 400);
        const event = act(data);
        if (typeof event === "number") return c.body(null, event);
        deliver(event);
        return c.body(null, 202);
      };
    },
  };
}
