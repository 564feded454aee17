import { createChats } from "@henji/core/chat/chats";
import { dayTotal } from "@henji/core/chat/day-total";
import { createChatStore } from "@henji/core/chat/store";
import { chatHash } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import type { Route } from "@henji/core/platform/platform";
import type { Answer, NoticeKind } from "@henji/core/turn/answer";
import { createTurnStore } from "@henji/core/turn/store";
import type { Turn } from "@henji/core/turn/turn";
import { createTurns } from "@henji/core/turn/turns";
import { createUsageReport, type DayReport } from "@henji/core/usage/report";
import { type ModelUsage, withSend } from "@henji/core/usage/usage";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTable, type TestTable } from "./table.ts";

const prices = { input: 1, cachedInput: 0.1, cacheWrite: 2, output: 10 };
const used: ModelUsage = { inputTokens: 1_000, cachedTokens: 400, outputTokens: 50 };
/** (600 × $2 + 400 × $0.1 + 50 × $10) / 1,000,000. */
const costUsd = 0.00174;

let timeZone = "UTC";
const hour = 60 * 60_000;
let table: TestTable;
/** Each test has a day of its own. */
let day = "2026-12-01";
let events = 0;

beforeAll(async () => {
  table = await openTable();
});
afterAll(() => table.close());
beforeEach(() => {
  timeZone = "UTC";
  day = new Date(Date.parse(day) + 7 * 24 * hour).toISOString().slice(0, 10);
});

const at = (hours: number, of = day) => Date.parse(of) + hours * hour;
const dayAfter = () => new Date(at(24)).toISOString().slice(0, 10);
const forDay = (of = day, ids = false): Promise<DayReport> =>
  createUsageReport(table).forDay(of, { prices, timeZone }, ids);

async function claim(chatId: string, sentAt: number) {
  events += 1;
  const eventId = `event-${events}`;
  const key = `${String(sentAt).padStart(13, "0")}#${eventId}`;
  const lease = {
    owner: "worker",
    now: sentAt,
    leaseUntil: sentAt + hour,
    expiresAt: sentAt,
    replay: undefined,
  };
  const asked = { question: textContent("hello"), messageId: eventId, senderId: chatId };
  const claimed = await createTurns(createTurnStore(table)).claim({
    chatId,
    key,
    sequence: "",
    eventId,
    ...asked,
    ...lease,
  });
  if (claimed.kind !== "claimed") throw new Error(claimed.kind);
  return claimed.turn;
}

type Said = {
  sentAt?: number;
  route?: Route;
  notice?: NoticeKind;
  /** Items that are read before it is answered. */
  remembered?: number;
};

/** One message, handled as by the worker. */
async function answer(chatId: string, finishedAt: number, { sentAt, ...said }: Said = {}) {
  await answered(await claim(chatId, sentAt ?? finishedAt), finishedAt, said);
}

/** The total is read with the chat's memory and stored with the turn. */
async function answered(
  turn: Turn,
  finishedAt: number,
  { route = "reply", notice, remembered = 62 }: Said = {},
) {
  const before = dayTotal(await chats().recall(turn, remembered, finishedAt), turn, finishedAt, timeZone);
  const sent = notice === "daily_limit" ? "limit_notice" : notice ? "notice" : used;
  const said: Answer = {
    ...{ messages: [], idempotencyKey: "", route },
    ...(notice
      ? { from: "bot", notice }
      : { from: "model", usage: used, tokens: undefined, refused: false, repeats: undefined }),
  };
  const turns = createTurns(createTurnStore(table));
  const stored = await turns.answer(turn, said, { at: finishedAt, leaseUntil: finishedAt + hour });
  const total = withSend(before, route, sent);
  await turns.delivered(stored, { route, requestId: undefined, at: finishedAt, total, folding: undefined });
}

const chats = () => createChats(createChatStore(table));

