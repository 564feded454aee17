import { systemClock } from "@henji/core/clock";
import { createChannel } from "@henji/core/platform/line/channel";
import { createLineSimulator, type LineSimulator, type LineSimulatorOptions } from "@henji/line-simulator";
import { type Connected, type ConnectOptions, connect } from "@henji/operator/connect/connect";
import { connectedText } from "@henji/operator/connect/text";
import { fixesFor } from "@henji/operator/fixes";
import { expect, test } from "vitest";

const url = "https://ingress.test/";
const elsewhere = "https://elsewhere.test/";

/** A channel, and whether its webhook answers as it should. */
function setUp(options: Partial<LineSimulatorOptions> = {}) {
  const bot = { answers: 200, tested: [] as string[] };
  const line = createLineSimulator({
    ...{ channelSecret: "secret", channelAccessToken: "token", botName: "Henji" },
    fetch: async (request) => {
      bot.tested.push(request.url);
      return new Response(null, { status: bot.answers });
    },
    ...options,
  });
  return { line, bot };
}

function run(
  line: LineSimulator,
  options: Partial<ConnectOptions> = {},
  token = "token",
): Promise<Connected> {
  const channel = createChannel({
    channelAccessToken: token,
    clock: systemClock,
    fetch: (input, init) => line.fetch(new Request(input, init)),
  });
  const fixes = fixesFor({ stage: "test" });
  return connect(channel, { url, isDryRun: false, mayReplace: false, fixes, ...options });
}

const sets = ({ requests }: LineSimulator) =>
  requests.filter(({ operation }) => operation === "set-webhook-endpoint").length;

test("a channel without a webhook gets the stage's, after LINE has tested it", async () => {
  const { line, bot } = setUp({ monthlyQuota: 200 });
  const { webhook, test: tested, quota, byHand } = await run(line);
  expect(webhook).toEqual({ url, outcome: "set", before: null, isActive: true });
  expect(tested).toMatchObject({ isFine: true, statusCode: 200 });
  expect(line.webhookUrl()).toBe(url);
  expect(bot.tested).toEqual([url]);
  expect(quota).toEqual({ limit: 200, used: 0 });
  expect(byHand.map(({ name, isDone }) => [name, isDone])).toEqual([
    ["Use webhook", true],
    ["webhook redelivery", null],
    ["auto-reply messages", null],
    ["greeting message", null],
    ["group chats", null],
  ]);
});

test("again, it changes nothing and says the same", async () => {
  const { line } = setUp();
  await run(line);
  expect((await run(line)).webhook).toEqual({ url, outcome: "already set", before: url, isActive: true });
  expect(sets(line)).toBe(1);
});

test.each(["https://ingress.test", "https://INGRESS.test/"])("%s is the same URL", async (webhookUrl) => {
  const { line } = setUp({ webhookUrl });
  expect((await run(line)).webhook.outcome).toBe("already set");
  expect(sets(line)).toBe(0);
});

test("a channel that points elsewhere is left alone, and nothing is tested", async () => {
  const { line, bot } = setUp({ webhookUrl: elsewhere });
  const connected = await run(line);
  expect(connected.webhook).toMatchObject({ outcome: "refused", before: elsewhere });
  expect(connected.test).toBeNull();
  expect(line.webhookUrl()).toBe(elsewhere);
  expect(bot.tested).toEqual([]);
  expect(connectedText(connected)).toMatch(
    /belongs to another: https:\/\/elsewhere.*\n.*--replace sets https:\/\/ingress/,
  );
  expect(connectedText(connected)).not.toContain("by hand");
});

test("unless it may be replaced", async () => {
  const { line } = setUp({ webhookUrl: elsewhere });
  expect((await run(line, { mayReplace: true })).webhook).toMatchObject({
    outcome: "set",
    before: elsewhere,
  });
  expect(line.webhookUrl()).toBe(url);
});

test("a dry run tests, and changes nothing", async () => {
  const { line, bot } = setUp({ webhookUrl: elsewhere });
  const connected = await run(line, { isDryRun: true, mayReplace: true });
  expect(connected.webhook.outcome).toBe("would be set");
  expect(bot.tested).toEqual([url]);
  expect(line.webhookUrl()).toBe(elsewhere);
  expect(connectedText(connected)).toMatch(
    /would be set to https:\/\/ingress.*\n +in place of https:\/\/elsewhere/,
  );
});

test("a webhook that fails its test is not set, and a working one stays", async () => {
  const { line, bot } = setUp({ webhookUrl: elsewhere });
  bot.answers = 401;
  const connected = await run(line, { mayReplace: true });
  expect(connected.webhook.outcome).toBe("not set");
  expect(connected.test).toMatchObject({ isFine: false, says: expect.stringContaining("channel secret") });
  expect(line.webhookUrl()).toBe(elsewhere);
  expect(connectedText(connected)).toMatch(
    /answered 401: its channel secret is not that of the token's channel\n +→ npx sst secret set LineChannelSecret/,
  );
  expect(connectedText(connected)).toMatch(/not set to .*\n +it stays https:\/\/elsewhere/);
});

test("one that is set and fails its test is said to, and stays", async () => {
  const { line, bot } = setUp({ webhookUrl: url });
  bot.answers = 500;
  const connected = await run(line);
  expect(connected.webhook.outcome).toBe("already set");
  expect(connected.test).toMatchObject({ isFine: false, says: expect.stringContaining("answered 500") });
});

test("Use webhook is not done while it is off", async () => {
  const { line } = setUp({ webhookUrl: url });
  line.useWebhook(false);
  const connected = await run(line);
  expect(connected.byHand[0]).toMatchObject({ name: "Use webhook", isDone: false });
  expect(connectedText(connected)).toContain("1. Use webhook (it is off)");
});

test("a dry run on a channel without a webhook cannot tell whether it is on", async () => {
  const connected = await run(setUp().line, { isDryRun: true });
  expect(connected.webhook.isActive).toBeNull();
  expect(connectedText(connected)).toContain("1. Use webhook (LINE does not tell");
});

test("a token that LINE does not accept ends it before anything else", async () => {
  const { line } = setUp();
  await expect(run(line, {}, "old")).rejects.toMatchObject({ code: "line.unauthorized" });
  expect(line.requests.map(({ operation }) => operation)).toEqual(["info"]);
});

test("people read the bot, its chat mode, its quota, and what is left with links", async () => {
  const { line } = setUp({ monthlyQuota: 1, chatMode: "bot" });
  const text = connectedText(await run(line));
  expect(text).toContain(`Henji (${line.bot.basicId})`);
  expect(text).toMatch(/^chat +off: only the bot answers$/m);
  expect(text).toMatch(/^push quota +0 of 1 used this month; replies are free$/m);
  expect(text.split("\n").filter((row) => row.startsWith("plan"))).toEqual([
    expect.stringMatching(
      / no API tells its name: Settings, billing .* in https:\/\/manager\.line\.biz\/account\/@\w+$/,
    ),
  ]);
  expect(text).toMatch(/^webhook URL +set to https:\/\/ingress\.test\/$/m);
  expect(text).toContain("Use webhook is on.");
  expect(text).toMatch(
    /1\. webhook redelivery \(LINE does not tell whether it is done\)\n +https:\/\/developers\.line\.biz/,
  );
  expect(text).toContain(`https://manager.line.biz/account/${line.bot.basicId}`);
});

test("a quota that is used up is said to be", async () => {
  const { line } = setUp({ monthlyQuota: 0 });
  expect(connectedText(await run(line))).toContain("0 of 0 used this month; used up");
});
