import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLine } from "@henji/core/platform/line/api";
import type { LineOptions } from "@henji/core/platform/line/call";
import { afterEach, describe, expect, test, vi } from "vitest";

const message = [{ type: "text" as const, text: "Hello" }];
const timeout = () => new DOMException("", "TimeoutError");

/** No deadline but those that a test sets. */
const patient = { now: () => 0, timeout: () => new AbortController().signal };

function open(options: Partial<LineOptions>) {
  return createLine({ channelAccessToken: "token", clock: patient, ...options });
}

const saying = (body: string | null, init?: ResponseInit) => async () => new Response(body, init);

/** Does not answer until its signal aborts. */
const silent: typeof fetch = (_, init) =>
  new Promise((_, reject) => {
    init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
  });

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a request goes to LINE with the token and, if it is a push, with its retry key", async () => {
  const requests: Request[] = [];
  const line = open({
    async fetch(input, init) {
      requests.push(new Request(input, init));
      return Response.json({});
    },
  });
  await line.reply("reply token", message);
  await line.push("U1", message, "key");
  const [reply, push] = requests;
  expect(reply!.url).toBe("https://api.line.me/v2/bot/message/reply");
  expect(reply!.headers.get("authorization")).toBe("Bearer token");
  expect(reply!.headers.get("x-line-retry-key")).toBeNull();
  expect(await reply!.json()).toEqual({ replyToken: "reply token", messages: message });
  expect(push!.url).toBe("https://api.line.me/v2/bot/message/push");
  expect(push!.headers.get("x-line-retry-key")).toBe("key");
  expect(await push!.json()).toEqual({ to: "U1", messages: message });
});

describe("deadlines", () => {
  test("apply to each of several concurrent calls", async () => {
    const deadlines = Array.from({ length: 50 }, () => new AbortController());
    const ended: number[] = [];
    const calls = deadlines.map(async ({ signal }, n) => {
      const line = open({ clock: { now: () => 0, timeout: () => signal }, fetch: silent });
      await expect(line.reply(`token ${n}`, message)).rejects.toMatchObject({ code: "line.timeout" });
      ended.push(n);
    });
    const order = deadlines.map((_, n) => (n * 7) % deadlines.length);
    for (const n of order) {
      deadlines[n]!.abort(timeout());
      await calls[n];
    }
    expect(ended).toEqual(order);
  });

  test("end a response whose body stalls, and the message may have been sent", async () => {
    const server = createServer((_, response) => void response.writeHead(200).write("{")).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    const deadline = new AbortController();
    const line = open({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      clock: { now: () => 0, timeout: () => deadline.signal },
      async fetch(input, init) {
        const response = await globalThis.fetch(input, init);
        deadline.abort(timeout());
        return response;
      },
    });
    await expect(line.reply("token", message)).rejects.toMatchObject({
      code: "line.timeout",
      retry: "later",
      outcome: "unknown",
    });
    server.closeAllConnections();
    server.close();
  });
});

describe("a response that is not JSON", () => {
  const headers = { "x-line-request-id": "r1" };

  test.each(["<html>", null])("to a send means that it was sent: %s", async (body) => {
    const line = open({ fetch: saying(body, { headers }) });
    expect(await line.reply("token", message)).toEqual({ outcome: "sent", requestId: "r1" });
    expect(await line.push("U1", message, "key")).toEqual({ outcome: "sent", requestId: "r1" });
    await line.showLoading("U1", 5);
  });

  test.each(["<html>", null, "{}", "[]", '{"totalUsage":"1"}'])(
    "is not read as a quota: %s",
    async (body) => {
      await expect(open({ fetch: saying(body) }).quota()).rejects.toMatchObject({
        code: "line.unreadable",
        retry: "later",
      });
    },
  );

  test.each([
    [400, { code: "line.rejected", outcome: "failed" }],
    [502, { code: "line.unavailable", outcome: "unknown" }],
  ])("is a refusal if its status is %i", async (status, error) => {
    const line = open({ fetch: saying("<html>", { status, headers }) });
    await expect(line.reply("token", message)).rejects.toMatchObject(error);
    await expect(line.push("U1", message, "key")).rejects.toMatchObject(error);
  });
});

describe("the global fetch", () => {
  const elsewhere = "https://elsewhere.test/";

  test("is unchanged for other callers, also while LINE is called", async () => {
    const outside = vi.fn(saying("outside"));
    vi.stubGlobal("fetch", outside);
    const inside = Promise.withResolvers<Response>();
    const replied = open({ fetch: () => inside.promise }).reply("token", message);
    const init = { method: "POST", body: "{}" };
    expect(await (await fetch(elsewhere, init)).text()).toBe("outside");
    expect(outside.mock.calls).toEqual([[elsewhere, init]]);
    expect(outside.mock.calls[0]![1 as never]).toBe(init);
    inside.resolve(Response.json({}));
    await replied;
    expect(outside).toHaveBeenCalledTimes(1);
  });

  test("can be the one with which LINE is called", async () => {
    const outside = vi.fn(saying("{}"));
    vi.stubGlobal("fetch", outside);
    await open({ fetch: saying("{}") }).reply("token", message);
    await open({ fetch: (input, init) => fetch(input, init) }).reply("token", message);
    await open({ fetch: globalThis.fetch }).reply("token", message);
    expect(outside).toHaveBeenCalledTimes(2);
  });

  test("can be replaced at any time", async () => {
    const inside = vi.fn(saying("{}"));
    const line = open({ fetch: inside });
    await line.reply("token", message);
    const before = fetch;
    const outside = vi.fn<typeof fetch>((input, init) => before(input, init));
    vi.stubGlobal("fetch", outside);
    await line.reply("token", message);
    expect(inside).toHaveBeenCalledTimes(2);
    expect(outside).not.toHaveBeenCalled();
  });

  test("is wrapped once, even if this module is loaded twice", async () => {
    vi.stubGlobal("fetch", saying("outside"));
    const inside = vi.fn(saying("{}"));
    await open({ fetch: inside }).reply("token", message);
    const wrapped = globalThis.fetch;
    vi.resetModules();
    const copy = await import("@henji/core/platform/line/api");
    await copy
      .createLine({ channelAccessToken: "token", clock: patient, fetch: inside })
      .reply("token", message);
    await open({ fetch: inside }).reply("token", message);
    expect(copy.createLine).not.toBe(createLine);
    expect(globalThis.fetch).toBe(wrapped);
    expect(inside).toHaveBeenCalledTimes(3);
  });
});
