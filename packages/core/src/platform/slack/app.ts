import { createHmac, randomBytes } from "node:crypto";
import * as z from "zod/mini";
import { createCall, type SlackOptions } from "./call.ts";

/** What the bot needs to read and to answer, and what it does without. */
export const scopes = {
  needed: ["chat:write", "im:history", "app_mentions:read", "channels:history", "groups:history"],
  /** Names of those who write in a thread; what was sent beside text. */
  optional: ["users:read", "files:read"],
} as const;

const events = ["app_mention", "message.channels", "message.groups", "message.im"] as const;

/** An app for this bot, as Slack makes one of it. */
export function manifestOf(url: string, name: string) {
  return {
    display_information: { name },
    features: {
      app_home: {
        home_tab_enabled: false,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
      },
      bot_user: { display_name: name, always_online: true },
    },
    oauth_config: { scopes: { bot: [...scopes.needed, ...scopes.optional] } },
    settings: {
      event_subscriptions: { request_url: url, bot_events: [...events] },
      interactivity: { is_enabled: true, request_url: url },
      ...{ org_deploy_enabled: false, socket_mode_enabled: false, token_rotation_enabled: false },
    },
  };
}

/** Opens Slack's form for a new app with the manifest filled in. */
export function newAppLink(manifest: object): string {
  return `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(manifest))}`;
}

export type Installed = { team: string; user: string; missing: string[]; missingOptional: string[] };

/** How the app is set up, for an operator. */
export type SlackApp = {
  /** Throws a {@link BotError} if Slack does not take the token. */
  installed(): Promise<Installed>;
  /** Whether this URL answers a signed question of Slack's as it should; or what it answered. */
  answers(url: string): Promise<true | string>;
};

/** No user waits for these. */
const CALL_MS = 8_000;

const testBody = z.looseObject({ team: z.string(), user: z.string() });

export function createSlackApp(options: SlackOptions & { signingSecret: string }): SlackApp {
  const call = createCall(options);
  const { clock, signingSecret, fetch = globalThis.fetch } = options;

  return {
    async installed() {
      const { body, headers } = await call("auth.test", {}, CALL_MS);
      const granted = (headers.get("x-oauth-scopes") ?? "").split(",").map((scope) => scope.trim());
      const { team, user } = testBody.parse(body);
      const missing = (wanted: readonly string[]) => wanted.filter((scope) => !granted.includes(scope));
      return { team, user, missing: missing(scopes.needed), missingOptional: missing(scopes.optional) };
    },

    async answers(url) {
      const challenge = randomBytes(12).toString("hex");
      const body = JSON.stringify({ type: "url_verification", challenge });
      const timestamp = String(Math.floor(clock.now() / 1_000));
      const hash = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
      const headers = {
        ...{ "content-type": "application/json", "x-slack-request-timestamp": timestamp },
        "x-slack-signature": `v0=${hash}`,
      };
      try {
        const response = await fetch(url, { method: "POST", headers, body, signal: clock.timeout(CALL_MS) });
        if ((await response.text()) === challenge) return true;
        return `it answered ${response.status}`;
      } catch {
        return "it did not answer";
      }
    },
  };
}
