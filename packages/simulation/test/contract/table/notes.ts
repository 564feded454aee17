import { expect } from "vitest";
import { expiresAt, now, type TableTest } from "./chat.ts";

/** What is noted of a chat, by version. */
export function notes(test: TableTest) {
  test("notes are taken only from the version that was read", async ({ chat: { chats, chatId, recall } }) => {
    const used = { inputTokens: 9, cachedTokens: 8, outputTokens: 7 };
    const notes = (windowStart: string, summary: string) => ({ windowStart, summary, used, expiresAt });
    const none = await chats.notes(chatId, now);
    expect(await chats.note(chatId, none, notes("k1", "Aki likes tea"))).toBe(true);
    expect(await chats.note(chatId, none, notes("k2", "lost"))).toBe(false);
    expect(await recall()).toMatchObject({
      windowStart: "k1",
      summary: "Aki likes tea",
      version: 1,
      fold: { ...used, version: 1 },
    });
    expect(await chats.note(chatId, await recall(), notes("k2", "猫が好き😀"))).toBe(true);
    expect(await recall()).toMatchObject({ windowStart: "k2", summary: "猫が好き😀", version: 2 });
  });

  test("notes keep what a change does not name, and are found whatever else is in the chat", async ({
    chat: { chats, chatId, delivered, recall },
  }) => {
    await delivered("a1");
    const change = { windowStart: "k1", summary: "tea", unsent: ["M7"], erasedBefore: "k0", expiresAt };
    await chats.note(chatId, await recall(), change);
    await chats.note(chatId, await recall(), { summary: "", expiresAt });
    const notes = {
      ...{ windowStart: "k1", summary: "", unsent: ["M7"] },
      erasedBefore: "k0",
      erasedTo: "",
      version: 2,
    };
    expect(await chats.notes(chatId, now)).toEqual(notes);
    expect(await recall()).toMatchObject(notes);
  });

  test("expired notes say nothing, but keep their version", async ({ chat: { chats, chatId, recall } }) => {
    await chats.note(chatId, await recall(), { summary: "tea", expiresAt: now / 1000 - 1 });
    const nothing = {
      windowStart: "",
      summary: "",
      unsent: [],
      erasedBefore: "",
      erasedTo: "",
      version: 1,
    };
    expect(await chats.notes(chatId, now)).toEqual(nothing);
    expect(await recall()).toMatchObject(nothing);
    // And none of it comes back with the next change.
    expect(await chats.note(chatId, await recall(), { windowStart: "k1", expiresAt })).toBe(true);
    expect(await recall()).toMatchObject({ windowStart: "k1", summary: "" });
  });
}
