import { createHmac } from "node:crypto";
import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import { mistakesInRequest } from "@henji/line-openapi";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Local, startLocal } from "../src/start.ts";
import type { Studio } from "../src/studio.ts";
import type { Exchange, TraceContent } from "../src/trace-content.ts";
import { useLog } from "./log.ts";
import { openStudio } from "./page.ts";
import { ask } from "./support.ts";

let local: Local;
let studio: Studio;
const log = useLog();

beforeAll(async () => {
  local = await startLocal();
  studio = await openStudio(local);
});
afterAll(async () => {
  await studio.close();
  await local.stop();
});
afterEach(() => {
  local.model!.faults.clear();
  local.line.faults.clear();
});

async function contentOf(eventId: string): Promise<TraceContent> {
  const response = await fetch(`${studio.url}/api/traces/${eventId}`);
  const content = (await response.json()) as TraceContent;
  for (const exchange of content.exchanges.filter((one) => one.with === "line")) {
    const { method, url, headers, body } = exchange;
    const sent = { method, path: new URL(url).pathname, headers, body: body && JSON.parse(body.text) };
    expect(mistakesInRequest(sent)).toEqual([]);
  }
  return content;
}

/** Says something, and waits until the trace has what is looked for. */
async function say(text: string, has: (content: TraceContent) => boolean): Promise<TraceContent> {
  const { userId } = local.line.addUser({ name: "Aki" });
  const event = local.line.say({ from: userId, text });
  await local.line.deliver([event]);
  return vi.waitUntil(async () => {
    const content = await contentOf(event.webhookEventId);
    return has(content) && content;
  }, 60_000);
}

const ended = (exchange: Exchange | undefined) =>
  exchange?.end && "response" in exchange.end ? exchange.end.response : undefined;
const sends = ({ exchanges }: TraceContent) => exchanges.filter(({ url }) => url.includes("/message/"));
const asks = ({ exchanges }: TraceContent) => exchanges.filter((exchange) => exchange.with === "model");
const isSent = (content: TraceContent) => sends(content).some((send) => ended(send)?.status === 200);
/** LINE has it, and then its turn says so. */
const isDelivered = (content: TraceContent) =>
  isSent(content) && JSON.parse(content.turn?.text ?? "{}").status === "delivered";
const explained = ({ explanations }: TraceContent) => explanations.length > 0;

