import { createChatFinder } from "@henji/core/chat/find";
import { systemClock } from "@henji/core/clock";
import { chatHash } from "@henji/core/log";
import { maxEventAgeMs } from "@henji/core/settings";
import { createDelivered } from "@henji/core/turn/delivered";
import type { TurnItem } from "@henji/core/turn/entity";
import { createTurnFinder } from "@henji/core/turn/find";
import { listedAs } from "@henji/core/turn/listed-as";
import { turnKeyOf } from "@henji/core/turn/place";
import { createTurnStore } from "@henji/core/turn/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTable, type TestTable } from "./table.ts";

let table: TestTable;

beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());

const hour = 3_600_000;
const noon = Date.parse("2026-12-01T12:00:00Z");
const at = (hours: number) => noon + hours * hour;

/** @param list of the index; not set: it is on none */
async function put(chatId: string, eventId: string, sentAt: number, item: Partial<TurnItem> = {}) {
  const { key } = turnKeyOf(chatId, { eventId, at: sentAt });
  await createTurnStore(table).create({
    ...{ chatId, key, eventId, sequence: "1", status: "delivered", owner: "", leaseUntil: 0, attempts: 1 },
    ...(item.list !== undefined && { listedAs: listedAs({ at: sentAt, code: "", sequence: "1" }) }),
    ...{ expiresAt: sentAt / 1000 + 86_400, ...item },
  });
  return { chatId, key };
}

const finder = () => createTurnFinder(table, systemClock);

test("a turn is found by its event among what is parked, and only there", async () => {
  const parked = await put("P1", "parked-1", at(0), { list: "parked", status: "parked" });
  await put("P1", "answered-1", at(1), { list: "day#2026-12-01" });
  expect(await finder().parked("parked-1")).toMatchObject(parked);
  expect(await finder().parked("answered-1")).toBeUndefined();
  expect(await finder().parked("arked-1")).toBeUndefined();
});

test("in one chat it is found within its times, both of them included, or in the whole history", async () => {
  const key = await put("C1", "e1", at(0));
  await put("C2", "e2", at(0));
  const times = (from: number, to: number) => finder().inChat("C1", "e1", { from: at(from), to: at(to) });
  expect(await times(-1, 1)).toEqual(key);
  expect(await times(0, 0)).toEqual(key);
  expect(await times(-2, -1)).toBeUndefined();
  expect(await times(1, 2)).toBeUndefined();
  expect(await finder().inChat("C1", "e1")).toEqual(key);
  expect(await finder().inChat("C1", "e2")).toBeUndefined();
  expect(await finder().inChat("C1", "e1", { from: -1, to: at(1) })).toEqual(key);
});

test("among the chats of some days each is looked at once, and within the times only", async () => {
  await put("D1", "first", at(0), { list: "day#2026-12-05" });
  await put("D1", "first-again", at(24), { list: "day#2026-12-06" });
  await put("D2", "other", at(0), { list: "day#2026-12-06" });
  // Not on a list itself: its chat is.
  const key = await put("D2", "later", at(1));
  const days = ["2026-12-05", "2026-12-06"];
  const looked: [number, number][] = [];
  const look = (eventId: string, from: number, to: number) =>
    finder().onDays(days, eventId, { from: at(from), to: at(to) }, (...seen) => looked.push(seen));
  expect(await look("later", 0, 2)).toEqual(key);
  expect(looked).toEqual([
    [1, 2],
    [2, 2],
  ]);
  expect(await look("later", 2, 3)).toBeUndefined();
  expect(await look("none", -9, 99)).toBeUndefined();
});

test("a scan reads the table page by page until it has found it", async () => {
  const count = 12;
  const question = JSON.stringify([{ kind: "text", text: "x".repeat(300_000) }]);
  for (let n = 0; n < count; n += 1) await put(`S${n}`, `big-${n}`, at(n), { question });
  const pages: number[] = [];
  expect(await finder().scan("none", (items) => pages.push(items))).toBeUndefined();
  expect(pages.length).toBeGreaterThan(2);
  expect(new Set(pages).size).toBe(pages.length);
  expect(pages).toEqual(pages.toSorted((a, b) => a - b));
  for (let n = 0; n < count; n += 1) {
    expect(await finder().scan(`big-${n}`, () => {})).toEqual({
      ...turnKeyOf(`S${n}`, { eventId: `big-${n}`, at: at(n) }),
    });
  }
  expect(await finder().tableSize()).toEqual({ items: expect.any(Number), bytes: expect.any(Number) });
});

test("a chat is found by its hash: among what is parked, then day by day, and no day further", async () => {
  await put("H1", "h1", at(0), { list: "parked", status: "parked" });
  await put("H2", "h2", at(0), { list: "day#2026-12-10" });
  await put("H3", "h3", at(0), { list: "day#2026-12-09" });
  const find = async (chatId: string, days = ["2026-12-10", "2026-12-09"]) => {
    const read: string[] = [];
    return [await createChatFinder(table)(chatHash(chatId), days, (day) => read.push(day)), ...read];
  };
  expect(await find("H1")).toEqual(["H1"]);
  expect(await find("H2")).toEqual(["H2", "2026-12-10"]);
  expect(await find("H3")).toEqual(["H3", "2026-12-10", "2026-12-09"]);
  expect(await find("H3", ["2026-12-10"])).toEqual([undefined, "2026-12-10"]);
});

test("what was sent lately: delivered turns of the last day's messages, of the chats that the days list", async () => {
  const day = { list: "day#2027-01-02" };
  const now = Date.parse("2027-01-02T00:02:00Z");
  const [since, timeZone] = [now - 300_000, "UTC"];
  const delivered = (chatId: string, ms: number, waitMs: number, item: Partial<TurnItem> = {}) =>
    put(chatId, `${chatId}-${ms}-${waitMs}`, now - ms - waitMs, { finishedAt: now - ms, ...item });
  await delivered("L1", 60_000, 1_500, day);
  await delivered("L1", 300_000, 2_500);
  await delivered("L1", 300_001, 3_500);
  await delivered("L1", 0, 4_500, { status: "dropped" });
  // Of a chat whose first answer of the day was given yesterday.
  await delivered("L2", 1_000, maxEventAgeMs - 1_000, { list: "day#2027-01-01" });
  await delivered("L2", 1_000, maxEventAgeMs, {});
  await delivered("L3", 1_000, 9_000);
  const sent = await createDelivered(table)({ since, now, timeZone, maxChats: 2 });
  expect(sent?.toSorted((a, b) => a.waitMs - b.waitMs)).toEqual([
    { at: now - 60_000, waitMs: 1_500 },
    { at: now - 300_000, waitMs: 2_500 },
    { at: now - 1_000, waitMs: maxEventAgeMs - 1_000 },
  ]);
  expect(await createDelivered(table)({ since, now, timeZone, maxChats: 1 })).toBeUndefined();
});
