import { pathToFileURL } from "node:url";
import { defineBot } from "@henji/core/bot";
import { serve } from "@henji/loopback";
import { createSlackSimulator, type SlackSimulator, serveSlack } from "@henji/slack-simulator";
import type { FunctionUrlHandler } from "./function-url.ts";
import { createFunctionUrl } from "./function-url.ts";
import { standInSecrets } from "./stand-in-secrets.ts";

export type SlackStandIn = {
  slack: SlackSimulator;
  urls: { slackEvents: string; slack: string };
  environment: Record<string, string>;
  links: Record<string, Record<string, string>>;
  close(): Promise<void>;
};

/** Whether the bot of this file is on Slack. Of a file that cannot be read the worker tells. */
export async function isOnSlack(botConfig: string): Promise<boolean> {
  try {
    const { default: config } = await import(pathToFileURL(botConfig).href);
    return defineBot(config).platforms.includes("slack");
  } catch {
    return false;
  }
}

/** A Slack workspace whose events go to this handler as soon as they happen. Nothing of it is kept between runs. */
export async function startSlack(
  handler: FunctionUrlHandler,
  port: (offset: number) => number,
): Promise<SlackStandIn> {
  const { slackSigningSecret: signingSecret, slackBotToken: botToken } = standInSecrets;
  const ingress = await serve(createFunctionUrl(handler).fetch, port(5));
  const slack = createSlackSimulator({ signingSecret, botToken, webhookUrl: `${ingress.url}/` });
  const server = await serveSlack(slack, { port: port(6) });
  for (const name of ["Aki", "Ben"]) slack.dm(slack.addUser({ name }).id);
  slack.addChannel({ name: "general" });
  const unsubscribe = slack.subscribe((change) => {
    if (change.type === "event") void slack.deliver([change.envelope]);
  });
  return {
    slack,
    urls: { slackEvents: ingress.url, slack: server.url },
    environment: { SLACK_API_BASE_URL: `${server.url}/api` },
    links: {
      SlackIngress: { url: `${ingress.url}/` },
      SlackSigningSecret: { value: signingSecret },
      SlackBotToken: { value: botToken },
    },
    async close() {
      unsubscribe();
      await Promise.all([ingress.close(), server.close()]);
    },
  };
}
