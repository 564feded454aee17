import { expect } from "vitest";
import {
  afterLease,
  answerWith,
  claimed,
  failure,
  givenUp,
  later,
  now,
  repeatOf,
  storing,
  type TableTest,
  total,
} from "./chat.ts";

/** Turns that were parked: replayed, or superseded by a turn that asks again. */
export function parking(test: TableTest) {
  test("a parked turn is finished, for everyone but a replay", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await turns.park(turn, givenUp("model.unauthorized"));
    await turns.park(turn, givenUp("model.unauthorized"));
    expect(await again(turn, afterLease)).toEqual({ kind: "finished", status: "parked" });
    expect(await again(turn, { ...afterLease, replay: { id: "message", force: false } })).toMatchObject({
      kind: "claimed",
      turn: { status: "claimed", attempts: 1, owner: "second" },
    });
    // Now it can be claimed like any other turn.
    expect(await again(turn, { ...afterLease, owner: "third", now: later + 2 })).toMatchObject({
      kind: "held",
    });
  });

  test("a replay resumes a turn once, however often its message is received", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    await turns.park(turn, givenUp("model.unavailable"));
    const back = claimed(await again(turn, { ...afterLease, replay: { id: "one", force: false } }));
    await turns.park(back, givenUp("model.unavailable"));
    const parked = { kind: "finished", status: "parked" };
    expect(await again(turn, { ...afterLease, owner: "third", replay: { id: "one", force: false } })).toEqual(
      parked,
    );
    expect(
      await again(turn, { ...afterLease, owner: "third", replay: { id: "two", force: false } }),
    ).toMatchObject({
      kind: "claimed",
    });
  });

  test("one of two concurrent replays gets the turn", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await turns.park(turn, givenUp("model.unavailable"));
    const replays = await Promise.allSettled([
      again(turn, { ...afterLease, owner: "one", replay: { id: "one", force: false } }),
      again(turn, { ...afterLease, owner: "two", replay: { id: "two", force: false } }),
    ]);
    const kinds = replays.map((result) => (result.status === "fulfilled" ? result.value.kind : "lost"));
    expect(kinds.filter((kind) => kind === "claimed")).toHaveLength(1);
  });

  test("a replay finds the stored answer", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    const answer = answerWith("stored", { route: "push" });
    await turns.answer(turn, answer, storing);
    await turns.park(turn, givenUp("line.unavailable"));
    expect(await again(turn, { ...afterLease, replay: { id: "message", force: false } })).toMatchObject({
      turn: { status: "answered", answer },
    });
  });

  test("the first and the last time at which the outcome of a send became unknown are kept", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    await turns.release(turn, { ...failure("line.timeout", now), maybeSentAt: now });
    const second = claimed(await again(turn));
    expect(second).toMatchObject({ outcomeUnknownSince: now, maybeSentAt: now, crashes: 0 });
    await turns.park(
      second,
      givenUp("line.rate_limited", { outcomeUnknownSince: now + 5, maybeSentAt: now + 5 }),
    );
    const replayed = await again(turn, {
      ...afterLease,
      owner: "third",
      replay: { id: "message", force: false },
    });
    expect(replayed).toMatchObject({ turn: { outcomeUnknownSince: now, maybeSentAt: now + 5 } });
  });

  test("superseding drops a parked turn, and the turn that this one repeated", async ({
    chat: { turns, chats, chatId, claim, again, recall },
  }) => {
    const first = await claim();
    await turns.park(first, givenUp("model.unavailable", { apologyBy: "push" }));
    expect(await recall()).toMatchObject({
      apologyPushedAt: now,
      unanswered: [{ key: first.key, question: first.question }],
    });
    const second = await claim();
    const repeats = repeatOf(first);
    await turns.answer(second, answerWith("never sent", { repeats }), storing);
    await turns.park(second, givenUp("line.unauthorized"));
    for (let times = 0; times < 2; times += 1) await turns.supersede(second);
    for (const turn of [first, second]) {
      const dropped = { kind: "finished", status: "dropped" };
      expect(await again(turn, { ...afterLease, replay: { id: "message", force: false } })).toEqual(dropped);
    }
    expect(await recall()).toMatchObject({ apologyPushedAt: now, unanswered: [] });
    const text = JSON.stringify((await chats.page(chatId, "", "~", now)).turns);
    expect(text).not.toMatch(/question \d|never sent/);
  });

  test("a turn that is not parked is not superseded", async ({
    chat: { turns, chatId, claim, again, delivered, recall },
  }) => {
    const done = await delivered("done");
    const held = await claim();
    for (const turn of [done, held]) await turns.supersede(turn);
    expect((await recall()).turns.map(({ answer }) => answer)).toEqual(["done"]);
    expect(await again(held, afterLease)).toMatchObject({ kind: "claimed" });
    await turns.supersede({ chatId, key: "9999999999999#nobody" });
  });

  test("a replay of a delivered or dropped turn finds it finished", async ({
    chat: { turns, claim, again, delivered },
  }) => {
    const done = await delivered("done");
    expect(await again(done, { replay: { id: "message", force: false } })).toEqual({
      kind: "finished",
      status: "delivered",
    });
    const turn = await claim();
    await turns.drop(turn, now, total, "unsent");
    await turns.drop(turn, now, total, "unsent");
    expect(await again(turn, { ...afterLease, replay: { id: "message", force: false } })).toEqual({
      kind: "finished",
      status: "dropped",
    });
  });
}