test("a day's report has each chat's last total, the most expensive first, and their sum", async () => {
  for (const hours of [1, 2, 3]) await answer("U-many", at(hours));
  await answer("U-few", at(2), { route: "push" });
  const { chats, total } = await forDay();
  expect(chats).toEqual([
    {
      ...{ chat: chatHash("U-many"), answers: 3, replies: 3, pushes: 0, refused: false },
      ...{ inputTokens: 3_000, cachedTokens: 1_200, outputTokens: 150, costUsd: expect.closeTo(3 * costUsd) },
    },
    {
      ...{ chat: chatHash("U-few"), answers: 1, replies: 0, pushes: 1, refused: false },
      ...{ ...used, costUsd: expect.closeTo(costUsd) },
    },
  ]);
  expect(total).toEqual({
    ...{ chats: 2, answers: 4, replies: 3, pushes: 1, refused: 0 },
    ...{ inputTokens: 4_000, cachedTokens: 1_600, outputTokens: 200, costUsd: expect.closeTo(4 * costUsd) },
  });
});

test("an answer that is brought back counts, though its question came before the one in the day's list", async () => {
  const turn = await claim("U-back", at(1));
  await answer("U-back", at(2));
  await answered(turn, at(3));
  expect((await forDay()).chats).toMatchObject([{ answers: 2, inputTokens: 2_000 }]);
});

test("a chat that came to the day's list again, after many messages, is in the report once", async () => {
  for (const hours of [1, 2, 3, 4]) await answer("U-again", at(hours), { remembered: 2 });
  expect((await forDay()).chats).toMatchObject([{ answers: 4 }]);
});

test("a chat's id is included only on request", async () => {
  await answer("U-secret", at(1));
  const report = await createUsageReport(table).forDay(day, { prices, timeZone });
  expect(JSON.stringify(report)).not.toContain("U-secret");
  expect(await forDay()).toEqual(report);
  expect((await forDay(day, true)).chats).toMatchObject([{ chatId: "U-secret" }]);
});

test("of a long day the newest total counts, and no text is read for it", async () => {
  for (let n = 0; n < 12; n += 1) await answer("U-talks", at(1) + n);
  const read: string[] = [];
  const client = table.newClient();
  client.middlewareStack.add(
    (next) => (args) => {
      read.push(JSON.stringify(args.input));
      return next(args);
    },
    { step: "initialize" },
  );
  const report = await createUsageReport({ ...table, client }).forDay(day, { prices, timeZone });
  client.destroy();
  expect(report.total).toMatchObject({ chats: 1, answers: 12 });
  const [, ofChat = ""] = read;
  expect(JSON.parse(ofChat)).toHaveProperty("ProjectionExpression");
  expect(ofChat).toContain('"usage"');
  expect(ofChat).not.toMatch(/"question"|"messages"/);
});

test("a turn counts on the day on which it was finished", async () => {
  await answer("U-days", at(23));
  await answer("U-days", at(24.1), { sentAt: at(23.99) });
  await answer("U-days", at(25));
  expect((await forDay()).total).toMatchObject({ chats: 1, answers: 1 });
  expect((await forDay(dayAfter())).total).toMatchObject({ chats: 1, answers: 2 });
});

test("LINE's clock may be ahead of ours", async () => {
  await answer("U-ahead", at(12));
  await answer("U-ahead", at(24) - 1_000, { sentAt: at(24) + 5_000 });
  await answer("U-far-ahead", at(24) - 1_000, { sentAt: at(25) });
  expect((await forDay()).total).toMatchObject({ chats: 2, answers: 3 });
});

test("a fold counts with the first turn after it", async () => {
  await answer("U-fold", at(1));
  const fold = { inputTokens: 5_000, cachedTokens: 0, outputTokens: 300 };
  await chats().update("U-fold", await chats().state("U-fold", 0), {
    used: fold,
    expiresAt: at(999) / 1000,
  });
  expect((await forDay()).total.inputTokens).toBe(1_000);
  await answer("U-fold", at(2));
  expect((await forDay()).total).toMatchObject({ answers: 2, inputTokens: 7_000, outputTokens: 400 });
});

