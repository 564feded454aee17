import { expect } from "vitest";
import {
  afterLease,
  answerWith,
  claimed,
  failure,
  later,
  questionOf,
  storing,
  type TableTest,
} from "./chat.ts";

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
    expect(turn).toMatchObject({ question: questionOf(1), messageId: "M1", senderId: "Uaki" });
    expect(turn).not.toHaveProperty("answer");
  });

  test("while a lease runs, no other owner can claim", async ({ chat: { claim, again } }) => {
    const turn = await claim();
    expect(await again(turn)).toEqual({ kind: "held", until: later });
  });

  test("one of several concurrent claims holds the turn, for a new event and after a lease", async ({
    chat: { turns, request, again },
  }) => {
    const owners = ["one", "two", "three", "four"];
    const held = { kind: "held", until: later };
    const asked = request();
    const first = await Promise.all(owners.map((owner) => turns.claim({ ...asked, owner })));
    expect(first.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    expect(first.filter(({ kind }) => kind === "held")).toEqual([held, held, held]);
    const turn = claimed(first.find(({ kind }) => kind === "claimed")!);
    const next = await Promise.all(owners.map((n) => again(turn, { ...afterLease, owner: `next ${n}` })));
    expect(next.filter(({ kind }) => kind === "claimed")).toMatchObject([{ turn: { attempts: 2 } }]);
    expect(next.filter(({ kind }) => kind === "held")).toHaveLength(3);
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

  test("an attempt that is released twice counts as ended once", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    await turns.release(turn, failure("model.timeout"));
    await turns.release(turn, failure("model.timeout"));
    await again(turn, { ...afterLease, owner: "second" });
    const third = await again(turn, { now: later + 60_001, leaseUntil: later + 90_000, owner: "third" });
    expect(third).toMatchObject({ turn: { attempts: 3, crashes: 1 } });
  });

  test("renewing a lease extends it, and is not counted as an attempt", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    expect(await turns.renew(turn, later + 20_000)).toBe(later + 20_000);
    expect(await again(turn, afterLease)).toEqual({ kind: "held", until: later + 20_000 });
    const third = { now: later + 20_001, leaseUntil: later + 90_000 };
    expect(await again(turn, third)).toMatchObject({ turn: { attempts: 2, crashes: 1 } });
  });

  test("after a lease has expired the next worker can claim, and its attempt is counted", async ({
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
    await turns.release(turn, failure("model.timeout"));
    expect(await again(turn)).toMatchObject({ kind: "claimed", turn: { attempts: 2 } });
  });

  test("an attempt that was not released counts as a crash", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    expect(turn.crashes).toBe(0);
    await turns.release(turn, failure("model.unavailable"));
    const second = await again(turn);
    expect(second).toMatchObject({ turn: { attempts: 2, crashes: 0 } });
    expect(await again(turn, { ...afterLease, owner: "third" })).toMatchObject({
      turn: { attempts: 3, crashes: 1 },
    });
  });

  test("the outcome is unknown since the end of the lease of an attempt that crashed after the answer was stored", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    const second = claimed(await again(turn, afterLease));
    await turns.answer(second, answerWith("late"), storing);
    await turns.release(second, failure("line.rate_limited"));
    const third = await again(turn, { ...afterLease, owner: "third" });
    expect(third).toMatchObject({ turn: { attempts: 3, crashes: 1, outcomeUnknownSince: undefined } });
    const { leaseUntil } = claimed(third);
    const fourth = await again(turn, { now: leaseUntil, leaseUntil: leaseUntil + 20_000, owner: "fourth" });
    expect(fourth).toMatchObject({
      turn: { attempts: 4, crashes: 2, outcomeUnknownSince: leaseUntil, maybeSentAt: leaseUntil },
    });
  });
}
