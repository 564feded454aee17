import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Depths, ParkedHistory, ParkedList, ParkedResult, ReplayPlan } from "../src/parked-view.ts";
import { type Local, startLocal } from "../src/start.ts";
import type { Studio } from "../src/studio.ts";
import { useLog } from "./log.ts";
import { openStudio, viewOf } from "./page.ts";
import { answersIn, ask } from "./support.ts";

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
afterEach(async () => {
  local.model!.faults.clear();
  local.line.faults.clear();
  await send("drop", { ids: "all" });
});

const get = async <T>(path: string): Promise<T> =>
  (await fetch(`${studio.url}/api/${path}`)).json() as Promise<T>;
const post = (path: string, body: object = {}) =>
  fetch(`${studio.url}/api/dead/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const send = async (path: "replay" | "drop", body: object) =>
  (await post(path, body)).json() as Promise<ParkedResult>;
const list = (query = "") => get<ParkedList>(`dead${query}`);
const plan = async (ids: string[] | "all") =>
  (await post("replay", { ids, dryRun: true })).json() as Promise<ReplayPlan>;
const countInHeader = async () => (await viewOf(studio.url)).parked.count;

const reject = (times = 100) =>
  local.model!.faults.add({ times, fault: { kind: "status", status: 400, code: "unsupported_parameter" } });

const refuse = (status: number) =>
  local.line.faults.add({ on: "*", fault: { kind: "status", status, body: { message: "No" } } });

/** Says something that is given up on. */
async function park(text: string, userId = local.line.addUser({ name: "Aki" }).userId) {
  const event = local.line.say({ from: userId, text });
  await local.line.deliver([event]);
  const { webhookEventId: eventId } = event;
  const isParked = () => log.some((entry) => entry.name === "job.parked" && entry.eventId === eventId);
  await vi.waitUntil(isParked, {
    timeout: 60_000,
  });
  return { userId, eventId };
}

test("a parked message is listed with its reason and what a replay would do, without its text", async () => {
  reject();
  const { userId, eventId } = await park("my diary");
  const listed = await list();
  expect(listed).toMatchObject({ count: 1, codes: [["model.rejected", 1]], unseen: 0 });
  expect(listed.shown).toMatchObject([
    {
      ...{ id: eventId, code: "model.rejected", attempts: 1, status: "parked", onReplay: { kind: "ask" } },
      reason: expect.stringContaining("400 unsupported_parameter"),
    },
  ]);
  const [{ receivedAt = 0, parkedAt }] = listed.shown as [ParkedList["shown"][number]];
  expect(receivedAt).toBeGreaterThan(Date.now() - 60_000);
  expect(parkedAt).toBeGreaterThanOrEqual(receivedAt);
  expect(JSON.stringify(listed)).not.toMatch(/diary/);
  expect(JSON.stringify(listed)).not.toContain(userId);
  expect(await countInHeader()).toBe(1);
  expect(await get<Depths>("queues")).toEqual({
    events: { waiting: 0, inFlight: 0 },
    deadLetters: { waiting: 1, inFlight: 0 },
  });
});

test("one of them is shown with its steps, its text and the answer that would be sent", async () => {
  // The answer is stored, and LINE refuses it.
  refuse(400);
  const { eventId } = await park("I like tea");
  const history = await get<ParkedHistory>(`dead/${eventId}`);
  expect(history).toMatchObject({
    ...{ id: eventId, code: "line.rejected", onReplay: { kind: "send" }, question: "I like tea" },
    answer: { messages: [expect.stringContaining("I like tea")], route: "push" },
  });
  expect(history.answer!.retryKey).toBe(idempotencyKeyOf(eventId));
  expect(history.steps.map(({ is }) => is)).toEqual(["claimed", "answered", "parked"]);
  expect(history.steps[1]!.requestId).toMatch(/^req_/);
  expect(history.steps[2]).toMatchObject({ code: "line.rejected", requestId: expect.any(String) });
  expect(JSON.parse(history.job!.text)).toMatchObject({ event: { message: { text: "I like tea" } } });
  expect((await fetch(`${studio.url}/api/dead/unknown`)).status).toBe(404);
});

test("what is mended is replayed: a dry run says what it would do, and each user has each answer once", async () => {
  reject();
  const first = await park("one");
  await park("two", first.userId);
  const other = await park("three");
  expect(await plan("all")).toEqual({ count: 3, effects: [{ effect: { kind: "ask" }, count: 3 }] });
  expect(await plan([first.eventId, "unknown"])).toMatchObject({ count: 1 });
  expect((await list()).count).toBe(3);
  local.model!.faults.clear();
  local.model!.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
  expect(await send("replay", { ids: [first.eventId] })).toEqual({ done: 1, others: [], untouched: 0 });
  expect((await list()).shown.map(({ id }) => id)).not.toContain(first.eventId);
  const answers = (userId: string) => answersIn(local.line, userId).filter((text) => text.startsWith("re: "));
  await expect.poll(() => answers(first.userId)).toEqual(["re: one"]);
  expect(await send("replay", { ids: "all" })).toMatchObject({ done: 2, untouched: 0 });
  await expect.poll(() => answers(first.userId)).toEqual(["re: one", "re: two"]);
  await expect.poll(() => answers(other.userId)).toEqual(["re: three"]);
  expect(await list()).toEqual({ count: 0, codes: [], unseen: 0, shown: [] });
  expect(await countInHeader()).toBe(0);
  local.model!.answerWith(undefined);
});

test("what is replayed too early is listed again", async () => {
  reject();
  const { eventId } = await park("Hello");
  const [before] = (await list()).shown;
  expect(await send("replay", { ids: [eventId] })).toMatchObject({ done: 1 });
  await expect
    .poll(async () => (await list()).shown.map(({ id, parkedAt }) => [id, parkedAt > before!.parkedAt]))
    .toEqual([[eventId, true]]);
});

test("a dropped message gets no answer, its text is erased, and its trace says so", async () => {
  reject();
  const { userId, eventId } = await park("my diary");
  local.model!.faults.clear();
  expect(await send("drop", { ids: [eventId] })).toEqual({ done: 1, others: [], untouched: 0 });
  expect((await list()).count).toBe(0);
  expect((await fetch(`${studio.url}/api/dead/${eventId}`)).status).toBe(404);
  const { traces } = await viewOf(studio.url);
  expect(traces.find((trace) => trace.eventId === eventId)!.steps.at(-1)).toMatchObject({
    ...{ name: "dropped", because: "by_hand" },
  });
  await ask(local.line, userId, "Next");
  expect(answersIn(local.line, userId)).toHaveLength(2);
  expect(JSON.stringify(await get(`traces/${eventId}`))).toContain('\\"status\\": \\"dropped\\"');
});

test("what its user may have already is left, unless the replay is forced", async () => {
  // Whether the first reply arrived nobody can tell; the second is refused.
  refuse(500);
  const { userId } = local.line.addUser({ name: "Ben" });
  const parking = park("Hello", userId);
  await vi.waitUntil(() => log.some(({ name }) => name === "job.retry"), { timeout: 60_000 });
  local.line.faults.clear();
  refuse(400);
  const { eventId } = await parking;
  local.line.faults.clear();
  expect((await plan("all")).effects).toEqual([{ effect: { kind: "send_perhaps_twice" }, count: 1 }]);
  expect(await send("replay", { ids: [eventId] })).toEqual({
    ...{ done: 0, untouched: 0 },
    others: [{ id: eventId, outcome: "left", because: "unclear" }],
  });
  expect((await list()).count).toBe(1);
  expect(await send("replay", { ids: [eventId], force: true })).toMatchObject({ done: 1 });
  await expect.poll(() => answersIn(local.line, userId)).toHaveLength(1);
  expect((await list()).count).toBe(0);
});

test("a message whose user has asked again meanwhile is only removed", async () => {
  reject();
  const { userId, eventId } = await park("Hello");
  expect((await list()).shown[0]!.onReplay).toEqual({ kind: "ask" });
  local.model!.faults.clear();
  await ask(local.line, userId, "try again");
  await expect
    .poll(async () => (await list()).shown[0]?.onReplay)
    .toEqual({ kind: "acknowledge", because: "dropped" });
  expect(await send("replay", { ids: [eventId] })).toMatchObject({ done: 1 });
  expect((await list()).count).toBe(0);
});

test("requests that make no sense are refused, and so are other web pages", async () => {
  for (const body of [{}, { ids: [] }, { ids: "some" }, { ids: "all", force: "yes" }, { ids: [1] }]) {
    expect((await post("replay", body)).status).toBe(400);
    expect((await post("drop", body)).status).toBe(400);
  }
  expect((await post("drop", { ids: "all", dryRun: true })).status).toBe(400);
  const headers = { "content-type": "application/json", origin: "https://evil.example" };
  for (const path of ["dead", "dead/x", "queues"]) {
    expect((await fetch(`${studio.url}/api/${path}`, { headers })).status).toBe(403);
  }
  const body = JSON.stringify({ ids: "all" });
  for (const path of ["replay", "drop", "look", "stop"]) {
    const request = { method: "POST", headers, body };
    expect((await fetch(`${studio.url}/api/dead/${path}`, request)).status).toBe(403);
  }
  const form = { method: "POST", body, headers: { "content-type": "text/plain" } };
  expect((await fetch(`${studio.url}/api/dead/drop`, form)).status).toBe(400);
});
