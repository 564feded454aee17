import { expect, test } from "vitest";
import type { Exchange } from "../src/trace-content.ts";
import { createTraceContents } from "../src/trace-contents.ts";
import { MAX_BODY_CHARACTERS, type WatchFetchOptions, watchFetch } from "../src/watch-fetch.ts";

const url = "https://model.test/v1/responses";

function watch(fetch: typeof globalThis.fetch, options: Partial<WatchFetchOptions> = {}) {
  const reports: Exchange[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<Exchange>();
  const watched = watchFetch(fetch, {
    peerOf: (url) => (url.startsWith("https://model.test/") ? "model" : undefined),
    eventId: () => "E1",
    now: () => 5,
    report(exchange) {
      reports.push(exchange);
      if (exchange.end) resolve(exchange);
    },
    ...options,
  });
  return { watched, reports, ended };
}

test("a request is reported before its response, and both without secrets", async () => {
  const answer = Response.json(
    { said: "Hi" },
    { headers: { "x-request-id": "req_1", "set-cookie": "secret" } },
  );
  const { watched, reports, ended } = watch(async () => answer);
  const headers = { authorization: "Bearer secret", "x-line-retry-key": "key", "x-api-key": "secret" };
  const response = await watched(`${url}?api-key=secret`, { method: "POST", headers, body: "Hello" });
  expect(await response.json()).toEqual({ said: "Hi" });
  const exchange = await ended;
  expect(reports).toHaveLength(2);
  expect(reports[0]).toMatchObject({
    id: exchange.id,
    method: "POST",
    url,
    body: { text: "Hello", length: 5 },
  });
  expect(reports[0]!.end).toBeUndefined();
  expect(exchange).toMatchObject({
    headers: { "x-line-retry-key": "key" },
    end: {
      at: 5,
      response: { status: 200, headers: { "x-request-id": "req_1" }, body: { text: '{"said":"Hi"}' } },
    },
  });
  expect(JSON.stringify(reports)).not.toContain("secret");
});

test("the key of an MCP server, which stands in a body, is not reported", async () => {
  const { watched, reports } = watch(async () => Response.json({}));
  const mcp = { type: "mcp", server_label: "shop", require_approval: "never" };
  const tools = [{ ...mcp, authorization: "secret", headers: { "x-api-key": "secret" } }];
  await watched(url, { method: "POST", body: JSON.stringify({ input: "Hello", tools }) });
  expect(JSON.parse(reports[0]!.body!.text)).toEqual({ input: "Hello", tools: [mcp] });
});

test("the bytes of a picture are not kept, so that there is room for what is asked about it", async () => {
  const { watched, ended } = watch(async () => Response.json({}));
  const picture = `data:image/jpeg;base64,${"A".repeat(4 * 1024 * 1024)}==`;
  const input = [{ type: "input_image", image_url: picture }, { text: "What is this?" }];
  await watched(url, { method: "POST", body: JSON.stringify({ input }) });
  const { body } = await ended;
  const image_url = "data:image/jpeg;base64,… (3,145,729 bytes)";
  expect(JSON.parse(body!.text)).toEqual({
    input: [{ type: "input_image", image_url }, { text: "What is this?" }],
  });
  expect(body!.length).toBe(body!.text.length);
});

test("a failure is reported with the errors behind it, and thrown as it was", async () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
  const error = new TypeError("fetch failed", { cause: new AggregateError([new Error("first"), refused]) });
  const { watched, ended } = watch(() => Promise.reject(error));
  await expect(watched(url)).rejects.toBe(error);
  expect((await ended).end).toEqual({
    at: 5,
    errors: [
      { name: "TypeError", message: "fetch failed" },
      { name: "AggregateError", message: "" },
      { name: "Error", message: "connect ECONNREFUSED 127.0.0.1:1", code: "ECONNREFUSED" },
    ],
  });
});

test("long bodies are cut, and bytes are not kept", async () => {
  const long = "x".repeat(MAX_BODY_CHARACTERS + 9);
  const text = watch(async () => new Response(long));
  await text.watched(url, { method: "POST", body: long });
  expect(await text.ended).toMatchObject({
    body: { text: long.slice(9), length: long.length },
    end: { response: { body: { text: long.slice(9), length: long.length } } },
  });
  const image = watch(async () => new Response("bytes", { headers: { "content-type": "image/png" } }));
  await image.watched(url);
  expect((await image.ended).end).toMatchObject({ response: { body: undefined } });
});

test("requests to anybody else, or for no event, pass through unseen", async () => {
  const other = watch(async () => new Response("Hi"));
  expect(await (await other.watched("https://else.test/")).text()).toBe("Hi");
  const idle = watch(async () => new Response("Hi"), { eventId: () => undefined });
  expect(await (await idle.watched(url)).text()).toBe("Hi");
  expect([...other.reports, ...idle.reports]).toEqual([]);
});

function exchangeOf(eventId: string, n: number, text = ""): Exchange {
  const body = { text, length: text.length };
  return { id: `${eventId}/${n}`, eventId, with: "model", method: "POST", url, headers: {}, body, at: n };
}

test("contents are bounded in events, in characters, and in requests of one event", () => {
  const seen = (contents: ReturnType<typeof createTraceContents>, exchange: Exchange) =>
    contents.seen({ type: "exchange", exchange });
  const kept = (contents: ReturnType<typeof createTraceContents>) =>
    ["E1", "E2", "E3", "E4"].filter((eventId) => contents.of(eventId));

  const few = createTraceContents({ maxEvents: 2 });
  for (const eventId of ["E1", "E2", "E3"]) seen(few, exchangeOf(eventId, 1));
  expect(kept(few)).toEqual(["E2", "E3"]);

  const small = createTraceContents({ maxCharacters: 100 });
  for (const eventId of ["E1", "E2", "E3"]) seen(small, exchangeOf(eventId, 1, "x".repeat(40)));
  expect(kept(small)).toEqual(["E2", "E3"]);
  // The same request with its response: it counts once.
  seen(small, exchangeOf("E3", 1, "x".repeat(60)));
  expect(kept(small)).toEqual(["E2", "E3"]);
  seen(small, exchangeOf("E4", 1, "x".repeat(1_000)));
  expect(kept(small)).toEqual(["E4"]);

  const busy = createTraceContents({ maxExchanges: 4 });
  for (let n = 1; n <= 9; n += 1) seen(busy, exchangeOf("E1", n));
  expect(busy.of("E1")?.exchanges.map(({ at }) => at)).toEqual([1, 2, 8, 9]);
});
