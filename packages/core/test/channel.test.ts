import { systemClock } from "@henji/core/clock";
import { createChannel } from "@henji/core/platform/line/channel";
import { createLineSimulator, type LineSimulatorOptions } from "@henji/line-simulator";
import { expect, test } from "vitest";

const url = "https://bot.test/";

/** A channel of the simulated platform, and what its webhook answers. */
function setUp(options: Partial<LineSimulatorOptions> = {}) {
  const line = createLineSimulator({
    ...{ channelSecret: "secret", channelAccessToken: "token", botName: "Henji" },
    fetch: async () => new Response("OK"),
    ...options,
  });
  const channelOf = (channelAccessToken: string) =>
    createChannel({
      channelAccessToken,
      clock: systemClock,
      fetch: (input, init) => line.fetch(new Request(input, init)),
    });
  return { line, channel: channelOf("token"), channelOf };
}

test("the bot behind the token", async () => {
  const { line, channel } = setUp({ chatMode: "bot" });
  const { userId, basicId } = line.bot;
  expect(await channel.info()).toMatchObject({ userId, basicId, displayName: "Henji", chatMode: "bot" });
});

test("its webhook is set, and read with LINE's switch", async () => {
  const { line, channel } = setUp();
  expect(await channel.webhook()).toBeUndefined();
  await channel.setWebhook(url);
  expect(await channel.webhook()).toEqual({ url, isActive: true });
  line.useWebhook(false);
  expect(await channel.webhook()).toEqual({ url, isActive: false });
  await expect(channel.setWebhook("nonsense")).rejects.toMatchObject({ code: "line.rejected" });
});

test("an empty URL is none", async () => {
  const { line, channel } = setUp();
  const body = { endpoint: "", active: false };
  line.faults.add({ on: "webhook-endpoint", fault: { kind: "status", status: 200, body } });
  expect(await channel.webhook()).toBeUndefined();
});

test("a URL is tested without being set, whatever is set", async () => {
  const asked: string[] = [];
  const { line, channel } = setUp({
    webhookUrl: "https://elsewhere.test/",
    fetch: async (request) => {
      asked.push(request.url);
      return new Response(null, { status: 401 });
    },
  });
  expect(await channel.testWebhook(url)).toMatchObject({
    ...{ isSuccess: false, statusCode: 401, reason: "ERROR_STATUS_CODE" },
  });
  expect(asked).toEqual([url]);
  expect(line.webhookUrl()).toBe("https://elsewhere.test/");
});

test("what LINE does not say of a test follows from the status", async () => {
  const { line, channel } = setUp();
  const answer = (body: object) =>
    line.faults.add({ on: "webhook-test", times: 1, fault: { kind: "status", status: 200, body } });
  const about = { reason: "OK", detail: "", timestamp: "2026-11-20T00:00:00Z" };
  answer({ ...about, statusCode: 200 });
  expect(await channel.testWebhook(url)).toMatchObject({ isSuccess: true });
  answer({ ...about, statusCode: 204 });
  expect(await channel.testWebhook(url)).toMatchObject({ isSuccess: false });
  answer({ nothing: "of it" });
  await expect(channel.testWebhook(url)).rejects.toMatchObject({ code: "line.unreadable" });
});

test("the month's quota, with a limit and without", async () => {
  expect(await setUp({ monthlyQuota: 200 }).channel.quota()).toEqual({ limit: 200, used: 0 });
  expect(await setUp().channel.quota()).toEqual({ limit: undefined, used: 0 });
});

test("a token that LINE does not know is an error of each", async () => {
  const channel = setUp().channelOf("wrong");
  const refused = { code: "line.unauthorized" };
  await expect(channel.info()).rejects.toMatchObject(refused);
  await expect(channel.webhook()).rejects.toMatchObject(refused);
  await expect(channel.setWebhook(url)).rejects.toMatchObject(refused);
  await expect(channel.testWebhook(url)).rejects.toMatchObject(refused);
  await expect(channel.quota()).rejects.toMatchObject(refused);
});

test("LINE that does not answer is given up on", async () => {
  const timeouts: number[] = [];
  const channel = createChannel({
    channelAccessToken: "token",
    clock: {
      now: () => 0,
      timeout(ms) {
        timeouts.push(ms);
        return AbortSignal.abort();
      },
    },
    fetch: async (_, init) => {
      init?.signal?.throwIfAborted();
      return Response.json({});
    },
  });
  await expect(channel.info()).rejects.toMatchObject({ code: "line.timeout" });
  expect(timeouts).toEqual([8_000]);
});
