import { serve } from "@henji/loopback";
import { afterEach, describe, expect, test } from "vitest";
import { createLineSimulator, type LineServer, serveLine, sign } from "../src/index.ts";
import { createApiCaller, SECRET, TOKEN } from "./support.ts";

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A simulator and a bot, both over real HTTP. */
async function setUp() {
  const webhooks: { body: string; signature: string }[] = [];
  const bot = await serve(async (request) => {
    const signature = request.headers.get("x-line-signature") ?? "";
    webhooks.push({ body: await request.text(), signature });
    return new Response("OK");
  });
  closing.push(bot.close);
  const webhookUrl = `${bot.url}/webhook`;
  const line = createLineSimulator({ channelSecret: SECRET, channelAccessToken: TOKEN, webhookUrl });
  const server: LineServer = await serveLine(line);
  closing.push(server.close);
  const taro = line.addUser({ name: "Taro" }).userId;
  return { line, taro, server, webhooks, api: createApiCaller((request) => fetch(request), server.url) };
}

test("a whole conversation over HTTP", async () => {
  const { line, taro, api, webhooks } = await setUp();
  const event = line.say({ from: taro, text: "𠮷 👨‍👩‍👧" });
  expect(await line.deliver([event])).toEqual({ status: 200, ok: true, attempts: 1 });
  expect(webhooks[0]?.signature).toBe(sign(SECRET, webhooks[0]!.body));
  expect(JSON.parse(webhooks[0]!.body).events).toEqual([event]);
  const { status, headers } = await api.reply(event.replyToken, ["はい 𠮷"]);
  expect(status).toBe(200);
  expect(line.timeline(taro).at(-1)).toMatchObject({
    by: "reply",
    requestId: headers.get("x-line-request-id"),
    message: { type: "text", text: "はい 𠮷" },
  });
});

test("bytes come back over HTTP as they were", async () => {
  const { line, taro, api } = await setUp();
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const { message } = line.media({ from: taro, type: "image", bytes, contentType: "image/png" });
  const response = await fetch(api.request("GET", `/v2/bot/message/${message.id}/content`));
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

test("a lost response closes the socket after the message has arrived", async () => {
  const { line, taro, api } = await setUp();
  line.faults.add({ on: "push", times: 1, fault: { kind: "lose-response" } });
  await expect(api.push(taro, ["x"])).rejects.toThrow("fetch failed");
  expect(line.timeline(taro)).toHaveLength(1);
});

test("a caller that hangs up ends a hang", async () => {
  const { line, taro, api } = await setUp();
  line.faults.add({ on: "push", fault: { kind: "hang", takesEffect: true } });
  const request = api.request("POST", "/v2/bot/message/push", { to: taro, messages: api.text("x") });
  const patience = new AbortController();
  line.subscribe((change) => change.type === "message" && patience.abort());
  await expect(fetch(new Request(request, { signal: patience.signal }))).rejects.toThrow("abort");
  expect(line.requests).toMatchObject([{ accepted: true, fault: "hang" }]);
});

test("the simulator gets an abort when its caller disconnects", async () => {
  const arrived = Promise.withResolvers<AbortSignal>();
  const never = (request: Request) => {
    arrived.resolve(request.signal);
    return new Promise<Response>(() => {});
  };
  const server = await serveLine({ fetch: never });
  closing.push(server.close);
  const patience = new AbortController();
  const answer = fetch(server.url, { signal: patience.signal });
  const signal = await arrived.promise;
  patience.abort();
  await expect(answer).rejects.toThrow("abort");
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
});

test("a body over 2 MB is answered 413", async () => {
  const { api } = await setUp();
  const answer = await api.call("POST", "/v2/bot/message/push", { x: "x".repeat(3 * 1024 * 1024) });
  expect(answer.status).toBe(413);
});

test("a server can be closed with requests hanging", async () => {
  const { line, taro, api, server } = await setUp();
  line.faults.add({ on: "push", fault: { kind: "hang", takesEffect: true } });
  const arrived = new Promise<void>((resolve) => line.subscribe(() => resolve()));
  const hanging = api.push(taro, ["x"]).catch((error: Error) => error);
  await arrived;
  await server.close();
  expect(await hanging).toBeInstanceOf(TypeError);
});

describe("/_simulator/", () => {
  const open = async (url: string, method: string, body?: unknown) => {
    // As curl -d does: a form's content type around JSON.
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const response = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
    return { status: response.status, body: (await response.json()) as any };
  };

  test("lets users write and shows the result", async () => {
    const { server, webhooks } = await setUp();
    const at = (path: string) => `${server.url}/_simulator/${path}`;
    const { body: jiro } = await open(at("users"), "POST", { name: "Jiro" });
    const { body: group } = await open(at("groups"), "POST", { name: "Lunch", members: [jiro.userId] });
    const said = await open(at("say"), "POST", { from: jiro.userId, in: group.chatId, text: "Hello" });
    expect(said.body).toMatchObject({ event: { type: "message" }, delivery: { status: 200, ok: true } });
    expect(webhooks).toHaveLength(1);
    const timeline = await open(at(`timeline/${group.chatId}`), "GET");
    expect(timeline.body).toMatchObject([{ by: "user", message: { text: "Hello" } }]);
    expect((await open(at(""), "GET")).body.users).toHaveLength(2);
  });

  test("sends other events, and those that change the platform do", async () => {
    const { server, line, taro, webhooks } = await setUp();
    const at = `${server.url}/_simulator/events`;
    await open(at, "POST", { type: "unfollow", in: taro });
    expect(line.users()[0]?.blocked).toBe(true);
    await open(at, "POST", { type: "follow", in: taro, deliver: false });
    expect(line.users()[0]?.blocked).toBe(false);
    const fields = { beacon: { hwid: "1", type: "enter" } };
    await open(at, "POST", { type: "beacon", in: taro, fields });
    const sent = webhooks.map(({ body }) => JSON.parse(body).events[0]);
    expect(sent).toMatchObject([{ type: "unfollow" }, { type: "beacon", ...fields }]);
  });

  test("adds, lists and clears faults", async () => {
    const { server, taro, api } = await setUp();
    const at = `${server.url}/_simulator/faults`;
    const rule = { on: "push", times: 1, fault: { kind: "status", status: 500 } };
    expect((await open(at, "POST", rule)).body).toEqual([rule]);
    expect((await api.push(taro, ["x"])).status).toBe(500);
    expect((await open(at, "POST", { on: "push", fault: { kind: "explode" } })).status).toBe(400);
    await open(at, "POST", { on: "*", fault: { kind: "hang" } });
    expect((await open(at, "DELETE")).body).toEqual([]);
    expect((await open(at, "GET")).body).toEqual([]);
  });

  test("says what is wrong with a request", async () => {
    const { server } = await setUp();
    const wrong = await open(`${server.url}/_simulator/say`, "POST", { from: "U0", text: "x" });
    expect([wrong.status, wrong.body.message]).toEqual([400, expect.stringContaining("No user U0")]);
    expect((await open(`${server.url}/_simulator/dance`, "GET")).status).toBe(404);
  });

  test("refuses requests from a web page", async () => {
    const { server, line } = await setUp();
    line.faults.add({ on: "*", fault: { kind: "hang" } });
    const headers = { origin: "https://evil.test" };
    const response = await fetch(`${server.url}/_simulator/faults`, { method: "DELETE", headers });
    expect(response.status).toBe(403);
    expect(line.faults.list()).toHaveLength(1);
  });
});
