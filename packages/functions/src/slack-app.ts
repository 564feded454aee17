import { systemClock as clock } from "@henji/core/clock";
import { createSlackApp, type SlackApp } from "@henji/core/platform/slack/app";
import { link } from "./links.ts";

/** The Slack app by its linked secrets, for commands that look after it; `SLACK_API_BASE_URL` for a stand-in. */
export function linkedSlackApp(): SlackApp {
  return createSlackApp({
    botToken: link("SlackBotToken"),
    signingSecret: link("SlackSigningSecret"),
    baseUrl: process.env.SLACK_API_BASE_URL,
    clock,
  });
}

export { type Installed, manifestOf, newAppLink, type SlackApp } from "@henji/core/platform/slack/app";
