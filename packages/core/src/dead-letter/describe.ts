import type { Clock } from "../clock.ts";
import type { TurnItem } from "../turn/entity.ts";
import type { ReadDepth, TurnRegister } from "../turn/register.ts";
import { type DeadLetter, type DescribedLetter, nameOfTurn } from "./dead-letter.ts";
import { effectOf } from "./effect.ts";

export type DescribeOptions = { register: Pick<TurnRegister, "read">; clock: Clock };

/** Reads the turns of some messages: what has become of them, and what a replay would do. */
export function createDescribe({ register, clock }: DescribeOptions) {
  return async (letters: readonly DeadLetter[], depth: ReadDepth): Promise<DescribedLetter[]> => {
    const events = letters.flatMap(({ event }) => event ?? []);
    const turns = new Map<string, TurnItem>();
    for (const turn of await register.read(events, depth)) turns.set(nameOfTurn(turn), turn);
    const now = clock.now();
    return letters.map((letter) =>
      described(letter, letter.event && turns.get(nameOfTurn(letter.event)), now),
    );
  };
}

export type Describe = ReturnType<typeof createDescribe>;

/** Turns in memory at once. */
const READ_AT_ONCE = 500;

/**
 * Describes any number of letters, without what was said, and keeps only what is made of each.
 *
 * @param onRead called with the number of turns read so far
 */
export async function describeEach<T>(
  describe: Describe,
  letters: readonly DeadLetter[],
  make: (letter: DescribedLetter, index: number) => T,
  onRead: (count: number) => void = () => {},
): Promise<T[]> {
  const made: T[] = [];
  for (let start = 0; start < letters.length; start += READ_AT_ONCE) {
    const some = await describe(letters.slice(start, start + READ_AT_ONCE), "facts");
    made.push(...some.map((letter, n) => make(letter, start + n)));
    onRead(made.length);
  }
  return made;
}

/** What the turn knows counts more than what a letter says. */
function described(known: DeadLetter, turn: TurnItem | undefined, now: number): DescribedLetter {
  const { event, letters, code, parkedAt } = known;
  const parking = turn?.steps?.findLast(({ is }) => is === "parked");
  const reason = letters[0]?.reason;
  return {
    ...{ ...known, turn },
    code: parking?.code ?? code,
    reason: parking?.reason ?? reason?.reason ?? "SQS moved it here: no worker has finished it",
    attempts: turn?.attempts ?? reason?.attempts ?? 0,
    receivedAt: event?.receivedAt,
    parkedAt: parking?.at ?? parkedAt,
    onReplay: effectOf({ event, turn, letters }, now),
  };
}