test("a user who was told of the limit is marked", async () => {
  await answer("U-eager", at(1));
  await answer("U-eager", at(2), { notice: "daily_limit" });
  await answer("U-calm", at(2));
  const { chats, total } = await forDay();
  expect(chats.find(({ chat }) => chat === chatHash("U-eager"))).toMatchObject({
    ...{ answers: 1, replies: 2, refused: true },
  });
  expect(total).toMatchObject({ chats: 2, refused: 1 });
});

test("the most expensive chat is first, whichever wrote first; among equals the order is always the same", async () => {
  const equals = ["U-a", "U-b", "U-e"].map((chatId) => ({ chatId, chat: chatHash(chatId) }));
  equals.sort((a, b) => (a.chat < b.chat ? 1 : -1));
  for (const [n, { chatId }] of equals.entries()) await answer(chatId, at(1) + n);
  for (const hours of [1, 2]) await answer("U-c", at(hours));
  for (const hours of [1, 2, 3]) await answer("U-d", at(hours));
  expect((await forDay()).chats.map(({ chat }) => chat)).toEqual([
    ...["U-d", "U-c"].map(chatHash),
    ...equals.map(({ chat }) => chat).reverse(),
  ]);
});

test("turns without an answer after the last one change nothing", async () => {
  await answer("U-stuck", at(1));
  for (let n = 0; n < 25; n += 1) await claim(`U-stuck`, at(2) + n);
  expect((await forDay()).total).toMatchObject({ chats: 1, answers: 1 });
});

test("a message brought back days later counts, and its chat only once", async () => {
  await answer("U-late", at(5), { sentAt: at(-60) });
  expect((await forDay()).total).toMatchObject({ chats: 1, answers: 1 });
  await answer("U-late", at(6));
  await answer("U-late", at(7), { sentAt: at(-59) });
  // The message brought back includes the totals of the turns after it.
  expect((await forDay()).total).toMatchObject({ chats: 1, answers: 3 });
});

test("pages of the table are read to their end", async () => {
  for (let n = 0; n < 5; n += 1) await answer(`U-page-${n}`, at(n + 1));
  const client = table.newClient();
  client.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, Limit: 2 } }), {
    step: "initialize",
  });
  const report = await createUsageReport({ ...table, client }).forDay(day, { prices, timeZone });
  client.destroy();
  expect(report.total).toMatchObject({ chats: 5, answers: 5 });
});

test("many chats are read side by side, but not all at once", async () => {
  for (let n = 0; n < 60; n += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, i) => answer(`U-crowd-${n + i}`, at(1))));
  }
  let open = 0;
  let most = 0;
  const client = table.newClient();
  client.middlewareStack.add(
    (next) => async (args) => {
      open += 1;
      most = Math.max(most, open);
      return next(args).finally(() => {
        open -= 1;
      });
    },
    { step: "initialize" },
  );
  const report = await createUsageReport({ ...table, client }).forDay(day, { prices, timeZone });
  client.destroy();
  expect(report.total.chats).toBe(60);
  expect(most).toBe(16);
});

test("a day on which nobody wrote is empty", async () => {
  expect(await forDay()).toMatchObject({ chats: [], total: { chats: 0, costUsd: 0 } });
});

test("a day begins and ends in the bot's time zone, also in summer time", async () => {
  // New York puts its clocks forward on this Sunday at 2: the day has 23 hours, from 5:00 to 4:00 UTC.
  timeZone = "America/New_York";
  const sunday = "2027-03-14";
  const utc = (time: string) => Date.parse(`2027-03-${time}:00Z`);
  await answer("U-new-york", utc("14T04:59"));
  for (const time of ["14T05:00", "15T03:58", "15T03:59"]) await answer("U-new-york", utc(time));
  await answer("U-new-york", utc("15T04:00"));
  expect((await forDay("2027-03-13")).total).toMatchObject({ chats: 1, answers: 1 });
  expect((await forDay(sunday)).total).toMatchObject({ chats: 1, answers: 3 });
  expect((await forDay("2027-03-15")).total).toMatchObject({ chats: 1, answers: 1 });
});
