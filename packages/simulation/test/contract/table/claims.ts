import { expect } from "vitest";
import { afterLease, answerWith, later, type TableTest } from "./chat.ts";

/** How a turn is claimed, held, released and claimed again. */
export function claims(test: TableTest) {
  test("the first claim holds the turn", async ({ chat: { chatId, claim } }) => {
    const turn = await claim();
    expect(turn).toMatchObject({
      chatId,
      status: "claimed",
      owner: "first",
      leaseUntil: later,
      attempts: 1,
    });
    expect(turn.question).toBe("question 1");
    expect(turn.answer).toBeUndefined();
  });

  test("while the lease runs no other owner can claim", async ({ chat: { claim, again } }) => {
    const turn = await claim();
    expect(await again(turn)).toEqual({ kind: "held", until: later });
  });

  test("a claim whose response was lost may be repeated by its owner, and counts once", async ({
    chat: { claim, again },
  }) => {
    const turn = await claim();
    const repeated = await again(turn, { owner: "first" });
    expect(repeated).toMatchObject({ kind: "claimed", turn: { attempts: 1, crashes: 0 } });
    const second = await again(turn, afterLease);
    expect(second).toMatchObject({ turn: { attempts: 2 } });
    expect(await again(turn, afterLease)).toMatchObject({ turn: { attempts: 2 } });
  });

  test("an attempt that is released twice has ended once", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await turns.release(turn, { code: "model.timeout" });
    await turns.release(turn, { code: "model.timeout" });
    await again(turn, { ...afterLease, owner: "second" });
    const third = await again(turn, { now: later + 60_001, leaseUntil: later + 90_000, owner: "third" });
    expect(third).toMatchObject({ turn: { attempts: 3, crashes: 1 } });
  });

  test("after the lease the next worker claims, and its attempt is counted", async ({
    chat: { claim, again },
  }) => {
    const turn = await claim();
    expect(await again(turn, afterLease)).toMatchObject({
      kind: "claimed",
      turn: { owner: "second", attempts: 2, status: "claimed", question: turn.question },
    });
  });

  test("a released turn can be claimed at once", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await turns.release(turn, { code: "model.timeout" });
    expect(await again(turn)).toMatchObject({ kind: "claimed", turn: { attempts: 2 } });
  });

  test("an attempt that was not released has crashed", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    expect(turn.crashes).toBe(0);
    await turns.release(turn, { code: "model.unavailable" });
    const second = await again(turn);
    expect(second).toMatchObject({ turn: { attempts: 2, crashes: 0 } });
    expect(await again(turn, { ...afterLease, owner: "third" })).toMatchObject({
      turn: { attempts: 3, crashes: 1 },
    });
  });

  test("crashes before the answer was stored are counted apart from those after it", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    const second = await again(turn, afterLease);
    if (second.kind !== "claimed") throw new Error(second.kind);
    await turns.answer(second.turn, answerWith("late"), {}, later);
    await turns.release(second.turn, { code: "line.rate_limited" });
    const third = await again(turn, { ...afterLease, owner: "third" });
    expect(third).toMatchObject({ turn: { attempts: 3, crashes: 1, crashesBefore: 1 } });
  });
}
