import { createSlackApp } from "@henji/core/platform/slack/app";
import { createSlackWebhook } from "@henji/core/platform/slack/webhook";
import { connectSlack, isConnected, slackText } from "@henji/operator/connect/slack";
import { createSlackSimulator } from "@henji/slack-simulator";
import { expect, test } from "vitest";

const url = "https://slack-ingress.test/";
const now = 1_800_000_000_000;
const clock = { now: () => now, timeout: () => new AbortController().signal };

/** A workspace, and an ingress that has this secret. */
function setUp({
  scopes,
  deployed = "secret",
  token = "xoxb-token",
}: {
  scopes?: string;
  deployed?: string;
  token?: string;
} = {}) {
  const slack = createSlackSimulator({
    signingSecret: "secret",
    botToken: "xoxb-token",
    clock: clock.now,
    scopes,
  });
  const webhook = createSlackWebhook({ signingSecret: deployed, clock });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url !== url) return slack.fetch(request);
    const opened = webhook.open(request.headers, new Uint8Array(await request.arrayBuffer()));
    if (opened.kind === "challenge") return new Response(opened.answer);
    return new Response(null, { status: opened.kind === "refused" ? opened.status : 200 });
  };
  const app = createSlackApp({
    botToken: token,
    signingSecret: "secret",
    baseUrl: "https://slack.test/api",
    clock,
    fetch,
  });
  return connectSlack(app, url, "Henji");
}

test("an app that is installed and reached is told so, and nothing is left to do", async () => {
  const connected = await setUp();
  expect(connected).toMatchObject({
    tokenProblem: null,
    urlProblem: null,
    installed: { team: "Simulated", missing: [] },
  });
  expect(isConnected(connected)).toBe(true);
  expect(slackText(connected)).not.toContain("By hand");
});

test("before there is an app, a manifest is printed with the URL filled in, and a link that makes the app of it", async () => {
  const connected = await setUp({ token: "" });
  expect(connected).toMatchObject({ installed: null, tokenProblem: expect.stringContaining("invalid_auth") });
  const { manifest } = connected;
  expect(manifest).toMatchObject({
    settings: {
      event_subscriptions: {
        request_url: url,
        bot_events: expect.arrayContaining(["app_mention", "message.im"]),
      },
      interactivity: { request_url: url },
    },
  });
  expect(JSON.parse(new URL(connected.newApp).searchParams.get("manifest_json")!)).toEqual(manifest);
  expect(slackText(connected)).toContain(`"request_url": "${url}"`);
  expect(slackText(connected)).toContain("sst secret set SlackBotToken");
});

test("a scope that is missing is named; of one that the bot does without it is said so", async () => {
  const connected = await setUp({ scopes: "chat:write,im:history,app_mentions:read,channels:history" });
  expect(connected.installed).toMatchObject({
    missing: ["groups:history"],
    missingOptional: ["users:read", "files:read"],
  });
  expect(slackText(connected)).toContain("missing: groups:history");
  expect(isConnected(connected)).toBe(false);
});

test("a URL with another secret does not answer as Slack wants it", async () => {
  expect(await setUp({ deployed: "another" })).toMatchObject({ urlProblem: "it answered 401" });
});
