import type { StateChange } from "@henji/core/chat/state";
import { createLeavePast } from "@henji/core/context/leave-past";
import { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { beforeEach, expect, test } from "vitest";
import { nothingRemembered } from "./turns.ts";

const turn = { chatId: "U1", key: "1800000000005#E1" };
let changes: StateChange[];
let logged: Record<string, unknown>[];

beforeEach(() => {
  [changes, logged] = [[], []];
});

async function leavePast(windowStart: string, update: () => Promise<boolean> = async () => true) {
  const leave = createLeavePast({
    chats: {
      update(_chatId, _state, change) {
        changes.push(change);
        return update();
      },
    },
    ...{ retentionDays: 30, clock: { now: () => 0, timeout: () => new AbortController().signal } },
  });
  const log = createLog({ write: (line) => void logged.push(JSON.parse(line)) });
  await leave(turn, { ...nothingRemembered, windowStart, summary: "Aki likes tea" }, log);
}

test("a refused window is moved to the current turn, and the notes are emptied", async () => {
  await leavePast("1800000000001");
  expect(changes).toMatchObject([{ windowStart: "1800000000005", summary: "" }]);
  expect(logged).toMatchObject([{ name: "window.refused", code: "model.refused", moved: true }]);
});

test("a replayed message does not move the window back", async () => {
  await leavePast("1800000000009");
  expect(changes).toMatchObject([{ windowStart: "1800000000009", summary: "" }]);
});

test("a window that cannot be moved is logged, and the answer is not affected", async () => {
  await leavePast("", async () => false);
  await leavePast("", () =>
    Promise.reject(new BotError("table.throttled", "DynamoDB asks to wait", { retry: "later" })),
  );
  expect(logged).toMatchObject([
    { name: "window.refused", moved: false },
    { name: "window.not_moved", code: "table.throttled" },
  ]);
});
