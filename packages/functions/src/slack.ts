import { systemClock as clock } from "@henji/core/clock";
import { loadOnce } from "@henji/core/load-once";
import { createSlack } from "@henji/core/platform/slack/api";
import { createSlackPlatform } from "@henji/core/platform/slack/slack";
import type { LinkedPlatform } from "./bot-worker.ts";
import { link } from "./links.ts";

/** Slack by its linked token; `SLACK_API_BASE_URL` for a stand-in, which gives files out too. */
export const slackByLink: LinkedPlatform = (log) => {
  const botToken = link("SlackBotToken");
  const baseUrl = process.env.SLACK_API_BASE_URL;
  const options = { botToken, baseUrl, clock };
  const loadContent = loadOnce(async () => {
    const { createContent } = await import("@henji/core/platform/slack/content");
    return createContent({
      ...options,
      trustedHosts: baseUrl === undefined ? [] : [new URL(baseUrl).host],
    });
  });
  const platform = createSlackPlatform({ slack: createSlack(options), loadContent, clock, log });
  return { platform, token: botToken };
};
