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
  return async (body: object | string): Promise<number> => {
    const bytes = typeof body === "string" ? body : JSON.stringify(body);
    for (const { replyToken, source } of tokensIn(JSON.parse(bytes))) {
      const { userId = "", roomId = userId, groupId = roomId } = source ?? {};
      line.giveToken(replyToken, groupId, 60_000);
    }
    const signature = createHmac("sha256", channelSecret).update(bytes).digest("base64");
    const headers = { "x-line-signature": signature };
    const response = await ingress(new Request("https://ingress/", { method: "POST", headers, body: bytes }));
    return response.status;
  };
}

type WithToken = { replyToken: string; source?: { userId?: string; groupId?: string; roomId?: string } };

/** Whatever the body is: not all that is posted comes from LINE. */
function tokensIn(body: { events?: unknown } | null): WithToken[] {
  const events = Array.isArray(body?.events) ? body.events : [];
  return events.filter((event) => typeof event?.replyToken === "string");
}
