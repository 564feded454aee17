import { expect, test } from "vitest";
import { createApiCaller, setUp, TOKEN } from "./support.ts";

test("every response has a request id of its own", async () => {
  const { api } = setUp();
  const ids = await Promise.all(
    ["/v2/bot/info", "/nowhere", "/v2/bot/info"].map(async (path) =>
      (await api.get(path)).headers.get("x-line-request-id"),
    ),
  );
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test("without the right bearer token it answers 401 and does nothing", async () => {
  const { line, taro, api } = setUp();
  const body = { to: taro, messages: api.text("x") };
  const push = (authorization: string) => api.call("POST", "/v2/bot/message/push", body, { authorization });
  for (const wrong of ["Bearer wrong", TOKEN, "Bearer ", `Basic ${TOKEN}`]) {
    expect(await push(wrong)).toMatchObject({
      status: 401,
      body: { message: expect.stringContaining("Authentication failed due to the following reason") },
    });
  }
  const bare = api.request("GET", "/v2/bot/info");
  bare.headers.delete("authorization");
  expect((await line.fetch(bare)).status).toBe(401);
  expect(line.timeline(taro)).toEqual([]);
});

test("a path or method that is not there is not found, and named", async () => {
  const { api } = setUp();
  const message = "Not found: the LINE simulator has no GET /v2/bot/nothing";
  expect(await api.get("/v2/bot/nothing")).toMatchObject({ status: 404, body: { message } });
  expect((await api.get("/v2/bot/message/push")).status).toBe(404);
  expect((await api.call("POST", "/v2/bot/message/push/", {})).status).toBe(404);
});

test("content lives on its own host, everything else does not", async () => {
  const { line, taro, api } = setUp();
  const bytes = Buffer.from("jpeg");
  const { message } = line.media({ from: taro, type: "image", bytes, contentType: "image/jpeg" });
  const data = createApiCaller(line.fetch, "https://api-data.line.me");
  const path = `/v2/bot/message/${message.id}/content`;
  expect((await api.get(path)).status).toBe(404);
  expect((await line.fetch(data.request("GET", path))).status).toBe(200);
  expect((await data.get("/v2/bot/info")).status).toBe(404);
});

test("a body over 2 MB is too large, one of 2 MB is not", async () => {
  const { taro, api } = setUp();
  const body = JSON.stringify({ to: taro, messages: api.text("x") });
  const padded = (bytes: number) => body + " ".repeat(bytes - body.length);
  expect((await api.call("POST", "/v2/bot/message/push", padded(2 * 1024 * 1024))).status).toBe(200);
  expect((await api.call("POST", "/v2/bot/message/push", padded(2 * 1024 * 1024 + 1))).status).toBe(413);
});

test("a body that is no JSON is refused with its place, one of another type by its type", async () => {
  const { api } = setUp();
  const broken = await api.call("POST", "/v2/bot/message/push", '{\n"to" 1}');
  expect([broken.status, broken.body.message]).toEqual([
    400,
    "The request body could not be parsed as JSON (line: 2, column: 6)",
  ]);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  expect((await api.call("POST", "/v2/bot/message/push", "{}", form)).status).toBe(415);
  expect((await api.call("POST", "/v2/bot/message/push", "5")).status).toBe(400);
});

test("too many requests in a second are refused until the next", async () => {
  const { taro, api, time } = setUp({ rateLimits: { push: { requests: 2, perMs: 1_000 } } });
  const statuses = [];
  for (const text of ["1", "2", "3"]) statuses.push((await api.push(taro, [text])).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect((await api.push(taro, ["4"])).body).toEqual({
    message: "The API rate limit has been exceeded. Try again later.",
  });
  await time.pass(1_000);
  expect((await api.push(taro, ["5"])).status).toBe(200);
});

test("the bot knows itself", async () => {
  const { line, api } = setUp({ botUserId: `U${"b".repeat(32)}`, botName: "Henji" });
  expect((await api.get("/v2/bot/info")).body).toMatchObject({
    userId: line.bot.userId,
    displayName: "Henji",
    chatMode: "chat",
    markAsReadMode: "manual",
  });
  const { api: botOnly } = setUp({ chatMode: "bot" });
  expect((await botOnly.get("/v2/bot/info")).body).toMatchObject({ chatMode: "bot", markAsReadMode: "auto" });
  const request = line.webhook([]);
  expect(await request.json()).toEqual({ destination: `U${"b".repeat(32)}`, events: [] });
});

test("the log says what was asked, what LINE decided and what the caller got", async () => {
  const { line, taro, api } = setUp();
  await api.push(taro, ["x"], "123e4567-e89b-12d3-a456-426614174000");
  await api.push(taro, []);
  expect(line.requests).toMatchObject([
    { operation: "push", accepted: true, decided: 200, status: 200, retryKey: expect.any(String) },
    { operation: "push", accepted: false, decided: 400, status: 400 },
  ]);
});

test("the log keeps the last 1,000 calls", async () => {
  const { line, api } = setUp();
  for (let count = 0; count < 1_001; count++) await api.get(`/nowhere/${count}`);
  expect(line.requests).toHaveLength(1_000);
  expect(line.requests[0]?.path).toBe("/nowhere/1");
});
