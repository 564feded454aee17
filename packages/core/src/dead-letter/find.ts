import type { Clock } from "../clock.ts";
import type { Readers } from "../platform/platform.ts";
import type { DeadLetterQueue, Letter, ReceivedLetter } from "../queue/dead-letters.ts";
import { decodeJob } from "../queue/job.ts";
import { deadLetterQueue as settings } from "../settings.ts";
import { eventIdOf, type TurnKey, turnKeyOf } from "../turn/place.ts";
import type { ListedTurn, TurnRegister } from "../turn/register.ts";
import { byEvent, type DeadEvent, type DeadLetter, nameOfTurn } from "./dead-letter.ts";

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
   * has hidden; and receiving has its time. Those with a turn are among `all` nevertheless.
   */
  unseen: number;
  /** How many of these no turn among `all` tells of, at the least. */
  unknown: number;
  /** Until when something may be begun with the letters, epoch milliseconds: then they are still hidden for a while. */
  until: number;
  /** Makes the letters visible again, those excepted that were deleted meanwhile. */
  release(deleted: ReadonlySet<Letter>): Promise<void>;
};

/** Receives under way at once. */
const LANES = 4;
/** Seconds that a receive waits until the queue counts as empty. */
const LAST_WAIT_S = 1;

/**
 * Finds what was given up on, from the index and the queue together, so that neither a letter without a turn nor a
 * turn without a letter is missing. No turn is read: see `describe.ts`. The letters are received, which hides them
 * until they are released; their order and what becomes of them stay the same.
 *
 * @param onLetters called with the number of letters so far
 */
export function createFind({ queue, register, readers, clock }: FindOptions) {
  return async (onLetters: (letters: number) => void = () => {}): Promise<Found> => {
    const startedAt = clock.now();
    const until = startedAt + (settings.hiddenS - settings.hiddenReserveS) * 1000;
    const receiveUntil = startedAt + settings.receiveS * 1000;
    const received: Opened[] = [];
    const release = (deleted: ReadonlySet<Letter>) =>
      queue.release(received.map(({ letter }) => letter).filter((letter) => !deleted.has(letter)));
    try {
      const parked = await register.parked();
      // Of one that was parked longer ago than SQS keeps messages there is no letter.
      const oldest = startedAt - settings.retentionS * 1000;
      const recent = parked.filter(({ at }) => at > oldest);
      const unseen = await receiveAll(received, { parked: recent, receiveUntil, onLetters });
      const unknown = Math.max(0, unseen - withoutLetter(recent, received));
      return { all: join(parked, received), unseen, unknown, until, release };
    } catch (error) {
      await release(new Set()).catch(() => {});
      throw error;
    }
  };

  /** @returns how many more there are */
  async function receiveAll(received: Opened[], options: ReceiveOptions): Promise<number> {
    const { waiting, inFlight } = await queue.depth();
    await receiveUntilEmpty(received, 0, options);
    // SQS may have overlooked some. That is worth a second only if they are not known by their turns.
    if (waiting > received.length + withoutLetter(options.parked, received)) {
      await receiveUntilEmpty(received, LAST_WAIT_S, options);
    }
    return Math.max(0, waiting + inFlight - received.length);
  }

  async function receiveUntilEmpty(
    received: Opened[],
    waitS: number,
    { receiveUntil, onLetters }: ReceiveOptions,
  ): Promise<void> {
    const lane = async () => {
      while (clock.now() < receiveUntil) {
        const some = await queue.receive(settings.hiddenS, waitS);
        if (some.length === 0) return;
        received.push(...some.map(opened));
        onLetters(received.length);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  function opened({ body, ...letter }: ReceivedLetter): Opened {
    return { letter, event: eventIn(letter, body), job: body };
  }

  /** What a letter is about; nothing if its job cannot be read. */
  function eventIn({ chatId, sequence }: Letter, body: string): DeadEvent | undefined {
    try {
      const job = decodeJob(body);
      const inbound = readers[job.platform]?.read(job.event);
      if (!inbound) return undefined;
      const { eventId, kind } = inbound;
      return { ...turnKeyOf(chatId, inbound), sequence, eventId, kind, receivedAt: job.receivedAt };
    } catch {
      return undefined;
    }
  }
}

type ReceiveOptions = {
  parked: readonly TurnKey[];
  /** Epoch milliseconds. */
  receiveUntil: number;
  onLetters: (letters: number) => void;
};

/** How many parked turns are there of which no letter was received. */
function withoutLetter(parked: readonly TurnKey[], received: readonly Opened[]): number {
  const seen = new Set(received.flatMap(({ event }) => (event ? nameOfTurn(event) : [])));
  return parked.filter((turn) => !seen.has(nameOfTurn(turn))).length;
}

/** A letter whose job was read, if that was possible. */
type Opened = { letter: Letter; event: DeadEvent | undefined; job: string };

function join(parked: readonly ListedTurn[], received: readonly Opened[]): DeadLetter[] {
  const byName = new Map<string, DeadLetter>();
  for (const { chatId, key, sequence, code, at } of parked) {
    const event = { chatId, key, sequence, eventId: eventIdOf({ key }), kind: "question" } as const;
    byName.set(nameOfTurn(event), { chatId, event, letters: [], code, parkedAt: at, job: undefined });
  }
  const isParked = new Set(byName.keys());
  const unreadable: DeadLetter[] = [];
  for (const { letter, event, job } of received) {
    const { chatId, reason, sentAt } = letter;
    const code = reason?.code ?? "queue.too_many_receives";
    const alone = { chatId, event, letters: [letter], code, parkedAt: reason?.parkedAt ?? sentAt, job };
    if (!event) {
      unreadable.push(alone);
      continue;
    }
    const name = nameOfTurn(event);
    const known = byName.get(name);
    if (!known) byName.set(name, alone);
    else {
      const sequence = known.event?.sequence ?? event.sequence;
      byName.set(name, { ...known, event: { ...event, sequence }, letters: [...known.letters, letter] });
    }
  }
  for (const [name, one] of byName) if (isParked.has(name)) byName.set(name, { ...one, job: undefined });
  return [...byName.values(), ...unreadable].sort(byEvent);
}
