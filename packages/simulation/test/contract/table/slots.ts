import { createSlots } from "@henji/core/model/slots";
import { expect } from "vitest";
import { afterLease, claimed, now, type TableTest } from "./chat.ts";

const everyMs = 2_000;

/** The slots of a model, and turns that wait for one. */
export function slots(test: TableTest) {
  test("nobody waits for a model of which nothing is stored", async ({ chat: { slotsStore, chatId } }) => {
    expect(await createSlots(slotsStore, chatId).read()).toBeUndefined();
  });

  test("each takes a slot behind all others, whoever takes them at once", async ({
    chat: { slotsStore, chatId },
  }) => {
    const slots = createSlots(slotsStore, chatId);
    const taking = { everyMs, notBefore: now + everyMs, now };
    const taken = await Promise.all(Array.from({ length: 5 }, () => slots.take(taking)));
    const at = taken.map((one) => one!.nextAt - now).sort((a, b) => a - b);
    expect(at).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
    expect(await slots.read()).toEqual({ nextAt: now + 10_000, everyMs, delayedMs: 0 });
  });

  test("a slot is not before its time, and when all have passed the next is near", async ({
    chat: { slotsStore, chatId },
  }) => {
    const slots = createSlots(slotsStore, chatId);
    await slots.take({ everyMs, notBefore: now + 60_000, now });
    expect(await slots.take({ everyMs, notBefore: now + 90_000, now })).toMatchObject({
      nextAt: now + 90_000,
    });
    const later = now + 100_000;
    expect(await slots.take({ everyMs, notBefore: later, now: later })).toMatchObject({ nextAt: later });
    const other = createSlots(slotsStore, `${chatId}, another model`);
    expect(await other.take({ everyMs, notBefore: now, now })).toMatchObject({ nextAt: now });
  });

  test("of several that are refused at once, one puts all slots off", async ({
    chat: { slotsStore, chatId },
  }) => {
    const slots = createSlots(slotsStore, chatId);
    const seen = (await slots.take({ everyMs, notBefore: now + 2_000, now }))!;
    const delayed = await Promise.all(
      [5_000, 5_000].map((ms) => slots.delay(seen, ms, { everyMs: 3_000, now })),
    );
    const after = { nextAt: now + 7_000, everyMs: 3_000, delayedMs: 5_000 };
    expect(delayed).toEqual([after, after]);
    expect(await slots.ease(seen, { everyMs: 1_000, now })).toBeUndefined();
    expect(await slots.ease(after, { everyMs: 1_000, now })).toEqual({ ...after, everyMs: 1_000 });
    expect(await slots.take({ everyMs, notBefore: now, now })).toMatchObject({
      nextAt: now + 9_000,
      delayedMs: 5_000,
    });
  });

  test("a turn that waits for the model's limit has had no attempt, and keeps its slot and its crashes", async ({
    chat: { turns, claim, again },
  }) => {
    const died = claimed(await again(await claim(), afterLease));
    expect(died).toMatchObject({ attempts: 2, crashes: 1, limited: undefined });
    const limited = { since: now, refusals: 1, slot: { at: now + 60_000, delayedMs: 5_000 } };
    const postponing = { at: now, code: "model.rate_limited", limited };
    await turns.postpone(died, postponing);
    await turns.postpone(died, postponing);
    const back = claimed(await again(died, { ...afterLease, owner: "third" }));
    expect(back).toMatchObject({ attempts: 2, crashes: 1, limited, error: "model.rate_limited" });
    expect(back.steps.map(({ is }) => is)).toEqual(["claimed", "claimed", "postponed", "claimed"]);
    await expect(turns.postpone(died, postponing)).rejects.toMatchObject({ code: "turn.lost" });
  });

  test("a replay begins anew: it was not held up yet", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    const limited = { since: now, refusals: 1, slot: { at: now, delayedMs: 0 } };
    await turns.postpone(turn, { at: now, code: "model.rate_limited", limited });
    const replay = { id: "one", force: false };
    expect(claimed(await again(turn, { ...afterLease, replay }))).toMatchObject({ limited: undefined });
  });
}
