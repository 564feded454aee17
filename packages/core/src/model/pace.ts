import { type Clock, elapsed } from "../clock.ts";
import { courtesy } from "../courtesy.ts";
import type { Log } from "../log.ts";
import { pace as settings } from "../settings.ts";
import { isOverdue, type Limited, waitMsAfter } from "../turn/limited.ts";
import { everyMsOf, isUsedUp, RateLimited, type RateLimits } from "./rate-limit.ts";
import type { Slots, TakeSlots } from "./slots.ts";

export type PaceOptions = { slots: TakeSlots; clock: Clock; log: Log };

/** A question that is to be asked, in one attempt at it. */
export type Paced = {
  /** What the limit has done to it; changed here, for its next request and its next attempt. */
  place: { limited: Limited | undefined };
  /** Of its request, as the service may count them. */
  tokens: number;
  log: Log;
};

export type Pace = {
  /**
   * Asks when it is the question's turn.
   *
   * @throws Postponed if that is too far away to be waited for here; or what `ask` throws
   */
  ask<T extends { limits?: RateLimits | undefined }>(paced: Paced, ask: () => Promise<T>): Promise<T>;
};

/** The question waits for its slot, which is no attempt. */
export class Postponed extends RateLimited {
  readonly limited: Limited;
  /** Epoch milliseconds. */
  readonly askAt: number;

  constructor(limited: Limited, askAt: number, cause: RateLimited | undefined) {
    const reason = cause?.message ?? "More is asked than the model's limit allows";
    super(reason, { retry: "later", cause, requestId: cause?.requestId, limits: undefined });
    this.limited = limited;
    this.askAt = askAt;
  }
}

/**
 * While more is asked than the model's limit allows, all workers together give out slots, oldest first. A question is
 * asked at once as long as nobody is known to wait; else, or when it is refused, it takes the next slot, and is asked
 * then. Refused at its slot, it keeps its place: all slots are put off for as long as the service wants.
 *
 * A chat has one question at a time on its way. So a flood takes one slot after another, and others wait for one of it.
 */
