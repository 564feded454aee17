import { systemClock as clock } from "@henji/core/clock";
import { type Channel, createChannel } from "@henji/core/platform/line/channel";
import { link } from "./links.ts";

/** The LINE channel by its linked token, for commands that look after it; `LINE_API_BASE_URL` for a stand-in. */
export function linkedChannel(): Channel {
  return createChannel({
    channelAccessToken: link("LineChannelAccessToken"),
    baseUrl: process.env.LINE_API_BASE_URL,
    clock,
  });
}

export type { Channel, WebhookEndpoint, WebhookTest } from "@henji/core/platform/line/channel";
export { isSameUrl } from "@henji/core/platform/line/channel";
export type { BotInfo } from "@henji/core/platform/line/info";
export { isLow, isUsedUp, type Quota } from "@henji/core/platform/line/quota";
