import { expiryOf } from "../table.ts";

/** The slots of a model, as they were at one moment. */
export type Slots = {
  /** Epoch milliseconds; of the last slot that was given. Once it has passed, nobody waits. */
  nextAt: number;
  /** From one slot to the next, as whoever took the last one had it, milliseconds. */
  everyMs: number;
  /** By how much all slots together have been put off, ever, milliseconds. */
  delayedMs: number;
};

/** One conditional write. */
export type SlotsWrite = {
  /** `below` holds too if there is nothing yet. */
  when: { from?: number; below?: number; delayedMs?: number };
  add: { nextAt?: number; delayedMs?: number };
  set: { nextAt?: number; everyMs: number; expiresAt: number };
};

/** Where the slots of a model are kept: one item, in one request each. */
export type SlotsStore = {
  /** As of now, not of a moment ago. */
  read(model: string): Promise<Slots | undefined>;
  /** @returns the slots after it; nothing if the condition refused the write */
  update(model: string, write: SlotsWrite): Promise<Slots | undefined>;
};

/** From slot to slot, and when the call is made: milliseconds. */
type Giving = { everyMs: number; now: number };

export type TakeSlots = {
  read(): Promise<Slots | undefined>;
  /**
   * Takes the next slot, behind all that were given. The write that is repeated after a lost response takes one too
   * many: it errs towards the slow side.
   *
   * @param notBefore epoch milliseconds
   * @returns with the slot as `nextAt`
   */
  take(taking: Giving & { notBefore: number }): Promise<Slots | undefined>;
  /**
   * Puts off all slots that were given, so that their order and their distances stay. Of several that are refused at
   * once, one does.
   *
   * @param seen as they were when the refused request was made
   * @returns as they are now, whoever has put them off
   */
  delay(seen: Slots, byMs: number, giving: Giving): Promise<Slots | undefined>;
  /** From now on gives slots at this distance, unless they were put off meanwhile. */
  ease(seen: Slots, giving: Giving): Promise<Slots | undefined>;
};

/** Nothing needs it once nobody waits. */
const KEPT_DAYS = 1;

/**
 * What all workers know together of a model's limit: when the next question may be asked. It is touched while the
 * limit holds questions up, and never else. A partition of DynamoDB takes 1,000 writes a second, and a slot is one:
 * 60,000 questions a minute.
 */
export function createSlots(store: SlotsStore, model: string): TakeSlots {
  return {
    read: () => store.read(model),

    async take({ everyMs, notBefore, now }) {
      const set = { everyMs, expiresAt: expiryOf(now, KEPT_DAYS) };
      const limit = notBefore - everyMs;
      const behind = () => store.update(model, { when: { from: limit }, add: { nextAt: everyMs }, set });
      const first = () =>
        store.update(model, {
          when: { below: limit },
          add: { delayedMs: 0 },
          set: { ...set, nextAt: notBefore },
        });
      // Slots only move on, so what refuses both has room for the first once more.
      return (await behind()) ?? (await first()) ?? (await behind());
    },

    async delay(seen, byMs, { everyMs, now }) {
      const moved = await store.update(model, {
        when: { delayedMs: seen.delayedMs },
        add: { nextAt: byMs, delayedMs: byMs },
        set: { everyMs, expiresAt: expiryOf(now, KEPT_DAYS) },
      });
      return moved ?? store.read(model);
    },

    ease: (seen, { everyMs, now }) =>
      store.update(model, {
        when: { delayedMs: seen.delayedMs },
        add: {},
        set: { everyMs, expiresAt: expiryOf(now, KEPT_DAYS) },
      }),
  };
}
