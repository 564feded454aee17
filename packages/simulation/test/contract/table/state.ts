import { expect } from "vitest";
import { expiresAt, now, type TableTest } from "./chat.ts";

/** A chat's state and its versions. */
export function state(test: TableTest) {
  const used = { inputTokens: 9, cachedTokens: 8, outputTokens: 7 };
  const folded = (windowStart: string, summary: string) => ({ windowStart, summary, used, expiresAt });
  const empty = { windowStart: "", summary: "", unsent: [], erasedBefore: "", erasedTo: "" };

  test("the state changes only from the version that was read", async ({
    chat: { chats, chatId, recall },
  }) => {
    const none = await chats.state(chatId, now);
    expect(await chats.update(chatId, none, folded("k1", "Aki likes tea"))).toBe(true);
    expect(await chats.update(chatId, none, folded("k2", "lost"))).toBe(false);
    expect(await recall()).toMatchObject({
      windowStart: "k1",
      summary: "Aki likes tea",
      version: 1,
      fold: { ...used, version: 1 },
    });
    expect(await chats.update(chatId, await recall(), folded("k2", "猫が好き😀"))).toBe(true);
    expect(await recall()).toMatchObject({ windowStart: "k2", summary: "猫が好き😀", version: 2 });
  });

  test("one of several concurrent changes of a version is made, also of the first version", async ({
    chat: { chats, chatId },
  }) => {
    for (const version of [0, 1]) {
      const read = await chats.state(chatId, now);
      expect(read.version).toBe(version);
      const changes = ["a", "b", "c"].map((summary) => folded("k1", summary));
      const made = await Promise.all(changes.map((change) => chats.update(chatId, read, change)));
      expect(made.filter((isMade) => isMade)).toHaveLength(1);
      const { summary } = changes[made.indexOf(true)]!;
      expect(await chats.state(chatId, now)).toMatchObject({ summary, version: version + 1 });
    }
  });

  test("a change keeps the fields that it does not name", async ({
    chat: { chats, chatId, delivered, recall },
  }) => {
    await delivered("a1");
    const change = { windowStart: "k1", summary: "tea", unsent: ["M7"], erasedBefore: "k0", expiresAt };
    await chats.update(chatId, await recall(), change);
    await chats.update(chatId, await recall(), { summary: "", expiresAt });
    const kept = { ...empty, windowStart: "k1", unsent: ["M7"], erasedBefore: "k0", version: 2 };
    expect(await chats.state(chatId, now)).toEqual(kept);
    expect(await recall()).toMatchObject(kept);
  });

  test("the token usage of a fold is kept until the next fold, whatever changes in between", async ({
    chat: { chats, chatId, recall },
  }) => {
    await chats.update(chatId, await recall(), folded("k1", "tea"));
    await chats.update(chatId, await recall(), { summary: "", expiresAt });
    expect(await recall()).toMatchObject({ version: 2, fold: { ...used, version: 1 } });
    await chats.update(chatId, await recall(), folded("k2", "coffee"));
    expect(await recall()).toMatchObject({ version: 3, fold: { ...used, version: 3 } });
  });

  test("an expired state is empty, but keeps its version", async ({ chat: { chats, chatId, recall } }) => {
    await chats.update(chatId, await recall(), { ...folded("", "tea"), expiresAt: now / 1000 - 1 });
    const nothing = { ...empty, version: 1 };
    expect(await chats.state(chatId, now)).toEqual(nothing);
    expect(await recall()).toMatchObject({ ...nothing, fold: undefined });
    // The next change does not bring any of it back.
    expect(await chats.update(chatId, await recall(), { windowStart: "k1", expiresAt })).toBe(true);
    expect(await recall()).toMatchObject({ windowStart: "k1", summary: "", fold: undefined });
  });
}
