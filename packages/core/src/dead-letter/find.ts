import type { Clock } from "../clock.ts";
import type { Readers } from "../platform/platform.ts";
import type { DeadLetterQueue, Letter } from "../queue/dead-letters.ts";
import { decodeJob } from "../queue/job.ts";
import { deadLetterQueue as settings } from "../settings.ts";
import type { TurnItem } from "../turn/entity.ts";
import { type TurnKey, turnKeyOf } from "../turn/place.ts";
import type { TurnRegister } from "../turn/register.ts";
import { byEvent, type DeadEvent, type DeadLetter } from "./dead-letter.ts";
import { effectOf } from "./effect.ts";

export type FindOptions = {
  queue: DeadLetterQueue;
  register: TurnRegister;
  readers: Readers;
  clock: Clock;
};

/** Everything that was given up on, and is still hidden from everybody else. */
export type Found = {
  /** By time of the event. */
  all: DeadLetter[];
  /**
   * Letters that could not be looked at: SQS hands out at most ten of a chat at a time, and none that another command
   * has hidden. Those with a turn are among `all` nevertheless.
   */
  unseen: number;
  /** Until when something may be begun with the letters, epoch milliseconds: then they are still hidden for a while. */
  until: number;
  /** Makes the letters visible again, those excepted that were deleted meanwhile. */
  release(deleted: ReadonlySet<Letter>): Promise<void>;
};

/** Receives under way at once. */
const LANES = 4;
/** Seconds that a receive waits before the queue counts as empty. */
const LAST_WAIT_S = 1;

/**
 * Finds what was given up on, from the table and the queue together, so that neither a letter without a turn nor a
 * turn without a letter is missing. The letters are received, which hides them until they are released; their order
 * and what becomes of them stay the same.
 *
 * @param onLetters called with the number of letters so far
 */
export function createFind({ queue, register, readers, clock }: FindOptions) {
  return async (onLetters: (letters: number) => void = () => {}): Promise<Found> => {
    const until = clock.now() + (settings.hiddenS - settings.hiddenReserveS) * 1000;
    const letters: Letter[] = [];
    const release = (deleted: ReadonlySet<Letter>) =>
      queue.release(letters.filter((letter) => !deleted.has(letter)));
    try {
      const [keys, unseen] = await Promise.all([register.parked(), receiveAll(letters, until, onLetters)]);
      return { all: await join(keys, letters), unseen, until, release };
    } catch (error) {
      await release(new Set()).catch(() => {});
      throw error;
    }
  };

  /** @returns how many more there are */
  async function receiveAll(
    letters: Letter[],
    until: number,
    onLetters: (letters: number) => void,
  ): Promise<number> {
    const before = await queue.depth();
    const lane = async () => {
      while (clock.now() < until) {
        const isLast = letters.length >= before.waiting;
        const some = await queue.receive(settings.hiddenS, isLast ? 0 : LAST_WAIT_S);
        if (some.length === 0) return;
        letters.push(...some);
        onLetters(letters.length);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return Math.max(0, before.waiting + before.inFlight - letters.length);
  }

  async function join(parked: readonly TurnKey[], letters: readonly Letter[]): Promise<DeadLetter[]> {
    const read = letters.map((letter) => ({ letter, event: eventIn(letter) }));
    const unreadable = read.filter(({ event }) => event === undefined);
    const events = new Map<string, DeadEvent>(parked.map((key) => [nameOf(key), questionAt(key)]));
    for (const { event } of read) if (event) events.set(nameOf(event), event);
    const ofEvent = Map.groupBy(read, ({ event }) => (event ? nameOf(event) : ""));
    const turns = new Map<string, TurnItem>();
    for (const turn of await register.read([...events.values()], "facts")) turns.set(nameOf(turn), turn);
    const now = clock.now();
    return [
      ...[...events].flatMap(([name, event]) => {
        const copies = (ofEvent.get(name) ?? []).map(({ letter }) => letter);
        const turn = turns.get(name);
        // Replayed or erased between the two looks: there is nothing left of it.
        if (copies.length === 0 && turn?.status !== "parked") return [];
        return deadLetterOf({ event, turn, letters: copies }, now);
      }),
      ...unreadable.map(({ letter }) =>
        deadLetterOf({ event: undefined, turn: undefined, letters: [letter] }, now),
      ),
    ].sort(byEvent);
  }

  /** What a letter is about; nothing if its job cannot be read. */
  function eventIn({ chatId, body }: Letter): DeadEvent | undefined {
    try {
      const job = decodeJob(body);
      const inbound = readers[job.platform]?.read(job.event);
      if (!inbound) return undefined;
      return { ...turnKeyOf(chatId, inbound), eventId: inbound.eventId, kind: inbound.kind };
    } catch {
      return undefined;
    }
  }
}

/** A parked turn is that of a question. */
function questionAt({ chatId, key }: TurnKey): DeadEvent {
  return { chatId, key, eventId: key.slice(key.indexOf("#") + 1), kind: "question" };
}

function nameOf({ chatId, key }: TurnKey): string {
  return `${chatId} ${key}`;
}

type Known = Pick<DeadLetter, "event" | "turn" | "letters">;

/** As it is now: what the turn knows counts more than what a letter says. */
export function deadLetterOf(known: Known, now: number): DeadLetter {
  const { event, turn, letters } = known;
  const [letter] = letters;
  const parking = turn?.steps?.findLast(({ is }) => is === "parked");
  const reason = letter?.reason;
  return {
    ...known,
    chatId: event?.chatId ?? letter?.chatId ?? "",
    code: parking?.code ?? turn?.error ?? reason?.code ?? "queue.too_many_receives",
    reason: parking?.reason ?? reason?.reason ?? "SQS moved it here: no worker has finished it",
    attempts: turn?.attempts ?? reason?.attempts ?? 0,
    receivedAt: reason?.receivedAt || receivedAtOf(letter),
    parkedAt: parking?.at ?? reason?.parkedAt ?? letter?.sentAt ?? 0,
    onReplay: effectOf(known, now),
  };
}

function receivedAtOf(letter: Letter | undefined): number | undefined {
  try {
    return letter && decodeJob(letter.body).receivedAt;
  } catch {
    return undefined;
  }
}
