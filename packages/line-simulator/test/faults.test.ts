import { describe, expect, test } from "vitest";
import { ConnectionLost, MONTHLY_LIMITED, RATE_LIMITED } from "../src/index.ts";
import { botTexts, settled, setUp, TOKEN } from "./support.ts";

const KEY = "123e4567-e89b-12d3-a456-426614174000";

test("a status replaces the answer, without an effect", async () => {
  const { line, taro, api } = setUp();
  line.faults.add({
    on: "push",
    times: 1,
    fault: { kind: "status", status: 503, body: { message: "later" }, headers: { "retry-after": "1" } },
  });
  const { status, body, headers } = await api.push(taro, ["x"], KEY);
  expect([status, body, headers.get("retry-after")]).toEqual([503, { message: "later" }, "1"]);
  expect(headers.get("x-line-request-id")).toBeTruthy();
  expect(line.timeline(taro)).toEqual([]);
  expect((await api.push(taro, ["x"], KEY)).status).toBe(200);
});

test("a 500 after acceptance is detected by the retry key", async () => {
  const { line, taro, api } = setUp();
  line.faults.add({ on: "push", times: 1, fault: { kind: "status", status: 500, takesEffect: true } });
  expect((await api.push(taro, ["x"], KEY)).status).toBe(500);
  expect((await api.push(taro, ["x"], KEY)).status).toBe(409);
  expect(botTexts(line.timeline(taro))).toEqual(["x"]);
  expect(line.requests[0]).toMatchObject({ accepted: true, decided: 200, status: 500 });
});

test("a lost response has taken effect, a dropped request has not", async () => {
  const { line, taro, api } = setUp();
  line.faults.add({ on: "push", times: 1, fault: { kind: "drop-request" } });
  line.faults.add({ on: "push", times: 1, fault: { kind: "lose-response" } });
  await expect(api.push(taro, ["x"], KEY)).rejects.toThrow(ConnectionLost);
  expect(botTexts(line.timeline(taro))).toEqual([]);
  await expect(api.push(taro, ["x"], KEY)).rejects.toThrow(TypeError);
  expect(botTexts(line.timeline(taro))).toEqual(["x"]);
  expect((await api.push(taro, ["x"], KEY)).status).toBe(409);
  expect(line.requests.map(({ accepted, status }) => [accepted, status])).toEqual([
    [false, undefined],
    [true, undefined],
    [false, 409],
  ]);
});

test("a stalled response has half of its body, and ends when the caller gives up", async () => {
  const { line, taro } = setUp();
  const bytes = new Uint8Array(1_000).fill(7);
  const { message } = line.media({ from: taro, type: "image", bytes, contentType: "image/jpeg" });
  line.faults.add({ on: "content", times: 1, fault: { kind: "stall" } });
  const url = `https://api-data.line.me/v2/bot/message/${message.id}/content`;
  const headers = { authorization: `Bearer ${TOKEN}` };
  const patience = new AbortController();
  const response = await line.fetch(new Request(url, { headers, signal: patience.signal }));
  const reader = response.body!.getReader();
  expect([response.status, (await reader.read()).value?.length]).toEqual([200, 500]);
  const rest = reader.read();
  patience.abort();
  await expect(rest).rejects.toThrow("aborted");
  const whole = await line.fetch(new Request(url, { headers }));
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
});

test("a lost response to a refused request has no effect either", async () => {
  const { line, taro, api } = setUp();
  line.faults.add({ on: "reply", fault: { kind: "lose-response" } });
  await expect(api.reply("made up", ["x"])).rejects.toThrow("fetch failed");
  expect(line.requests[0]).toMatchObject({ accepted: false, decided: 400 });
  expect(line.timeline(taro)).toEqual([]);
});

test("a lost reply has used its token", async () => {
  const { line, taro, api } = setUp();
  const { replyToken } = line.say({ from: taro, text: "hi" });
  line.faults.add({ on: "reply", times: 1, fault: { kind: "lose-response" } });
  await expect(api.reply(replyToken, ["hello"])).rejects.toThrow();
  expect((await api.reply(replyToken, ["hello"])).body).toEqual({ message: "Invalid reply token" });
  expect(botTexts(line.timeline(taro))).toEqual(["hello"]);
});

describe("a hang", () => {
  for (const takesEffect of [false, true]) {
    test(`ends when the caller gives up; the message ${takesEffect ? "arrived" : "did not arrive"}`, async () => {
      const { line, taro, api } = setUp();
      line.faults.add({ on: "push", fault: { kind: "hang", takesEffect } });
      const patience = new AbortController();
      const request = api.request("POST", "/v2/bot/message/push", { to: taro, messages: api.text("x") });
      const answer = line.fetch(new Request(request, { signal: patience.signal }));
      let over = false;
      answer.catch(() => {
        over = true;
      });
      await settled();
      expect(over).toBe(false);
      patience.abort(new Error("time is up"));
      await expect(answer).rejects.toThrow("time is up");
      expect(botTexts(line.timeline(taro))).toEqual(takesEffect ? ["x"] : []);
    });
  }
});

test("a late answer takes effect at once", async () => {
  const { line, taro, api, time } = setUp();
  line.faults.add({ on: "push", fault: { kind: "delay", ms: 3_000 } });
  let status = 0;
  api.push(taro, ["x"]).then((answer) => {
    status = answer.status;
  });
  await time.pass(2_999);
  expect([status, botTexts(line.timeline(taro))]).toEqual([0, ["x"]]);
  await time.pass(1);
  expect(status).toBe(200);
});

