import type { Clock } from "@henji/core/clock";
import type { Scheduler } from "./scheduler.ts";

/** What happens to a process around one call to the outside. */
export type Fate = "lives" | "dies_before" | "dies_after" | { frozenMs: number };

type NameOfCall = (method: string, args: readonly unknown[]) => string;

export type ProcessOptions = {
  name: string;
  scheduler: Scheduler;
  /** How far its clock is ahead. */
  skewMs: number;
  fateOf: (call: string) => Fate;
  onDeath: (cause: string) => void;
};

/** A running program: all its calls to the outside go through its ports. */
export type Process = {
  name: string;
  clock: Clock;
  isDead(): boolean;
  /** It was frozen for a while, so its deadlines do not bind it. */
  wasFrozen(): boolean;
  /** Until when it is frozen, or was for the last time: epoch milliseconds, 0 if never. */
  frozenUntil(): number;
  died: Promise<void>;
  kill(cause: string): void;
  /** The outside as this process sees it. `nameOf` tells the calls of one method apart. */
  port<T extends object>(name: string, target: T, nameOf?: NameOfCall): T;
};

/**
 * A process that can die before or after each of its calls. What it has sent by then may still arrive;
 * nothing else it does has an effect, and no promise of its calls settles.
 */
export function createProcess({ name, scheduler, skewMs, fateOf, onDeath }: ProcessOptions): Process {
  const death = Promise.withResolvers<void>();
  let dead = false;
  let frozenUntil = 0;

  /** While it is frozen, no call of it begins or ends, and no timer fires. */
  async function thawed(): Promise<void> {
    while (frozenUntil > scheduler.now()) {
      await scheduler.sleep(frozenUntil - scheduler.now());
    }
  }

  function kill(cause: string): void {
    if (dead) return;
    dead = true;
    onDeath(cause);
    death.resolve();
  }

  async function call<T>(what: string, run: () => Promise<T>): Promise<T> {
    await thawed();
    if (dead) return never();
    const fate = fateOf(what);
    if (fate === "dies_before") kill(`before ${what}`);
    if (dead) return never();
    const outcome = await settledOf(run);
    if (fate === "dies_after") kill(`after ${what}`);
    if (typeof fate === "object") frozenUntil = scheduler.now() + fate.frozenMs;
    await thawed();
    if (dead) return never();
    return outcome();
  }

  function timeout(ms: number): AbortSignal {
    const controller = new AbortController();
    scheduler.after(ms, async () => {
      await thawed();
      if (!dead) controller.abort(new DOMException("The operation timed out", "TimeoutError"));
    });
    return controller.signal;
  }

  return {
    name,
    clock: { now: () => scheduler.now() + skewMs, timeout },
    isDead: () => dead,
    wasFrozen: () => frozenUntil > 0,
    frozenUntil: () => frozenUntil,
    died: death.promise,
    kill,
    port<T extends object>(port: string, target: T, nameOf: NameOfCall = (method) => method): T {
      const methods = Object.entries(target).map(([method, run]) => [
        method,
        (...args: unknown[]) => call(`${port}.${nameOf(method, args)}`, async () => run(...args)),
      ]);
      return Object.fromEntries(methods) as T;
    },
  };
}

const never = <T>() => new Promise<T>(() => {});

async function settledOf<T>(run: () => Promise<T>): Promise<() => T> {
  try {
    const value = await run();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
