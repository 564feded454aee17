import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Change, WebhookEvent } from "../src/index.ts";
import { SECRET, START, settled, setUp } from "./support.ts";

const bodyOf = async (request: Request) =>
  (await request.json()) as { destination: string; events: WebhookEvent[] };

test("a webhook is signed over its exact bytes", async () => {
  const { line, taro } = setUp();
  const request = line.webhook([line.say({ from: taro, text: "𠮷\uFEFF\uD800" })]);
  const bytes = Buffer.from(await request.arrayBuffer());
  const signature = createHmac("sha256", SECRET).update(bytes).digest("base64");
  expect(request.headers.get("x-line-signature")).toBe(signature);
  expect(request.method).toBe("POST");
  expect(JSON.parse(bytes.toString()).events[0].message.text).toBe("𠮷\uFEFF\uD800");
});

test("a redelivery differs in isRedelivery only", async () => {
  const { line, taro, time } = setUp();
  const event = line.say({ from: taro, text: "hi" });
  const first = await bodyOf(line.webhook([event]));
  await time.pass(30_000);
  const second = await bodyOf(line.webhook([event], { redelivery: true }));
  expect(second.events[0]!.deliveryContext).toEqual({ isRedelivery: true });
  second.events[0]!.deliveryContext.isRedelivery = false;
  expect(second).toEqual(first);
  expect(event.deliveryContext.isRedelivery).toBe(false);
});

