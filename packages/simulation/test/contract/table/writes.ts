import { expect } from "vitest";
import { account, afterLease, answerWith, handedOver, later, lost, now, type TableTest } from "./chat.ts";

/** What the owner of a turn writes, and that nobody else does. */
export function writes(test: TableTest) {
  test("a stored answer is found again exactly as it was", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    const answer = answerWith("😀 𠮷 👩‍👩‍👧‍👦 \uFEFF <|endoftext|> \u0000", { way: "push" });
    expect(await turns.answer(turn, answer, {}, later)).toMatchObject({ status: "answered", answer });
    expect(await again(turn, afterLease)).toMatchObject({ turn: { status: "answered", answer } });
  });

  test("the owner may repeat each of its writes", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    const answer = answerWith("once");
    await turns.answer(turn, answer, {}, later);
    await turns.answer(turn, answer, {}, later);
    await turns.usePush(turn);
    await turns.usePush(turn);
    await turns.delivered(turn, handedOver("push", "request", now));
    await turns.delivered(turn, handedOver("push", "request", now));
    expect(await again(turn, afterLease)).toEqual({ kind: "finished", status: "delivered" });
  });

  test("switching to push is remembered", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await turns.answer(turn, answerWith("hello"), {}, later);
    expect(await turns.usePush(turn)).toMatchObject({ answer: { way: "push" } });
    expect(await again(turn, afterLease)).toMatchObject({ turn: { answer: { way: "push" } } });
  });

  test("a worker that lost its lease changes nothing", async ({ chat: { turns, claim, again } }) => {
    const turn = await claim();
    await again(turn, afterLease);
    const writes = [
      () => turns.answer(turn, answerWith("late"), {}, later),
      () => turns.delivered(turn, handedOver("reply", undefined, now)),
      () => turns.park(turn, { code: "late" }, now),
      () => turns.drop(turn, now, account, "unsent"),
      () => turns.release(turn, { code: "late" }),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject(lost);
    const third = { owner: "third", now: later + 120_000, leaseUntil: later + 180_000 };
    expect(await again(turn, third)).toMatchObject({ turn: { status: "claimed", attempts: 3 } });
  });

  test("nothing is delivered that was not answered, and nothing delivered changes", async ({
    chat: { turns, claim, delivered },
  }) => {
    const turn = await claim();
    await expect(turns.delivered(turn, handedOver("push", undefined, now))).rejects.toMatchObject(lost);
    await expect(turns.usePush(turn)).rejects.toMatchObject(lost);
    const done = await delivered("done");
    for (const write of [
      () => turns.answer(done, answerWith("another"), {}, later),
      () => turns.park(done, { code: "late" }, now),
      () => turns.drop(done, now, account, "unsent"),
      () => turns.release(done, { code: "late" }),
    ]) {
      await expect(write()).rejects.toMatchObject(lost);
    }
  });

  test("a delivered notice is not kept, and one that was parked can be told apart", async ({
    chat: { turns, chats, chatId, claim, again, recall },
  }) => {
    const turn = await claim();
    const stored = await turns.answer(turn, answerWith("an export", { notice: "export" }), {}, later);
    const hasNotice = async () => (await chats.page(chatId, "", "9", now)).turns.at(-1)?.hasNotice;
    expect(await hasNotice()).toBe(true);
    await turns.delivered(stored, handedOver("push", undefined, now));
    expect(await again(turn)).toEqual({ kind: "finished", status: "delivered" });
    expect((await recall()).finished).toMatchObject([{ notice: "export" }]);
    expect(await hasNotice()).toBe(false);
  });
}