test("a late request takes effect after its caller has disconnected", async () => {
  const { line, taro, api, time } = setUp();
  line.faults.add({ on: "push", times: 1, fault: { kind: "delay", ms: 3_000, late: "request" } });
  const patience = new AbortController();
  const body = { to: taro, messages: api.text("x") };
  const request = api.request("POST", "/v2/bot/message/push", body, { "x-line-retry-key": KEY });
  const answer = line.fetch(new Request(request, { signal: patience.signal }));
  await settled();
  patience.abort(new Error("time is up"));
  await expect(answer).rejects.toThrow("time is up");
  expect((await api.push(taro, ["x"], KEY)).status).toBe(200);
  await time.pass(3_000);
  expect(botTexts(line.timeline(taro))).toEqual(["x"]);
  expect(line.requests.map(({ decided }) => decided)).toEqual([409, 200]);
});

test("a request whose caller has already disconnected does nothing", async () => {
  const { line, taro, api } = setUp();
  const request = api.request("POST", "/v2/bot/message/push", { to: taro, messages: api.text("x") });
  const disconnected = AbortSignal.abort(new Error("disconnected"));
  await expect(async () => line.fetch(new Request(request, { signal: disconnected }))).rejects.toThrow(
    "disconnected",
  );
  expect(line.timeline(taro)).toEqual([]);
});

test("both kinds of 429 have LINE's messages", async () => {
  const { line, taro, api } = setUp();
  line.faults.add({ on: "push", times: 1, fault: RATE_LIMITED });
  line.faults.add({ on: "push", times: 1, fault: MONTHLY_LIMITED });
  const answers = [await api.push(taro, ["x"]), await api.push(taro, ["x"])];
  expect(answers.map(({ status, body }) => [status, body.message])).toEqual([
    [429, "The API rate limit has been exceeded. Try again later."],
    [429, "You have reached your monthly limit."],
  ]);
});

test("a rule applies to its operation, as often as it says, until it is removed", async () => {
  const { line, taro, api } = setUp();
  const fault = { kind: "status" as const, status: 500 };
  const remove = line.faults.add({ on: "profile", fault });
  line.faults.add({ on: "*", times: 1, fault: { ...fault, status: 502 } });
  const profile = async () => (await api.get(`/v2/bot/profile/${taro}`)).status;
  expect(await profile()).toBe(500);
  expect((await api.push(taro, ["x"])).status).toBe(502);
  expect((await api.push(taro, ["x"])).status).toBe(200);
  expect(await profile()).toBe(500);
  remove();
  expect(await profile()).toBe(200);
  line.faults.add({ on: "*", fault });
  line.faults.clear();
  expect(await profile()).toBe(200);
  expect(() => line.faults.add({ on: "nonsense" as "push", fault })).toThrow();
});

test("a probability depends on random alone", async () => {
  async function outcomes() {
    const { line, taro, api } = setUp();
    line.faults.add({ on: "push", probability: 0.5, fault: { kind: "status", status: 500 } });
    const statuses: number[] = [];
    for (let count = 0; count < 40; count++) statuses.push((await api.push(taro, ["x"])).status);
    return statuses;
  }
  const first = await outcomes();
  expect(first).toEqual(await outcomes());
  expect(first.filter((status) => status === 500).length).toBeGreaterThan(8);
  expect(first.filter((status) => status === 200).length).toBeGreaterThan(8);
});

describe("a fault of a webhook", () => {
  const setUpWith = (fault: Parameters<ReturnType<typeof setUp>["line"]["faults"]["add"]>[0]["fault"]) => {
    const parts = setUp();
    parts.line.faults.add({ on: "webhook", times: 1, fault });
    return { ...parts, events: [parts.line.say({ from: parts.taro, text: "hi" })] };
  };

  test("that drops it keeps it from arriving; a lost answer leads to a redelivery", async () => {
    const dropped = setUpWith({ kind: "drop-request" });
    expect(await dropped.line.deliver(dropped.events)).toMatchObject({ status: "unreachable" });
    expect(dropped.received).toHaveLength(0);

    const lost = setUpWith({ kind: "lose-response" });
    const delivery = lost.line.deliver(lost.events, { redeliver: { times: 1, delayMs: 0 } });
    await lost.time.pass(0);
    expect(await delivery).toEqual({ status: 200, ok: true, attempts: 2 });
    expect(lost.received).toHaveLength(2);
  });

  test("with a proxy's status keeps it from arriving", async () => {
    const { line, events, received } = setUpWith({ kind: "status", status: 502 });
    expect(await line.deliver(events)).toMatchObject({ status: 502, ok: false });
    expect(received).toHaveLength(0);
  });

  test("that delays the request lets it arrive after LINE has given up", async () => {
    const { line, events, received, time } = setUpWith({ kind: "delay", ms: 5_000, late: "request" });
    const delivery = line.deliver(events);
    await time.pass(2_000);
    expect(await delivery).toMatchObject({ status: "timeout" });
    expect(received).toHaveLength(0);
    await time.pass(3_000);
    expect(received).toHaveLength(1);
  });
});
