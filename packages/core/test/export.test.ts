import type { Page } from "@henji/core/chat/chats";
import { textContent } from "@henji/core/platform/content";
import { compose, fits, type TextMessage, wordsOn } from "@henji/core/platform/line/compose";
import { createExport, type ExportRequest } from "@henji/core/reply/export";
import type { StoredTurn } from "@henji/core/turn/past";
import { expect, test } from "vitest";
import ownBot from "../../../bot.config.ts";

const start = Date.UTC(2027, 0, 15, 8);
const keyAt = (at: number) => `${at}#E`;
const texts = {
  ...ownBot.texts.en,
  export: "Everything ({timeZone}):",
  memory: "Notes:",
  nothingStored: "Nothing is stored.",
};
const bot = { ...ownBot, timeZone: "Asia/Tokyo", texts: { ...ownBot.texts, en: texts } };
const heading = "Everything (Japan Standard Time):";

function asked(n: number, question: string, answer = "ok"): StoredTurn {
  const key = keyAt(start + n * 60_000);
  const past = { key, question: textContent(question), answer };
  return {
    ...{
      key,
      sequence: "1",
      status: "delivered",
      messageId: "M",
      origin: key,
      isErased: false,
      wasReplayed: false,
    },
    ...{ question: past.question, answer, hasNotice: false, past, unanswered: undefined },
  };
}

const request: ExportRequest = {
  turn: { chatId: "U1", key: keyAt(start + 3_600_000), sequence: "2", senderId: "U1" },
  chat: { type: "user" },
  ...{ from: undefined, now: start, summary: "", platform: { compose, fits }, language: "en" },
};

async function exported(page: Page, more: Partial<ExportRequest> = {}, from = bot) {
  const calls: unknown[] = [];
  const chats = {
    async page(...args: unknown[]) {
      calls.push(args);
      return page;
    },
  };
  const messages = (await createExport(from, chats)({ ...request, ...more })) as TextMessage[];
  for (const { type, text } of messages) expect([type, text.length <= 5_000]).toEqual(["text", true]);
  for (const { quickReply } of messages.slice(0, -1)) expect(quickReply).toBeUndefined();
  const [button, ...others] = messages.at(-1)?.quickReply?.items ?? [];
  expect(others).toEqual([]);
  const next = button && /^(?:export my data|データを見せて) (\d{13})$/.exec(wordsOn(button.action))?.[1];
  return { texts: messages.map(({ text }) => text), next, calls, label: button?.action.label };
}

test("an export has everything that fits, with its time, and the notes last", async () => {
  const turns = [asked(0, "one\ntwo"), asked(1, "three", "four")];
  const { texts, next, calls } = await exported({ turns, next: undefined }, { summary: "Aki likes tea." });
  expect(texts).toEqual([
    [
      heading,
      "2027-01-15 17:00 GMT+9\n> one\n> two\nok",
      "2027-01-15 17:01 GMT+9\n> three\nfour",
      "Notes:\nAki likes tea.",
    ].join("\n\n"),
  ]);
  expect(next).toBeUndefined();
  expect(calls).toEqual([["U1", "", `${start + 3_600_000}~`, start]]);
});

test("a message without an answer is included; the export itself and later messages are not", async () => {
  const unanswered = { ...asked(0, ""), past: undefined, unanswered: textContent("Hello?") };
  const erased = { ...asked(1, ""), past: undefined };
  const { texts } = await exported({
    turns: [unanswered, erased, { ...asked(60, "/export"), sequence: "2" }, asked(61, "later")],
    next: undefined,
  });
  expect(texts).toEqual([`${heading}\n\n2027-01-15 17:00 GMT+9\n> Hello?`]);
});

test("an export says if nothing is stored, but not on a later page", async () => {
  expect(await exported({ turns: [], next: undefined })).toMatchObject({
    texts: ["Nothing is stored."],
    next: undefined,
  });
  const next = keyAt(start + 60_000);
  expect(await exported({ turns: [], next })).toMatchObject({
    texts: [heading],
    next: String(start + 60_000),
  });
  expect(await exported({ turns: [], next }, { from: String(start) })).toMatchObject({
    texts: [heading],
  });
});

test("a page has as much as fits into five messages, and the next page continues there", async () => {
  const turns = Array.from({ length: 8 }, (_, n) => asked(n, "x".repeat(4_000)));
  const first = await exported({ turns, next: undefined }, { summary: "notes" });
  expect(first.texts).toHaveLength(5);
  expect(first.texts.join("").match(/GMT/g)).toHaveLength(5);
  expect(first.texts.join("")).not.toMatch(/…|notes/);
  expect(first.next).toBe(String(start + 5 * 60_000));

  const second = await exported(
    { turns: turns.slice(5), next: undefined },
    { from: first.next, summary: "notes" },
  );
  expect(second.texts.join("\n")).toMatch(/^2027-01-15 17:05 GMT\+9[\s\S]*Notes:\nnotes$/);
  expect(second.next).toBeUndefined();
});

test("the notes are on the last page", async () => {
  const page = { turns: [asked(0, "one")], next: keyAt(start + 60_000) };
  const { texts, next } = await exported(page, { summary: "notes" });
  expect(texts.join("")).not.toContain("notes");
  expect(next).toBe(String(start + 60_000));
});

test("only a message that fits into no page is cut, with a notice", async () => {
  const { texts, next } = await exported(
    { turns: [asked(0, `${"x".repeat(4_999)}\n`.repeat(7)), asked(1, "two")], next: undefined },
    { from: String(start) },
  );
  expect(texts).toHaveLength(5);
  expect(texts.map((text) => text.endsWith("…"))).toEqual([false, false, false, false, true]);
  expect(texts.at(-1)!.length).toBeGreaterThan(4_900);
  expect(next).toBe(String(start + 60_000));
});

test("the next page starts later, even if all turns of a page have the same time", async () => {
  const turns = [asked(0, "x\n".repeat(15_000)), { ...asked(0, "two"), key: `${start}#F` }];
  expect((await exported({ turns, next: undefined }, { from: String(start) })).next).toBe(String(start + 1));
  expect((await exported({ turns, next: undefined }, { from: String(start - 1) })).next).toBe(String(start));
});

test("the button for the next page is in the user's language, and is missing if the command has no words", async () => {
  const page = { turns: [asked(0, "one")], next: keyAt(start + 60_000) };
  const next = String(start + 60_000);
  expect(await exported(page)).toMatchObject({ label: "export my data →", next });
  expect(await exported(page, { language: "ja" })).toMatchObject({ label: "データを見せて →", next });
  const commands = { ...bot.commands, export: [] };
  expect(await exported(page, {}, { ...bot, commands })).toMatchObject({ label: undefined, next: undefined });
});

test("messages are shown unchanged, Markdown included", async () => {
  const { texts } = await exported({ turns: [asked(0, "**one**", "# two")], next: undefined });
  expect(texts).toEqual([`${heading}\n\n2027-01-15 17:00 GMT+9\n> **one**\n# two`]);
});
