import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { textContent } from "@henji/core/platform/content";
import type { TurnItem } from "@henji/core/turn/entity";
import { listedAs } from "@henji/core/turn/listed-as";
import { turnKeyOf } from "@henji/core/turn/place";
import { createTurnStore, type TurnStore } from "@henji/core/turn/store";
import { type Local, startLocal } from "@henji/local/start";
import { afterAll, beforeAll, expect, test } from "vitest";
import { linksOf } from "../../local/test/support.ts";
import { henji } from "./command.ts";

/** Noon in Tokyo. */
const at = Date.parse("2026-11-28T03:00:00Z");
const chatId = "Uwaiting";
const keyOf = (n: number) => turnKeyOf(chatId, { eventId: `event-${n}`, at: at + n * 1_000 }).key;

let local: Local;
let dynamo: DynamoDBClient;
let turns: TurnStore;

beforeAll(async () => {
  local = await startLocal();
  dynamo = new DynamoDBClient();
  turns = createTurnStore({ client: dynamo, table: linksOf(local).Conversations!.name! });
  const step = (seconds: number, is: "claimed" | "answered" | "waiting") => ({
    at: at + seconds * 1_000,
    is,
  });
  const waiting = [step(1, "claimed"), step(56, "answered"), step(57, "waiting")];
  await put(1, {
    ...{ status: "waiting", route: "wait", thinkingAt: at + 41_000, dueAt: at + 357_000, steps: waiting },
  });
  await put(2, { status: "carried", route: "wait", carriedBy: keyOf(3), steps: waiting });
  // Given up on without that anybody knows whether it arrived: what it carries shares its fate.
  await put(3, {
    ...{ status: "parked", route: "push", carries: [keyOf(2)], outcomeUnknownSince: Date.now() },
    ...{ list: "parked", listedAs: listedAs({ at, code: "line.timeout", sequence: "3" }), job: "{}" },
    steps: [{ at, is: "parked", code: "line.timeout", reason: "LINE did not answer" }],
  });
  await put(4, {
    ...{ status: "delivered", route: "reply", carriedBy: keyOf(5), finishedAt: at + 57_000 },
    steps: [...waiting, { at: at + 64_000, is: "delivered", route: "reply" }],
  });
  const slot = { at: at + 300_000, delayedMs: 0 };
  await put(6, {
    ...{ status: "claimed", attempts: 0, limited: { since: at, refusals: 1, slot } },
    steps: [step(1, "claimed"), { at: at + 2_000, is: "postponed", code: "model.rate_limited" }],
  });
});
afterAll(async () => {
  dynamo.destroy();
  await local.stop();
});

const put = (n: number, turn: Partial<TurnItem> & Pick<TurnItem, "status">) =>
  turns.create({
    ...{ chatId, key: keyOf(n), eventId: `event-${n}`, sequence: String(n) },
    ...{ owner: "", leaseUntil: 0, attempts: 1, expiresAt: Math.floor(Date.now() / 1000) + 86_400 },
    ...{ question: JSON.stringify(textContent(`wisteria ${n}`)), idempotencyKey: `key ${n}` },
    messages: JSON.stringify([{ type: "text", text: `re: wisteria ${n}` }]),
    ...turn,
  });

const run = async (...args: string[]) => (await henji(args, local.environment)).output;
const trace = (n: number, ...args: string[]) => run("trace", `event-${n}`, "--chat", chatId, ...args);

test("trace: a question that waits for the model's limit, and how long at least", async () => {
  const output = await trace(6);
  expect(output).toMatch(/^waits +for the model's limit, at least until .* 12:05:00$/m);
  expect(output).toMatch(/ claimed *\n.* postponed +model.rate_limited/);
  expect(JSON.parse(await trace(6, "--json"))).toMatchObject({
    waitsForModelLimitTo: "2026-11-28T03:05:00.000Z",
  });
});

test("trace: an answer that waits, until when, and when its user was told", async () => {
  const output = await trace(1);
  expect(output).toMatch(/^status +waiting, attempt 1$/m);
  expect(output).toMatch(/^waits +for a tap or the next message, or until it is pushed at .* 12:05:57$/m);
  expect(output).toMatch(/ claimed\n.* 12:00:41 +told +that it takes long\n.* answered\n.* waiting/);
  expect(JSON.parse(await trace(1, "--json"))).toMatchObject({
    ...{ toldItTakesLongAt: "2026-11-28T03:00:41.000Z", pushedAt: "2026-11-28T03:05:57.000Z" },
    steps: [{ is: "claimed" }, { is: "answered" }, { is: "waiting" }],
  });
});

test("trace: which turn brings an answer, and which has brought it", async () => {
  expect(await trace(2)).toMatch(/^status +carried, .*\nis brought by +event-3$/m);
  expect(await trace(3)).toMatch(/^brings +event-2$/m);
  const delivered = await trace(4);
  // When it was brought, not when it began to wait.
  expect(delivered).toMatch(
    /^status +delivered, attempt 1, 60\.0 s after it was sent\nwas brought by +event-5$/m,
  );
  expect(delivered).toMatch(/ delivered +reply of another/);
});

test("dead: a replay and a drop say what becomes of what the turn brings", async () => {
  const show = await run("dead", "show", "event-3");
  expect(show).toMatch(/^brings +event-2$/m);
  expect(show).toMatch(/^a replay +sends the stored answer, and one that waits, in front of it$/m);
  expect(await run("dead", "replay", "event-3")).toContain(
    "1 × sends the stored answer, and one that waits, in front of it",
  );
  expect(await run("dead", "drop", "event-3")).toContain(
    "of what it was to bring, 1 may have arrived with it, and go out with no other",
  );
});

test("chat show, export and erase: what waits is stored text like any other", async () => {
  const show = await run("chat", "show", chatId);
  expect(show).toMatch(/1 waiting, 1 carried/);
  expect(show).toMatch(/claimed > told that it takes long > answered > waiting/);
  const exported = await run("chat", "export", chatId);
  for (const n of [1, 2, 3, 4]) expect(exported).toContain(`re: wisteria ${n}`);
  expect(await run("chat", "erase", chatId)).toContain("erase the text of 5 turns");
  await run("chat", "erase", chatId, "--yes");
  expect(await run("chat", "export", chatId)).not.toContain("wisteria");
  expect(JSON.parse(await trace(1, "--json"))).toMatchObject({ status: "dropped", erased: true });
});
