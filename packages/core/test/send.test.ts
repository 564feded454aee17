import type { BotError } from "@henji/core/error";
import type { Held } from "@henji/core/held";
import type { Delivery } from "@henji/core/platform/platform";
import { createSend } from "@henji/core/send";
import type { AnsweredTurn, Turn } from "@henji/core/turn/turn";
import { beforeEach, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { held, platformWith } from "./held.ts";
import { answered, claimed } from "./turns.ts";

const now = 1_800_000_000_000;
let writes: unknown[];

beforeEach(() => {
  writes = [];
});

const send = createSend({
  bot,
  turns: {
    supersede: async (turn) => void writes.push(["supersede", turn]),
    usePush: async (turn) => void writes.push(["use push", turn]),
    delivered: async (turn, { route, requestId }) => void writes.push(["delivered", turn, route, requestId]),
  },
  identify: (userId) => userId,
  clock: { now: () => now, timeout: () => new AbortController().signal },
});

/** What the platform is given for an answer that was stored just now, or was found stored. */
async function deliveryOf(turn: AnsweredTurn, found: Turn = claimed()): Promise<Delivery> {
  const deliveries: Delivery[] = [];
  const platform = platformWith({
    async deliver(delivery) {
      deliveries.push(delivery);
      return { route: "push", requestId: "r1" };
    },
  });
  const holding: Held = held({ platform, turn: found });
  await send({ turn, past: undefined }, holding);
  expect(deliveries).toHaveLength(1);
  return deliveries[0]!;
}

test("a call is made only if the lease lasts for as long as the call can take", async () => {
  const { mustHold } = await deliveryOf(answered({ leaseUntil: now + 4_000 }));
  expect(() => mustHold(4_000)).not.toThrow();
  expect(() => mustHold(4_001)).toThrow(
    expect.objectContaining<Partial<BotError>>({
      code: "turn.lease_expired",
      retry: "later",
      outcome: "failed",
    }),
  );
});

test("an answer may have been sent only if an attempt died with it stored, or its outcome is unknown", async () => {
  const maybeSent = async (found: Turn) => (await deliveryOf(answered(), found)).maybeSent;
  expect(await maybeSent(claimed())).toBe(false);
  expect(await maybeSent(claimed({ crashes: 1 }))).toBe(false);
  expect(await maybeSent(answered())).toBe(false);
  expect(await maybeSent(answered({ crashes: 1 }))).toBe(false);
  expect(await maybeSent(answered({ outcomeUnknownSince: 0 }))).toBe(true);
});

test("the turn records the switch to push, and the route by which its answer was sent", async () => {
  const turn = answered({}, { route: "reply" });
  const { usePush } = await deliveryOf(turn);
  await usePush();
  expect(writes).toEqual([
    ["delivered", turn, "push", "r1"],
    ["use push", turn],
  ]);
});
