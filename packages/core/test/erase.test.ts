import { createErase } from "@henji/core/chat/erase";
import { createLog } from "@henji/core/log";
import { deadlines, notesRetakenMs, unsentWithinMs } from "@henji/core/settings";
import { createMemoryTable } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";

const SIDE_BY_SIDE = 25;
const sentAt = 1_800_000_000_000;

let now: number;
let table: ReturnType<typeof createMemoryTable>;
beforeEach(() => {
  now = sentAt;
  table = createMemoryTable();
});

/** With time for as long as the calls before the last write take. */
function request(timeMs: number) {
  const before = { key: `${sentAt}#E9`, sequence: "9" };
  return { chatId: "U1", eventId: "E9", before, deadline: sentAt + timeMs + deadlines.reserveMs };
}

function erase(overrides: { turns?: Partial<typeof table.turns>; chats?: Partial<typeof table.chats> } = {}) {
  return createErase({
    turns: { ...table.turns, ...overrides.turns },
    chats: { ...table.chats, ...overrides.chats },
    retentionDays: 30,
    clock: { now: () => now, timeout: () => new AbortController().signal },
    log: createLog({ write: () => {} }),
  });
}

async function claim(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const eventId = `E${n}`;
    const key = `${sentAt - count + n}#${eventId}`;
    const said = { question: "My PIN is 4711", messageId: eventId, owner: "w", replay: undefined };
    const times = { now, leaseUntil: now, expiresAt: now / 1000 + 1 };
    await table.turns.claim({ chatId: "U1", key, sequence: String(n), eventId, ...said, ...times });
  }
}

test("turns are erased side by side, but no more of them at once than the table bears", async () => {
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

test("no write is begun for which there is no time left", async () => {
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

test("notes that somebody else keeps changing are left for another attempt, and so is everything behind them", async () => {
  await claim(1);
  let tries = 0;
  const chats = {
    async note() {
      tries += 1;
      return false;
    },
  };
  const error = { code: "chat.busy", retry: "later" };
  await expect(erase({ chats }).chat(request(0))).rejects.toMatchObject(error);
  expect(tries).toBe(3);
  expect(table.textOf("U1")).toContain("4711");
});

test("an unsent message is looked for as far back as LINE lets it be unsent, and no further", async () => {
  const from: string[] = [];
  const chats = {
    page(...range: Parameters<typeof table.chats.page>) {
      from.push(range[1]);
      return table.chats.page(...range);
    },
  };
  await erase({ chats }).message("M1", request(0));
  expect(from).toEqual([String(sentAt - unsentWithinMs)]);
});

test("notes that held an unsent message are taken again from the turns of a month, and no older ones", async () => {
  await claim(1);
  const notes = await table.chats.notes("U1", now);
  const windowStart = String(sentAt);
  await table.chats.note("U1", notes, { windowStart, summary: "PIN 4711", expiresAt: now / 1000 + 1 });
  await erase().message("E0", request(0));
  expect(await table.chats.notes("U1", now)).toMatchObject({
    windowStart: String(sentAt - notesRetakenMs),
    summary: "",
  });
});
