import type { ClaimRequest } from "@henji/core/turn/claim";
import type { TurnStore, TurnWrite } from "@henji/core/turn/store";
import { createTurns, type Turns } from "@henji/core/turn/turns";
import { expect } from "vitest";
import {
  afterLease,
  answerWith,
  claimed,
  deliveredBy,
  failure,
  givenUp,
  later,
  noticeWith,
  now,
  repeatOf,
  storing,
  type TableTest,
  total,
} from "./chat.ts";

/** A store that makes every write twice, as when the first response is lost and the SDK repeats the write. */
function repeating(store: TurnStore): TurnStore {
  return {
    read: store.read,
    async create(item) {
      await store.create(item);
      return store.create(item);
    },
    async update(key, write) {
      await store.update(key, write);
      return store.update(key, write);
    },
  };
}

const claim = async (turns: Turns, ask: ClaimRequest, change: Partial<ClaimRequest> = {}) =>
  claimed(await turns.claim({ ...ask, ...change }));
const answer = async (turns: Turns, ask: ClaimRequest, said = answerWith("hello")) =>
  turns.answer(await claim(turns, ask), said, storing);
const deliver = async (turns: Turns, ask: ClaimRequest) =>
  turns.delivered(await answer(turns, ask), deliveredBy("reply", "request"));
const park = async (turns: Turns, ask: ClaimRequest) =>
  turns.park(await answer(turns, ask), givenUp("line.rejected", { total, apologyBy: "push" }));

/** Lives of a turn that together include every write. */
const lives: Record<string, (turns: Turns, ask: ClaimRequest) => Promise<unknown>> = {
  "claimed again after a crash": async (turns, ask) => {
    await claim(turns, ask);
    await claim(turns, ask, { ...afterLease, owner: "second" });
  },
  "claimed again after a failure": async (turns, ask) => {
    await turns.release(await claim(turns, ask), failure("line.timeout", now));
    await claim(turns, ask, { owner: "second" });
  },
  "finally delivered by a push": async (turns, ask) => {
    const turn = await answer(turns, ask);
    await turns.usePush(turn);
    await turns.delivered(turn, deliveredBy("push", "request"));
  },
  "a notice that was delivered": async (turns, ask) => {
    await turns.delivered(await answer(turns, ask, noticeWith("help", "help")), deliveredBy("reply"));
  },
  dropped: async (turns, ask) => turns.drop(await claim(turns, ask), now, total, "too_many"),
  parked: park,
  replayed: async (turns, ask) => {
    await park(turns, ask);
    await claim(turns, ask, { owner: "second", replay: { id: "message", force: false } });
  },
  superseded: async (turns, ask) => {
    await park(turns, ask);
    await turns.supersede(ask);
  },
  "erased while it is held": async (turns, ask) => {
    await answer(turns, ask);
    await turns.erase(ask);
  },
  "erased after it was delivered": async (turns, ask) => {
    await deliver(turns, ask);
    await turns.erase(ask);
  },
  "its answer erased": async (turns, ask) => {
    await deliver(turns, ask);
    await turns.eraseAnswer(ask);
  },
};

/** A store in which something happens between the next read and the write after it. */
function overtaking(store: TurnStore, happen: () => Promise<unknown>): TurnStore {
  let isDue = true;
  return {
    ...store,
    async read(key) {
      const item = await store.read(key);
      if (isDue) await happen();
      isDue = false;
      return item;
    },
  };
}

/** Writes that the SDK repeats, and writes that overtake each other. */
export function repeats(test: TableTest) {
  test.for(Object.entries(lives))(
    "repeating every write of a turn changes nothing: %s",
    async (life, { chat: { turns, turnStore, request } }) => {
      const [, live] = life;
      const once = request();
      const twice = { ...request(), question: once.question, messageId: once.messageId };
      await live(turns, once);
      await live(createTurns(repeating(turnStore)), twice);
      const { key, eventId, sequence } = once;
      const stored = await turnStore.read(once);
      expect(stored).toMatchObject({ key, eventId, sequence });
      const other = await turnStore.read(twice);
      const listedAs = other?.listedAs?.replace(other.sequence, sequence);
      expect({ ...other, key, eventId, sequence, listedAs }).toEqual({ listedAs: undefined, ...stored });
    },
  );

  test("superseding with repeated writes also drops the turn that the superseded one repeated", async ({
    chat: { turns, turnStore, claim, again },
  }) => {
    const [first, second] = [await claim(), await claim()];
    await turns.park(first, givenUp("model.unavailable"));
    const repeats = repeatOf(first);
    await turns.park(
      await turns.answer(second, answerWith("never sent", { repeats }), storing),
      givenUp("line.unauthorized"),
    );
    await createTurns(repeating(turnStore)).supersede(second);
    for (const turn of [first, second]) {
      const finished = { kind: "finished", status: "dropped" };
      expect(await again(turn, { ...afterLease, replay: { id: "message", force: false } })).toEqual(finished);
    }
  });

  test("a claim does not take a turn whose lease was renewed after it was read", async ({
    chat: { turns, turnStore, request },
  }) => {
    const ask = request();
    const turn = await claim(turns, ask);
    const { leaseUntil } = afterLease;
    const late = createTurns(overtaking(turnStore, () => turns.renew(turn, leaseUntil)));
    const held = { kind: "held", until: leaseUntil };
    expect(await late.claim({ ...ask, ...afterLease, owner: "second" })).toEqual(held);
  });

  test("a replay's claim that is repeated after its turn was parked again does not take the turn", async ({
    chat: { turns, turnStore, request },
  }) => {
    const ask = request();
    await turns.park(await claim(turns, ask), givenUp("model.unavailable"));
    const writes: TurnWrite[] = [];
    const recording: TurnStore = {
      ...turnStore,
      update(key, write) {
        writes.push(write);
        return turnStore.update(key, write);
      },
    };
    const back = await claim(createTurns(recording), ask, {
      ...afterLease,
      replay: { id: "one", force: false },
    });
    await turns.park(back, givenUp("model.unavailable", { at: later }));
    expect(writes).toHaveLength(1);
    expect(await turnStore.update(ask, writes[0]!)).toBeUndefined();
    expect(await turns.claim({ ...ask, ...afterLease })).toEqual({ kind: "finished", status: "parked" });
  });
}
