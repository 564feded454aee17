import { emptyTranscript } from "@henji/core/turn/transcript";
import { expect } from "vitest";
import {
  afterLease,
  answerWith,
  asIfAnswered,
  deliveredBy,
  failure,
  givenUp,
  later,
  lost,
  noticeWith,
  now,
  storing,
  type TableTest,
  total,
} from "./chat.ts";

/** The writes of a turn's owner, which nobody else can make. */
export function writes(test: TableTest) {
  test("a stored answer is read back unchanged", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    const answer = answerWith("😀 𠮷 👩‍👩‍👧‍👦 \uFEFF <|endoftext|> \u0000", { route: "push" });
    expect(await turns.answer(turn, answer, storing)).toMatchObject({ status: "answered", answer });
    expect(await again(turn, afterLease)).toMatchObject({ turn: { status: "answered", answer } });
  });

  test("the owner may repeat each of its writes", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    const answer = answerWith("once");
    const stored = await turns.answer(turn, answer, storing);
    await turns.answer(turn, answer, storing);
    await turns.usePush(stored);
    await turns.usePush(stored);
    await turns.delivered(stored, deliveredBy("push", "request"));
    await turns.delivered(stored, deliveredBy("push", "request"));
    expect(await again(turn, afterLease)).toEqual({ kind: "finished", status: "delivered" });
  });

  test("a gathered question is taken by one turn only, or by its reminder", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    await turns.gather(turn, now, now);
    const gathered = { key: turn.key, owner: turn.owner };
    const [first, second] = ["third", "fourth"].map((key) => ({ ...turn, key, owner: key }));
    expect(await turns.take(first!, gathered)).toBe(true);
    expect(await turns.take(first!, gathered)).toBe(true);
    expect(await turns.take(second!, gathered)).toBe(false);
    // The first is no turn of this table, so it is gone.
    expect(await again(turn, { ...afterLease, isDue: true })).toMatchObject({ kind: "claimed" });
    for (const other of [first!, second!])
      expect(await turns.take(other, { ...gathered, owner: "third" })).toBe(false);
  });

  test("the switch to push is stored", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await turns.usePush(await turns.answer(turn, answerWith("hello"), storing));
    expect(await again(turn, afterLease)).toMatchObject({ turn: { answer: { route: "push" } } });
  });

  test("a worker that lost its lease changes nothing", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await again(turn, afterLease);
    const writes = [
      () => turns.renew(turn, later + 300_000),
      () => turns.record(turn, emptyTranscript, later + 300_000),
      () => turns.answer(turn, answerWith("late"), storing),
      () => turns.delivered(asIfAnswered(turn), deliveredBy("reply")),
      () => turns.park(turn, givenUp("late")),
      () => turns.drop(turn, now, total, "unsent"),
      () => turns.release(turn, failure("late")),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject(lost);
    const third = { owner: "third", now: later + 120_000, leaseUntil: later + 180_000 };
    expect(await again(turn, third)).toMatchObject({ turn: { status: "claimed", attempts: 3 } });
  });

  test("only an answered turn can be delivered, and a delivered turn does not change", async ({
    chat: { turns, claim, delivered },
  }) => {
    const turn = await claim();
    await expect(turns.delivered(asIfAnswered(turn), deliveredBy("push"))).rejects.toMatchObject(lost);
    await expect(turns.usePush(asIfAnswered(turn))).rejects.toMatchObject(lost);
    const done = await delivered("done");
    for (const write of [
      () => turns.renew(done, later),
      () => turns.answer(done, answerWith("another"), storing),
      () => turns.park(done, givenUp("late")),
      () => turns.drop(done, now, total, "unsent"),
      () => turns.release(done, failure("late")),
    ]) {
      await expect(write()).rejects.toMatchObject(lost);
    }
  });

  test("a delivered notice is not kept, and a parked one is marked as a notice", async ({
    chat: { turns, chats, chatId, claim, again, recall },
  }) => {
    const turn = await claim();
    const stored = await turns.answer(turn, noticeWith("export", "an export"), storing);
    const hasNotice = async () => (await chats.page(chatId, "", "9", now)).turns.at(-1)?.hasNotice;
    expect(await hasNotice()).toBe(true);
    await turns.delivered(stored, deliveredBy("push"));
    expect(await again(turn)).toEqual({ kind: "finished", status: "delivered" });
    expect((await recall()).finished).toMatchObject([{ notice: "export" }]);
    expect(await hasNotice()).toBe(false);
  });
}