describe("deliver", () => {
  test("posts all events in one request and returns the bot's status", async () => {
    const { line, taro, received } = setUp();
    const events = [line.say({ from: taro, text: "1" }), line.say({ from: taro, text: "2" })];
    expect(await line.deliver(events)).toEqual({ status: 200, ok: true, attempts: 1 });
    expect(received).toHaveLength(1);
    expect((await bodyOf(received[0]!)).events).toEqual(events);
  });

  test("a bot that takes over 2 seconds has timed out, but goes on", async () => {
    const { line, taro, bot, time } = setUp();
    let finished = false;
    let gaveUp = false;
    bot.answer = async (request) => {
      request.signal.addEventListener("abort", () => {
        gaveUp = true;
      });
      await time.wait(2_001);
      finished = true;
      return new Response();
    };
    const delivery = line.deliver([line.say({ from: taro, text: "hi" })]);
    await time.pass(2_000);
    expect(await delivery).toEqual({ status: "timeout", ok: false, attempts: 1 });
    expect([gaveUp, finished]).toEqual([true, false]);
    await time.pass(1);
    expect(finished).toBe(true);
  });

  test("the body of the bot's answer is cancelled unread", async () => {
    const { line, taro, bot } = setUp();
    let cancelled = false;
    const cancel = () => {
      cancelled = true;
    };
    bot.answer = async () => new Response(new ReadableStream({ cancel }));
    await line.deliver([line.say({ from: taro, text: "hi" })]);
    expect(cancelled).toBe(true);
  });

  test("a bot that cannot be reached is unreachable", async () => {
    const { line, taro, bot } = setUp();
    bot.answer = () => Promise.reject(new TypeError("fetch failed"));
    expect(await line.deliver([line.say({ from: taro, text: "hi" })])).toMatchObject({
      status: "unreachable",
    });
  });

  test("without redelivery a failure is final", async () => {
    const { line, taro, bot, received } = setUp();
    bot.answer = async () => new Response(null, { status: 500 });
    const delivery = await line.deliver([line.say({ from: taro, text: "hi" })]);
    expect(delivery).toEqual({ status: 500, ok: false, attempts: 1 });
    expect(received).toHaveLength(1);
  });

  test("with redelivery it retries until it succeeds", async () => {
    const { line, taro, bot, received, time } = setUp();
    const answers = [500, 302, 200, 200];
    bot.answer = async () => new Response(null, { status: answers.shift()! });
    const seen: Change[] = [];
    line.subscribe((change) => change.type === "webhook" && seen.push(change));
    const event = line.say({ from: taro, text: "hi" });
    const delivery = line.deliver([event], { redeliver: { times: 5, delayMs: 60_000 } });
    await time.pass(60_000);
    await time.pass(60_000);
    expect(await delivery).toEqual({ status: 200, ok: true, attempts: 3 });
    const bodies = await Promise.all(received.map(bodyOf));
    expect(bodies.map(({ events }) => events[0]?.deliveryContext.isRedelivery)).toEqual([false, true, true]);
    expect(seen).toMatchObject([
      { status: 500, redelivery: false, eventIds: [event.webhookEventId] },
      { status: 302, redelivery: true, at: START + 60_000 },
      { status: 200, redelivery: true, at: START + 120_000 },
    ]);
  });

  test("duplicates are the same request again", async () => {
    const { line, taro, received } = setUp();
    await line.deliver([line.say({ from: taro, text: "hi" })], { duplicates: 2 });
    const bodies = await Promise.all(received.map((request) => request.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(bodies).toHaveLength(3);
  });

  test("without a webhook URL it says how to set one", async () => {
    const { line, taro } = setUp({ webhookUrl: undefined });
    await expect(line.deliver([line.say({ from: taro, text: "hi" })])).rejects.toThrow("webhookUrl");
  });
});

describe("webhook endpoint", () => {
  const path = "/v2/bot/channel/webhook/endpoint";

  test("can be set and read over the API", async () => {
    const { line, api } = setUp({ webhookUrl: undefined });
    expect(await api.get(path)).toMatchObject({
      status: 404,
      body: { message: "Webhook endpoint not found" },
    });
    expect((await api.call("PUT", path, { endpoint: "https://bot.test/hook" })).status).toBe(200);
    expect((await api.get(path)).body).toEqual({ endpoint: "https://bot.test/hook", active: true });
    expect(line.webhook([]).url).toBe("https://bot.test/hook");
    for (const endpoint of ["ftp://bot.test", "nonsense", `https://bot.test/${"x".repeat(500)}`]) {
      expect((await api.call("PUT", path, { endpoint })).body).toEqual({
        message: "Invalid webhook endpoint URL",
      });
    }
  });

  test("while Use webhook is off, the endpoint says so, and no event is sent", async () => {
    const { line, api, taro, received } = setUp();
    line.useWebhook(false);
    expect((await api.get(path)).body).toEqual({ endpoint: "http://bot.test/webhook", active: false });
    const event = line.say({ from: taro, text: "hi" });
    const options = { redeliver: { times: 2, delayMs: 0 } };
    expect(await line.deliver([event], options)).toEqual({ status: "off", ok: false, attempts: 0 });
    expect(received).toEqual([]);
    const { line: restored } = setUp({ snapshot: line.snapshot() });
    expect((await restored.deliver([event])).status).toBe("off");
    line.useWebhook(true);
    expect((await line.deliver([event])).ok).toBe(true);
    expect(line.snapshot()).not.toHaveProperty("webhookActive");
  });

  test("faults of the webhook reach the test too", async () => {
    const { line, api } = setUp();
    line.faults.add({ on: "webhook", times: 1, fault: { kind: "status", status: 502 } });
    const check = () => api.call("POST", "/v2/bot/channel/webhook/test", {});
    expect((await check()).body).toMatchObject({ success: false, statusCode: 502 });
    expect((await check()).body).toMatchObject({ success: true, statusCode: 200 });
  });

  test("the test posts an empty list of events, and reports the answer", async () => {
    const { api, bot, received, time } = setUp();
    const check = () => api.call("POST", "/v2/bot/channel/webhook/test", {});
    expect((await check()).body).toEqual({
      ...{
        success: true,
        timestamp: "2026-04-01T03:00:00.000Z",
        statusCode: 200,
        reason: "OK",
        detail: "200",
      },
    });
    expect((await bodyOf(received[0]!)).events).toEqual([]);
    bot.answer = async () => new Response(null, { status: 403 });
    expect((await check()).body).toMatchObject({
      success: false,
      statusCode: 403,
      reason: "ERROR_STATUS_CODE",
    });
    bot.answer = () => Promise.reject(new TypeError("fetch failed"));
    expect((await check()).body).toMatchObject({ statusCode: 0, reason: "COULD_NOT_CONNECT" });
    bot.answer = () => new Promise(() => {});
    const hanging = check();
    await settled();
    await time.pass(2_000);
    expect((await hanging).body).toMatchObject({ statusCode: 0, reason: "REQUEST_TIMEOUT" });
  });
});
