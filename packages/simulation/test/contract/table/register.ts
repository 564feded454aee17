import { expect } from "vitest";
import {
  afterLease,
  answerWith,
  claimed,
  expiresAt,
  givenUp,
  later,
  now,
  storing,
  type TableTest,
} from "./chat.ts";

/** What an operator finds across chats. */
export function register(test: TableTest) {
  test("parked turns are listed with time and code, until they are brought back", async ({
    chat: { turns, claim, again, register, chatId },
  }) => {
    const [first, second] = [await claim(), await claim()];
    await turns.park(second, givenUp("line.rejected"));
    await turns.park(first, givenUp("model.unavailable", { at: now + 5 }));
    const mine = async () => (await register.parked()).filter((listed) => listed.chatId === chatId);
    expect(await mine()).toEqual([
      { chatId, key: second.key, at: now, code: "line.rejected", sequence: second.sequence },
      { chatId, key: first.key, at: now + 5, code: "model.unavailable", sequence: first.sequence },
    ]);
    await again(first, { ...afterLease, replay: { id: "one", force: false } });
    expect(await mine()).toMatchObject([{ key: second.key }]);
  });

  test("turns are read with or without what was said, whichever are there", async ({
    chat: { turns, claim, register, chatId },
  }) => {
    const turn = await claim();
    const stored = await turns.answer(turn, answerWith("a secret"), storing);
    await turns.park(stored, givenUp("line.rejected", { job: "the job" }));
    const keys = [turn, { chatId, key: `${now}#nobody` }];
    const [facts, ...others] = await register.read(keys, "facts");
    expect(others).toEqual([]);
    expect(facts).toMatchObject({ key: turn.key, status: "parked", error: "line.rejected", route: "reply" });
    expect(facts?.steps?.map(({ is }) => is)).toEqual(["claimed", "answered", "parked"]);
    const [all] = await register.read(keys, "all");
    expect(all).toMatchObject({ job: "the job", messages: expect.stringContaining("a secret") });
    expect(await register.read([], "all")).toEqual([]);
  });

  test("a turn that an operator drops gets no answer, and keeps no text", async ({
    chat: { turns, claim, again, register },
  }) => {
    const turn = await claim();
    await turns.park(turn, givenUp("model.unavailable"));
    const [seen] = await register.read([turn], "facts");
    const event = { ...turn, at: now + 9, expiresAt };
    expect(await turns.discard(event, seen)).toBe(true);
    expect(await turns.discard(event, seen)).toBe(false);
    const [dropped] = await register.read([turn], "all");
    expect(dropped).toMatchObject({ status: "dropped", erased: true, finishedAt: now + 9 });
    expect(dropped?.steps?.at(-1)).toEqual({ at: now + 9, is: "dropped", code: "by_hand" });
    for (const name of ["question", "job", "list", "senderId"]) expect(dropped).not.toHaveProperty(name);
    const replay = { id: "one", force: false };
    expect(await again(turn, { ...afterLease, replay })).toEqual({ kind: "finished", status: "dropped" });
    expect(await turns.discard(event, dropped)).toBe(true);
  });

  test("an event without a turn is dropped by giving it one; once", async ({
    chat: { turns, claim, again, chatId },
  }) => {
    const { eventId, key, ...turn } = await claim();
    const event = { chatId, key: `${now}#other`, eventId: "other", at: now, expiresAt };
    expect(await turns.discard(event, undefined)).toBe(true);
    expect(await turns.discard(event, undefined)).toBe(false);
    const claiming = { ...turn, key: event.key, eventId: "other" };
    expect(await again(claiming, afterLease)).toEqual({ kind: "finished", status: "dropped" });
  });

  test("a turn that a worker holds is not dropped", async ({ chat: { turns, claim, again, register } }) => {
    const turn = await claim();
    const [seen] = await register.read([turn], "facts");
    const event = { ...turn, expiresAt };
    expect(await turns.discard({ ...event, at: later - 1 }, seen)).toBe(false);
    claimed(await again(turn, afterLease));
    expect(await turns.discard({ ...event, at: later }, seen)).toBe(false);
    const [held] = await register.read([turn], "facts");
    expect(held).toMatchObject({ status: "claimed", attempts: 2 });
  });
}
