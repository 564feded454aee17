import { elapsed } from "../clock.ts";
import { toBotError } from "../error.ts";
import type { DeadLetterQueue, Letter } from "../queue/dead-letters.ts";
import type { TurnRegister } from "../turn/register.ts";
import { byEvent, type DeadLetter, type DescribedLetter, nameOf } from "./dead-letter.ts";
import { createDescribe } from "./describe.ts";
import { createFind, type FindOptions, type Found } from "./find.ts";

export type ActOptions = FindOptions & {
  queue: Pick<DeadLetterQueue, "delete"> & FindOptions["queue"];
  register: Pick<TurnRegister, "read"> & FindOptions["register"];
};

/** What was done about one message. */
export type Result = {
  letter: DeadLetter;
  /** `done`: and it has left the dead-letter queue. `left`: its state does not allow it. `failed`: trying again may help. */
  outcome: "done" | "left" | "failed";
  /** Of an error; or why it was left. */
  because?: string | undefined;
};

export type ActRequest = {
  select(letter: DeadLetter): boolean;
  /**
   * Does it, safe to repeat. The letters are deleted afterwards.
   *
   * @param letter as it is at this moment
   * @param job its job as it came
   * @returns why nothing was done, if its state does not allow it
   */
  act(letter: DescribedLetter, job: string | undefined): Promise<string | undefined>;
  /** The least time from one to the next. */
  everyMs: number;
  /** Ends after the message at hand. */
  signal?: AbortSignal | undefined;
  onResult?(result: Result, left: number): void;
};

type Progress = {
  results: Map<string, Result>;
  /** Chats of which a message has failed. */
  stopped: Set<string>;
};

/** Chats in a row that fail before the rest is left alone. */
const MOST_FAILURES = 5;

/**
 * Does one thing to every selected message, in the order of the events. After a failure the rest of its chat is left
 * alone, so that the order of a chat stays. Whatever stops it, a message is in the queue it came from, in the one it
 * goes to, or in both; and being in both does no harm.
 */
export function createAct(options: ActOptions) {
  const { queue, clock } = options;
  const find = createFind(options);
  const describe = createDescribe(options);

  return async (request: ActRequest): Promise<Result[]> => {
    const progress: Progress = { results: new Map(), stopped: new Set() };
    // Letters behind the first ten of a chat are seen only when those are gone.
    while (await round(request, progress));
    return [...progress.results.values()];
  };

  /** @returns whether there is something left to do */
  async function round(request: ActRequest, { results, stopped }: Progress): Promise<boolean> {
    const { select, everyMs, signal, onResult } = request;
    const found = await find();
    const deleted = new Set<Letter>();
    try {
      await deleteLettersOf(found.all, results, deleted);
      const selected = inTurn(found).filter((letter) => !results.has(nameOf(letter)) && select(letter));
      let failures = 0;
      for (const [index, letter] of selected.entries()) {
        if (signal?.aborted || failures >= MOST_FAILURES) return false;
        if (clock.now() >= found.until) return true;
        if (stopped.has(letter.chatId)) continue;
        const startedAt = clock.now();
        const result = await actOn(letter, request, deleted);
        results.set(nameOf(letter), result);
        onResult?.(result, selected.length - index - 1);
        if (result.outcome === "failed") stopped.add(letter.chatId);
        failures = result.outcome === "failed" ? failures + 1 : 0;
        const restMs = startedAt + everyMs - clock.now();
        if (result.outcome === "done" && restMs > 0 && index < selected.length - 1)
          await elapsed(clock, restMs);
      }
      return found.unseen > 0 && deleted.size > 0;
    } finally {
      await found.release(deleted);
    }
  }

  /** Copies that came to light after their message was done; not those of a message that was given up on again since. */
  async function deleteLettersOf(
    all: readonly DeadLetter[],
    results: ReadonlyMap<string, Result>,
    deleted: Set<Letter>,
  ): Promise<void> {
    const copies = all.flatMap((found) => {
      const result = results.get(nameOf(found));
      if (result?.outcome !== "done") return [];
      return found.letters.filter(({ reason }) => (reason?.parkedAt ?? 0) <= result.letter.parkedAt);
    });
    await queue.delete(copies);
    for (const letter of copies) deleted.add(letter);
  }

  async function actOn(letter: DeadLetter, { act }: ActRequest, deleted: Set<Letter>): Promise<Result> {
    try {
      // Its turn may have changed since it was found.
      const [now] = await describe([letter], "all");
      const because = await act(now!, now!.turn?.job ?? letter.job);
      if (because !== undefined) return { letter: now!, outcome: "left", because };
      await queue.delete(letter.letters);
      for (const one of letter.letters) deleted.add(one);
      return { letter: now!, outcome: "done" };
    } catch (error) {
      const { code, message } = toBotError(error);
      return { letter, outcome: "failed", because: `${code}: ${message}` };
    }
  }
}

/**
 * Those that overtake no letter of their chat. Letters that were not seen may stand behind those that were, or be hidden
 * with their whole chat: what is known by its turn alone waits for them.
 */
function inTurn({ all, unknown }: Found): DeadLetter[] {
  if (unknown === 0) return all;
  const lastSeen = new Map<string, DeadLetter>();
  for (const letter of all) if (letter.letters.length > 0) lastSeen.set(letter.chatId, letter);
  return all.filter((letter) => {
    const last = lastSeen.get(letter.chatId);
    return last !== undefined && byEvent(letter, last) <= 0;
  });
}
