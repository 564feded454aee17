import { textAttributes } from "@henji/core/turn/entity";
import { expect } from "vitest";
import { afterLease, answerWith, givenUp, lost, now, storing, type TableTest, usage } from "./chat.ts";

/** What is left of an erased turn or answer. */
export function erasing(test: TableTest) {
  test("erasing an answer keeps its question; a turn that is not delivered is erased completely", async ({
    chat: { turns, chats, chatId, claim, again, delivered, recall },
  }) => {
    const done = await delivered("my secret");
    const parked = await claim();
    await turns.answer(parked, answerWith("my secret"), storing);
    await turns.park(parked, givenUp("line.quota_exhausted"));
    for (const turn of [done, done, parked, parked]) await turns.eraseAnswer(turn);
    expect((await recall()).turns).toMatchObject([
      { question: done.question, answer: "", tokens: { question: 3, answer: 0 } },
    ]);
    expect((await chats.page(chatId, "", "9", now)).turns).toMatchObject([
      { question: done.question, answer: "", isErased: false },
      { question: [], answer: "", isErased: true },
    ]);
    expect(await again(done, { replay: { id: "message", force: false } })).toEqual({
      kind: "finished",
      status: "delivered",
    });
    expect(await again(parked, { replay: { id: "message", force: false } })).toEqual({
      kind: "finished",
      status: "dropped",
    });
  });

  test("an erased turn keeps only what prevents a second answer to its event", async ({
    chat: { turnStore, turns, chats, chatId, again, delivered, recall },
  }) => {
    const done = await delivered("my secret");
    await turns.erase(done);
    await turns.erase(done);
    const item = await turnStore.read(done);
    expect(item).toMatchObject({ status: "delivered", erased: true });
    for (const attribute of textAttributes) expect(item).not.toHaveProperty(attribute);
    // Neither what was said nor by whom.
    expect(JSON.stringify(item)).not.toMatch(/my secret|question|"M1"|Uaki/);
    expect(await recall()).toMatchObject({ turns: [], finished: [{ key: done.key }], usages: [usage] });
    const page = await chats.page(chatId, "", "9", now);
    const place = { key: done.key, sequence: done.sequence };
    const nothing = { isErased: true, wasReplayed: false, hasNotice: false, question: [], answer: "" };
    expect(page.turns).toEqual([{ ...place, origin: done.key, status: "delivered", ...nothing }]);
    expect(await again(done, { replay: { id: "message", force: false } })).toEqual({
      kind: "finished",
      status: "delivered",
    });
  });

  test("the owner of an erased turn has lost it, and a parked one does not come back", async ({
    chat: { turns, claim, again },
  }) => {
    const held = await claim();
    await turns.erase(held);
    await expect(turns.answer(held, answerWith("late"), storing)).rejects.toMatchObject(lost);
    const parked = await claim();
    await turns.answer(parked, answerWith("never seen"), storing);
    await turns.park(parked, givenUp("line.unavailable"));
    await turns.erase(parked);
    for (const turn of [held, parked]) {
      expect(await again(turn, { ...afterLease, replay: { id: "message", force: false } })).toEqual({
        kind: "finished",
        status: "dropped",
      });
    }
  });
}
