import { type Chats, createChats } from "@henji/core/chat/chats";
import { createErase } from "@henji/core/chat/erase";
import { createLog } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import { deadlines, notesRetakenMs } from "@henji/core/settings";
import { createTurns, type Turns } from "@henji/core/turn/turns";
import { createMemoryTable, type MemoryTable } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";

const SIDE_BY_SIDE = 25;
const sentAt = 1_800_000_000_000;

let now: number;
let table: MemoryTable & { turns: Turns; chats: Chats };
beforeEach(() => {
  now = sentAt;
  const memory = createMemoryTable();
  table = { ...memory, turns: createTurns(memory.turnStore), chats: createChats(memory.chatStore) };
});

/** Leaves just enough time for the calls before the last write. */
function request(timeMs: number) {
  const before = { key: `${sentAt}#E9`, sequence: "9" };
  const deadline = sentAt + timeMs + deadlines.reserveMs;
  return { chatId: "U1", before, deadline, log: createLog({ write: () => {} }) };
}

function erase(overrides: { turns?: Partial<typeof table.turns>; chats?: Partial<typeof table.chats> } = {}) {
  return createErase({
    turns: { ...table.turns, ...overrides.turns },
    chats: { ...table.chats, ...overrides.chats },
    retentionDays: 30,
    clock: { now: () => now, timeout: () => new AbortController().signal },
  });
}

async function claim(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const eventId = `E${n}`;
    const key = `${sentAt - count + n}#${eventId}`;
    const said = {
      question: textContent("My PIN is 4711"),
      messageId: eventId,
      senderId: "U1",
      owner: "w",
      replay: undefined,
    };
    const times = { now, leaseUntil: now, expiresAt: now / 1000 + 1 };
    await table.turns.claim({ chatId: "U1", key, sequence: String(n), eventId, ...said, ...times });
  }
}

test("turns are erased side by side, at most 25 at once", async () => {
  await claim(35);
  let open = 0;
  let most = 0;
  const turns = {
    async erase(key: Parameters<typeof table.turns.erase>[0]) {
      open += 1;
      most = Math.max(most, open);
      await table.turns.erase(key);
      open -= 1;
    },
  };
  await erase({ turns }).chat(request(0));
  expect(most).toBe(SIDE_BY_SIDE);
  expect(table.textOf("U1")).not.toContain("4711");
});

test("no write is started without time left for it", async () => {
  await claim(30);
  const turns = {
    async erase(key: Parameters<typeof table.turns.erase>[0]) {
      now = sentAt + 1;
      await table.turns.erase(key);
    },
  };
  const error = { code: "chat.not_erased_yet", retry: "later" };
  await expect(erase({ turns }).chat(request(0))).rejects.toMatchObject(error);
  expect(table.textOf("U1").split("4711")).toHaveLength(5 + 1);
});

test("if the notes keep changing, they and everything after them are left to the next attempt", async () => {
  await claim(1);
  let tries = 0;
  const chats = {
    async update() {
      tries += 1;
      return false;
    },
  };
  const error = { code: "chat.busy", retry: "later" };
  await expect(erase({ chats }).chat(request(0))).rejects.toMatchObject(error);
  expect(tries).toBe(3);
  expect(table.textOf("U1")).toContain("4711");
});

test("an erased message is searched for as far back as it can have been written, and no further", async () => {
  const from: string[] = [];
  const chats = {
    page(...range: Parameters<typeof table.chats.page>) {
      from.push(range[1]);
      return table.chats.page(...range);
    },
  };
  await erase({ chats }).message({ messageId: "M1", since: sentAt - 1 }, request(0));
  expect(from).toEqual([String(sentAt - 1)]);
});

test("notes that contained an unsent message are taken again from the turns of one month, not from older ones", async () => {
  await claim(1);
  const state = await table.chats.state("U1", now);
  const windowStart = String(sentAt);
  await table.chats.update("U1", state, { windowStart, summary: "PIN 4711", expiresAt: now / 1000 + 1 });
  await erase().message({ messageId: "E0", since: 0 }, request(0));
  expect(await table.chats.state("U1", now)).toMatchObject({
    windowStart: String(sentAt - notesRetakenMs),
    summary: "",
  });
});
