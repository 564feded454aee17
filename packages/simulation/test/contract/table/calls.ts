import { outcomesUnknown, type Transcript } from "@henji/core/turn/transcript";
import { expect } from "vitest";
import { afterLease, answerWith, claimed, givenUp, later, storing, type TableTest } from "./chat.ts";

const transcript: Transcript = {
  rounds: [
    {
      output: [{ type: "reasoning", encrypted_content: "😀" }],
      calls: [
        { id: "a", name: "look", arguments: "{}", idempotencyKey: "E/1", result: "seen" },
        { id: "b", name: "pay", arguments: "{}", idempotencyKey: "E/2" },
      ],
    },
  ],
};

/** What the model has called before it answers. */
export function calls(test: TableTest) {
  test("what the model has called is kept for the next attempt, until there is an answer", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    expect(await turns.record(turn, transcript, later)).toBe(later);
    const next = claimed(await again(turn, afterLease));
    expect(next).toMatchObject({ status: "claimed", transcript });
    const stored = await turns.answer(next, answerWith("done"), storing);
    expect(stored.transcript).toBeUndefined();
  });

  test("calls that wait for their user's word are taken up by one turn only", async ({
    chat: { turns, claim },
  }) => {
    const turn = await claim();
    const asking = answerWith("Shall I?", { confirms: { transcript, until: later } });
    expect((await turns.answer(turn, asking, storing)).answer).toMatchObject({ confirms: { until: later } });
    const taken = { transcript, origin: turn.key };
    expect(await turns.takeUpCalls(turn, "first")).toEqual(taken);
    expect(await turns.takeUpCalls(turn, "first")).toEqual(taken);
    expect(await turns.takeUpCalls(turn, "second")).toBeUndefined();
    await turns.leaveCalls(turn, "second");
    expect(await turns.takeUpCalls(turn, "first")).toEqual(taken);
    await turns.leaveCalls(turn, "first");
    expect(await turns.takeUpCalls(turn, "first")).toBeUndefined();
  });

  test("calls of a question that was given up on are taken up once, and then it does not run them itself", async ({
    chat: { turns, claim, again },
  }) => {
    const turn = await claim();
    await turns.record(turn, transcript, later);
    expect(await turns.takeUpCalls(turn, "too early")).toBeUndefined();
    await turns.park(turn, givenUp("model.unavailable"));
    expect(await turns.takeUpCalls(turn, "first")).toEqual({ transcript, origin: turn.key });
    expect(await turns.takeUpCalls(turn, "second")).toBeUndefined();

    const back = claimed(await again(turn, { ...afterLease, replay: { id: "one", force: false } }));
    expect(back.transcript).toEqual(outcomesUnknown(transcript));
    await turns.record(back, transcript, later, "asked first");
    await turns.park(back, givenUp("model.unavailable"));
    expect(await turns.takeUpCalls(turn, "second")).toEqual({ transcript, origin: "asked first" });
  });
}
