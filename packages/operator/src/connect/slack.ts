import { type BotError, toBotError } from "@henji/core/error";
import { type Installed, manifestOf, newAppLink, type SlackApp } from "@henji/functions/slack-app";

export type SlackConnected = {
  url: string;
  manifest: object;
  /** Opens Slack's form for a new app. */
  newApp: string;
  /** Null, if Slack does not take the token. */
  installed: Installed | null;
  /** Why not. */
  tokenProblem: string | null;
  /** Null, if the URL answers as Slack wants it. */
  urlProblem: string | null;
};

/** What Slack must be given by hand, and whether it was. It changes nothing. */
export async function connectSlack(app: SlackApp, url: string, name: string): Promise<SlackConnected> {
  const manifest = manifestOf(url, name);
  const [installed, answers] = await Promise.all([app.installed().catch(toBotError), app.answers(url)]);
  const isError = (one: Installed | BotError): one is BotError => "code" in one;
  return {
    ...{ url, manifest, newApp: newAppLink(manifest) },
    installed: isError(installed) ? null : installed,
    tokenProblem: isError(installed) ? installed.message : null,
    urlProblem: answers === true ? null : answers,
  };
}

export function isConnected({ installed, urlProblem }: SlackConnected): boolean {
  return installed !== null && installed.missing.length === 0 && urlProblem === null;
}

export function slackText(connected: SlackConnected): string {
  const { url, manifest, newApp, installed, tokenProblem, urlProblem } = connected;
  const scopes = installed
    ? installed.missing.length > 0
      ? `missing: ${installed.missing.join(", ")}. Add them under "OAuth & Permissions", and install the app again`
      : "all that are needed"
    : "not known";
  const without = installed?.missingOptional ?? [];
  const facts = [
    `workspace    ${installed ? `${installed.team}, as ${installed.user}` : `not known: ${tokenProblem}`}`,
    `scopes       ${scopes}${without.length > 0 ? ` (it does without ${without.join(", ")})` : ""}`,
    `request URL  ${url} ${urlProblem === null ? "answers as Slack wants it" : `does not: ${urlProblem}`}`,
  ].join("\n");
  if (isConnected(connected)) return facts;
  return [
    facts,
    "By hand, once:",
    `1. Make the app: open the link at the end, choose the workspace, and create it. Or choose "From a manifest" at
   https://api.slack.com/apps, with:\n\n${JSON.stringify(manifest, null, 2)}`,
    '2. "Install App", "Install to Workspace". Copy the "Bot User OAuth Token", xoxb-…: sst secret set SlackBotToken',
    '3. "Basic Information", "Signing Secret": sst secret set SlackSigningSecret',
    '4. Deploy. Then "Event Subscriptions": "Retry" at the request URL, and switch "Delayed Events" on.',
    "5. Run this command again.",
    newApp,
  ].join("\n\n");
}
