/// <reference path="../.sst/platform/config.d.ts" />
import { createHmac } from "node:crypto";
import { isOn } from "./platforms";

// Set once per stage with `sst secret set <name>`. They reach a function encrypted in its bundle, and only the function
// that is linked to them. The key to them is in its environment: docs/deploy.md says who can read what.

/** Asks the model. Only the worker has it. */
export const openAiApiKey = new sst.Secret("OpenAiApiKey");

/**
 * What the LINE simulator uses while `sst dev` runs without a LINE channel. Constant for a stage and known to nobody
 * else, since the ingress that it opens is on the internet.
 */
const simulated = (name: string) =>
  $dev
    ? openAiApiKey.value.apply((key) =>
        createHmac("sha256", key).update(`${$app.name} ${$app.stage} ${name}`).digest("hex"),
      )
    : undefined;

export const lineSecrets = isOn("line")
  ? {
      /** Verifies that a webhook came from LINE. Only ingress has it. */
      channelSecret: new sst.Secret("LineChannelSecret", simulated("channel secret")),
      /**
       * The secret before that one, accepted as well while it changes. Empty unless it is set, and with an empty secret
       * nothing is accepted.
       */
      channelSecretPrevious: new sst.Secret("LineChannelSecretPrevious", ""),
      /** Sends answers. Only the worker has it. */
      channelAccessToken: new sst.Secret("LineChannelAccessToken", simulated("channel access token")),
    }
  : undefined;

/**
 * Empty until they are set: Slack makes an app for a URL, so the first deployment comes before it. With an empty
 * signing secret nothing is accepted.
 */
export const slackSecrets = isOn("slack")
  ? {
      /** Verifies that an event came from Slack. Only Slack's ingress has it. */
      signingSecret: new sst.Secret("SlackSigningSecret", ""),
      /** Sends answers, and reads the threads that they go to. Only the worker has it. */
      botToken: new sst.Secret("SlackBotToken", ""),
    }
  : undefined;

/** The mailbox for alarms. Nobody gets a mail until it is set. */
export const alarmEmail = new sst.Secret("AlarmEmail", "");
