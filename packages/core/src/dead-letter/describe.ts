import type { Clock } from "../clock.ts";
import type { Readers } from "../platform/platform.ts";
import { letsGo } from "../turn/attempt.ts";
import type { TurnItem } from "../turn/entity.ts";
import type { TurnKey } from "../turn/place.ts";
import type { ReadDepth, TurnRegister } from "../turn/register.ts";
import { type DeadLetter, type DescribedLetter, nameOfTurn } from "./dead-letter.ts";
import { effectOf } from "./effect.ts";

export type DescribeOptions = { register: Pick<TurnRegister, "read">; readers: Readers; clock: Clock };

/** Reads the turns of some messages: what has become of them, and what a replay would do. */
export function createDescribe({ register, readers, clock }: DescribeOptions) {
  return async (letters: readonly DeadLetter[], depth: ReadDepth): Promise<DescribedLetter[]> => {
    const turns = await readAll(
      letters.flatMap(({ event }) => event ?? []),
      depth,
    );
    const isWaiting = await waitingOf(turns);
    const now = clock.now();
    return letters.map((letter) => {
      const turn = letter.event && turns.get(nameOfTurn(letter.event));
      const brings = turn ? carriedKeys(turn).filter((carried) => isWaiting(carried, turn)).length : 0;
      const onReplay = effectOf({ ...letter, turn, brings }, readers, now);
      return { ...described({ ...letter, turn }), onReplay };
    });
  };

  /** Each is named once: a batch may not ask for the same twice. */
  async function readAll(keys: readonly TurnKey[], depth: ReadDepth): Promise<Map<string, TurnItem>> {
    const named = new Map(keys.map((key) => [nameOfTurn(key), key]));
    const turns = await register.read([...named.values()], depth);
    return new Map(turns.map((turn) => [nameOfTurn(turn), turn]));
  }

  /** Whether what one of these turns was to bring still waits for it, or for any other. */
  async function waitingOf(carriers: ReadonlyMap<string, TurnItem>) {
    const carried = await readAll([...carriers.values()].flatMap(carriedKeys), "facts");
    const others = [...carried.values()].flatMap(carrierKey).filter((key) => !carriers.has(nameOfTurn(key)));
    const all = new Map([...carriers, ...(await readAll(others, "facts"))]);
    return (key: TurnKey, by: TurnItem): boolean => {
      const turn = carried.get(nameOfTurn(key));
      if (turn?.status !== "carried") return turn?.status === "waiting";
      if (turn.carriedBy === by.key) return true;
      const [other] = carrierKey(turn);
      const carrier = other && all.get(nameOfTurn(other));
      return carrier !== undefined && letsGo(carrier);
    };
  }
}

function carriedKeys({ chatId, carries = [] }: TurnItem): TurnKey[] {
  return carries.map((key) => ({ chatId, key }));
}

function carrierKey({ chatId, carriedBy }: TurnItem): TurnKey[] {
  return carriedBy === undefined ? [] : [{ chatId, key: carriedBy }];
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
function described(known: DeadLetter & Pick<DescribedLetter, "turn">): Omit<DescribedLetter, "onReplay"> {
  const { event, turn, letters, code, parkedAt } = known;
  const parking = turn?.steps?.findLast(({ is }) => is === "parked");
  const reason = letters[0]?.reason;
  return {
    ...known,
    code: parking?.code ?? code,
    reason: parking?.reason ?? reason?.reason ?? "SQS moved it here: no worker has finished it",
    attempts: turn?.attempts ?? reason?.attempts ?? 0,
    receivedAt: event?.receivedAt,
    parkedAt: parking?.at ?? parkedAt,
  };
}
