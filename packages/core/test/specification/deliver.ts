import { createHmac } from "node:crypto";
import { createIngress } from "@henji/core/ingress";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import type { World } from "./world.ts";

const channelSecret = "secret";

/** LINE at the front door of a world: signs a webhook, posts it to the real ingress, and gives its reply tokens. */
export function createDeliver({ queue, scheduler, log, line }: World) {
  const webhook = createLineWebhook({ channelSecret });
  const ingress = createIngress({ webhook, queue: queue.sender, clock: scheduler, log });

  /** @returns the status that LINE gets */
  return async (body: object): Promise<number> => {
    for (const { replyToken, source } of tokensIn(body)) {
      const { userId = "", roomId = userId, groupId = roomId } = source ?? {};
      line.giveToken(replyToken, groupId, 60_000);
    }
    const bytes = JSON.stringify(body);
    const signature = createHmac("sha256", channelSecret).update(bytes).digest("base64");
    const headers = { "x-line-signature": signature };
    const response = await ingress(new Request("https://ingress/", { method: "POST", headers, body: bytes }));
    return response.status;
  };
}

type WithToken = { replyToken: string; source?: { userId?: string; groupId?: string; roomId?: string } };

function tokensIn(body: { events?: { replyToken?: unknown }[] }): WithToken[] {
  return (body.events ?? []).filter((event): event is WithToken => typeof event.replyToken === "string");
}
