import * as z from "zod/mini";
import type { Caller } from "./call.ts";

export type BotInfo = {
  userId: string;
  /** As users find it: `@…`. */
  basicId: string;
  displayName: string;
  /** `chat`: people answer too, in LINE's Official Account Manager. `bot`: they do not. */
  chatMode: string;
};

/** Free, like every question about the channel. */
export function askInfo({ client, ask }: Caller, withinMs: number): Promise<BotInfo> {
  return ask("/v2/bot/info", () => client.getBotInfoWithHttpInfo(), infoBody.parse, withinMs);
}

const infoBody = z.looseObject({
  userId: z.string(),
  basicId: z.string(),
  displayName: z.string(),
  chatMode: z.string(),
});