test("the content of a trace is the event, what the model and LINE were sent, what they said, and the turn", async () => {
  const content = await say("I like tea", isDelivered);
  expect(JSON.parse(content.event!.text)).toMatchObject({ type: "message", message: { text: "I like tea" } });
  const [asked] = asks(content);
  const [replied] = sends(content);
  expect(asked).toMatchObject({ with: "model", method: "POST", url: `${local.urls.model}/responses` });
  expect(JSON.parse(asked!.body!.text)).toMatchObject({
    instructions: expect.stringContaining("Henji"),
    input: [
      { content: expect.stringMatching(/^For reference only:/) },
      { role: "user", content: "I like tea" },
    ],
  });
  expect(ended(asked)).toMatchObject({
    status: 200,
    headers: { "x-request-id": expect.stringMatching(/^req_/) },
  });
  const { replyToken } = JSON.parse(content.event!.text);
  expect(replied).toMatchObject({ with: "line", url: `${local.urls.line}/v2/bot/message/reply` });
  const reply = JSON.parse(replied!.body!.text);
  expect(reply).toMatchObject({ replyToken, messages: [{ text: expect.stringContaining("I like tea") }] });
  expect(ended(replied)?.headers["x-line-request-id"]).toBeDefined();
  const turn = JSON.parse(content.turn!.text);
  expect(turn).toMatchObject({ status: "delivered", messages: reply.messages });
  expect(JSON.stringify(content)).not.toMatch(/authorization|bearer|local-channel-access-token|stand-in"/i);
});

test("a model that is not well is explained in its own words, on the page and not in the log", async () => {
  const message = "You said “I like tea”, and we are overloaded.";
  local.model!.faults.add({ fault: { kind: "status", status: 503, code: "server_error", message } });
  const content = await say("I like tea", explained);
  const { explanations } = content;
  expect(explanations).toMatchObject([
    { step: "retried", errors: [{ name: "InternalServerError", message: expect.stringContaining(message) }] },
  ]);
  expect(ended(asks(content)[0])).toMatchObject({
    status: 503,
    body: { text: expect.stringContaining(message) },
  });
  expect(log.at(-1)).toMatchObject({ name: "job.retry", code: "model.unavailable" });
  expect(JSON.stringify(log)).not.toMatch(/tea|overloaded/);
});

test("a connection that breaks is explained by Node's errors, and its URL is there", async () => {
  local.model!.faults.add({ fault: { kind: "lose-response" } });
  const content = await say("Hello", explained);
  const { explanations } = content;
  const errors = explanations[0]!.errors.map(({ name }) => name);
  expect(errors.slice(0, 2)).toEqual(["APIConnectionError", "TypeError"]);
  expect(asks(content)[0]).toMatchObject({
    url: `${local.urls.model}/responses`,
    end: { errors: [{ message: "fetch failed" }, { name: "SocketError" }] },
  });
});

test("LINE's refusal is explained in LINE's words", async () => {
  const body = { message: "May not contain “I like tea”" };
  local.line.faults.add({ on: "*", fault: { kind: "status", status: 400, body } });
  const isParked = ({ explanations }: TraceContent) => explanations.some(({ step }) => step === "parked");
  const { explanations } = await say("I like tea", isParked);
  const errors = [{ name: "LineRefusal", message: `400 ${JSON.stringify(body)}` }];
  expect(explanations).toContainEqual(expect.objectContaining({ step: "parked", errors }));
  expect(JSON.stringify(log)).not.toContain("tea");
});

test("a push has its retry key", async () => {
  local.line.faults.add({
    on: "reply",
    fault: { kind: "status", status: 400, body: { message: "Invalid reply token" } },
  });
  const content = await say("Hello", isSent);
  const push = sends(content).at(-1);
  expect(push?.headers["x-line-retry-key"]).toBe(idempotencyKeyOf(content.eventId));
});

test("messages side by side have each their own requests", async () => {
  const users = ["A", "B", "C", "D"].map((name) => ({ name, ...local.line.addUser({ name: `${name}ki` }) }));
  const events = users.map(({ userId, name }) => local.line.say({ from: userId, text: `I am ${name}` }));
  const answers = users.map(({ userId }) => ask(local.line, userId, "And?"));
  await Promise.all([...answers, local.line.deliver(events)]);
  for (const [index, event] of events.entries()) {
    const content = await vi.waitUntil(async () => {
      const now = await contentOf(event.webhookEventId);
      return isSent(now) && now;
    }, 60_000);
    const said = content.exchanges.map(({ body }) => body?.text ?? "").join();
    const own = users[index]!.name;
    expect(said).toContain(`I am ${own}`);
    for (const { name } of users) if (name !== own) expect(said).not.toContain(`I am ${name}`);
  }
});

test("a webhook that was signed by hand has its event and its turn too", async () => {
  const { userId } = local.line.addUser({ name: "Curl" });
  const webhookEventId = "curl-1";
  const source = { type: "user", userId };
  const event = { type: "message", mode: "active", webhookEventId, timestamp: Date.now(), source };
  const message = { type: "text", id: "1", text: "Hello from curl" };
  const body = JSON.stringify({ destination: "U0", events: [{ ...event, message }] });
  const signature = createHmac("sha256", "local-channel-secret").update(body).digest("base64");
  const post = (sign: string) =>
    fetch(local.urls.webhook, { method: "POST", body, headers: { "x-line-signature": sign } });
  expect((await post("AAAA")).status).toBe(401);
  expect((await fetch(`${studio.url}/api/traces/${webhookEventId}`)).status).toBe(404);
  expect((await post(signature)).status).toBe(200);
  const content = await vi.waitUntil(async () => {
    const now = await contentOf(webhookEventId);
    return isSent(now) && now;
  }, 60_000);
  expect(JSON.parse(content.event!.text)).toMatchObject({
    webhookEventId,
    message: { text: "Hello from curl" },
  });
  expect(JSON.parse(content.turn!.text)).toMatchObject({ eventId: webhookEventId });
});

test("an event that is not known has no content, and other web pages get none", async () => {
  expect((await fetch(`${studio.url}/api/traces/unknown`)).status).toBe(404);
  const content = await say("Hello", isSent);
  const headers = { origin: "http://evil.example" };
  expect((await fetch(`${studio.url}/api/traces/${content.eventId}`, { headers })).status).toBe(403);
});