export function createPace({ slots, clock, log }: PaceOptions): Pace {
  /** The slots as this process last saw them; not set if nobody is known to wait. */
  let known: Slots | undefined;
  /** What responses have said last. */
  let limits: RateLimits = {};

  return {
    async ask(paced, ask) {
      const patience = clock.now() + settings.inProcessMs;
      let notBefore = 0;
      let refusal: RateLimited | undefined;
      for (;;) {
        const { at, seen } = await slotOf(paced);
        const askAt = Math.max(notBefore, at);
        const { limited } = paced.place;
        if (limited && askAt > patience) throw new Postponed(limited, askAt, refusal);
        if (askAt > clock.now()) await elapsed(clock, askAt - clock.now());
        const askedAt = clock.now();
        try {
          const answer = await ask();
          await learn(answer.limits, paced);
          return answer;
        } catch (cause) {
          if (!(cause instanceof RateLimited) || isOverdue(paced.place.limited, clock.now())) throw cause;
          refusal = cause;
          notBefore = await refused(refusal, paced, { seen, askedAt });
        }
      }
    },
  };

  /** When it is asked, as far as the slots go, epoch milliseconds; and the slots by which that is known. */
  async function slotOf(paced: Paced): Promise<{ at: number; seen?: Slots | undefined }> {
    const { limited } = paced.place;
    if (limited?.slot) {
      known = await read();
      const at = slotIn(known, limited.slot);
      return { at: isOverdue(limited, clock.now()) ? limited.slot.at : at, seen: known };
    }
    // Others may have taken slots since.
    if (known && known.nextAt <= clock.now()) known = await read();
    if (!known || known.nextAt <= clock.now()) {
      known = undefined;
      return { at: 0 };
    }
    await take(paced, clock.now());
    return { at: paced.place.limited?.slot?.at ?? 0, seen: known };
  }

  /** @returns until when the service must not be asked again for it, epoch milliseconds */
  async function refused(
    error: RateLimited,
    paced: Paced,
    { seen, askedAt }: { seen: Slots | undefined; askedAt: number },
  ): Promise<number> {
    const { place, tokens } = paced;
    limits = { ...limits, ...error.limits };
    // Else the first refusal in each process would take back what all have found out of the pace.
    if (!known && everyMsOf(limits, tokens) === undefined) known = await read();
    const now = clock.now();
    const { since = now, refusals: before = 0, slot } = place.limited ?? {};
    const refusals = before + 1;
    const toldMs = Math.max(error.retryAfterMs ?? 0, everyMsFor(tokens));
    const waitMs = waitMsAfter(refusals, toldMs);
    const { message: reason, requestId } = error;
    paced.log.warn("model.rate_limited", { reason, requestId, refusals, waitMs });
    const notBefore = now + waitMs;
    place.limited = { since, refusals, slot: { at: notBefore, delayedMs: UNMOVED } };
    if (slot && seen && before < settings.refusalsInPlace) {
      const everyMs = everyMsOf(limits, tokens) ?? slower(seen.everyMs);
      // What came late for its slot, after a failure or for a further request, makes nobody else as late.
      const byMs = notBefore - Math.max(askedAt, slotIn(seen, slot));
      await unlessDown(async () => {
        known = await slots.delay(seen, byMs, { everyMs, now });
        // Another that was refused may have put them off by less.
        const at = Math.max(notBefore, slotIn(known, slot));
        place.limited = { since, refusals, slot: { at, delayedMs: known?.delayedMs ?? UNMOVED } };
      });
    } else {
      // All others wait for as long as the service says, and not for as long as this one was refused.
      await take(paced, now + waitMsAfter(1, toldMs));
      const { slot = { at: notBefore, delayedMs: UNMOVED } } = place.limited;
      place.limited = { since, refusals, slot: { ...slot, at: Math.max(notBefore, slot.at) } };
    }
    return notBefore;
  }

  /** Takes the last place. */
  async function take({ place, tokens, log }: Paced, notBefore: number): Promise<void> {
    const now = clock.now();
    const everyMs = everyMsFor(tokens);
    const { since = now, refusals = 0, slot } = place.limited ?? {};
    place.limited = { since, refusals, slot };
    await unlessDown(async () => {
      const earliest = Math.max(notBefore, now + everyMs);
      const taken = await slots.take({ everyMs, notBefore: earliest, now });
      if (!taken) return;
      known = taken;
      place.limited = { since, refusals, slot: { at: taken.nextAt, delayedMs: taken.delayedMs } };
      const ahead = Math.floor((taken.nextAt - earliest) / everyMs);
      log.info("model.slot_taken", { waitMs: taken.nextAt - now, ahead });
    });
  }

  async function learn(said: RateLimits | undefined, { place, tokens }: Paced): Promise<void> {
    const now = clock.now();
    limits = { ...limits, ...said };
    const everyMs = everyMsFor(tokens);
    if (said && isUsedUp(said, tokens)) {
      const { nextAt = 0, delayedMs = 0 } = known ?? {};
      known = { nextAt: Math.max(nextAt, now + everyMs), everyMs, delayedMs };
    }
    if (!place.limited?.slot || !known || everyMsOf(limits, tokens) !== undefined) return;
    const seen = known;
    await unlessDown(async () => {
      known = (await slots.ease(seen, { everyMs: easier(seen.everyMs), now })) ?? seen;
    });
  }

  function everyMsFor(tokens: number): number {
    return everyMsOf(limits, tokens) ?? known?.everyMs ?? settings.unstated.firstMs;
  }

  async function read(): Promise<Slots | undefined> {
    let slotsNow = known;
    await unlessDown(async () => {
      slotsNow = await slots.read();
    });
    return slotsNow;
  }

  /** Without the table everybody goes by what they are told themselves. */
  function unlessDown(act: () => Promise<void>): Promise<void> {
    return courtesy(act, log, "slots.unavailable");
  }
}

/** Of a slot that is not in the table: nothing that is there puts it off. */
const UNMOVED = Number.MAX_SAFE_INTEGER;

/**
 * When a slot is now that all may have been put off, epoch milliseconds. Never later than the last slot: one that was
 * another model's, before `model.name` was changed, knows nothing of what was put off in this one.
 */
function slotIn(slots: Slots | undefined, { at, delayedMs }: NonNullable<Limited["slot"]>): number {
  if (!slots) return at;
  return Math.max(at, Math.min(at + slots.delayedMs - delayedMs, slots.nextAt));
}

function slower(everyMs: number): number {
  return Math.ceil(Math.min(everyMs * settings.unstated.slowerBy, settings.unstated.mostMs));
}

function easier(everyMs: number): number {
  return Math.max(1, Math.floor(everyMs * settings.unstated.easedBy));
}
