import { systemClock as clock } from "@henji/core/clock";
import { loadOnce } from "@henji/core/load-once";
import { createLine } from "@henji/core/platform/line/api";
import { withLineBreaker } from "@henji/core/platform/line/breaker";
import { createLinePlatform } from "@henji/core/platform/line/line";
import type { LinkedPlatform } from "./bot-worker.ts";
import { link } from "./links.ts";

/** LINE by its linked token; `LINE_API_BASE_URL` and `LINE_DATA_API_BASE_URL` for a stand-in. */
export const lineByLink: LinkedPlatform = (log) => {
  const channelAccessToken = link("LineChannelAccessToken");
  const line = createLine({ channelAccessToken, baseUrl: process.env.LINE_API_BASE_URL, clock });
  const loadContent = loadOnce(async () => {
    const { createContent } = await import("@henji/core/platform/line/content");
    return createContent({ channelAccessToken, dataBaseUrl: process.env.LINE_DATA_API_BASE_URL, clock });
  });
  const platform = createLinePlatform({ line: withLineBreaker(line, { clock, log }), loadContent, clock });
  return { platform, token: channelAccessToken };
};
