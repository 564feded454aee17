import type { Scheduler } from "./scheduler.ts";

/**
 * How a call ends whose answer is not heard. `refused` and `unconnected`: no connection was made, so nothing
 * happened; `unconnected` and `silence` take all of the caller's patience.
 */
export type Failure = "refused" | "broken" | "status" | "silence" | "unconnected";

const takesAllPatience = (failure: Failure | undefined) => failure === "silence" || failure === "unconnected";

/** What the way to a platform and back does to one call. */
export type Trip = {
  thereMs: number;
  backMs: number;
  /** How often the platform gets to see it; twice, when a client repeats it because it heard nothing. */
  arrivals: 0 | 1 | 2;
  /** How the caller fails to hear the answer; not set if it does. */
  failure?: Failure;
};

export type Call<T> = {
  /** `<platform>.<what>`, such as `table.claim`. */
  operation: string;
  /** What the platform does: at one moment, wholly or not at all. */
  effect: () => T;
  /** What the caller sees instead of the answer. It returns or throws. */
  failed: (failure: Failure) => T;
  /** The caller's patience: a time, or a signal that aborts. */
  patience: number | AbortSignal;
};

/** Carries calls to platforms that live in memory. */
export type Network = { carry<T>(call: Call<T>): Promise<T> };

/** Takes no time and loses nothing: for the models alone, without a simulation. */
export const directNetwork: Network = { carry: async ({ effect }) => effect() };

/** A network in virtual time. A request once sent may arrive when its caller has long given up, or died. */
export function createNetwork(scheduler: Scheduler, tripOf: (operation: string) => Trip): Network {
  return {
    carry<T>({ operation, effect, failed, patience }: Call<T>): Promise<T> {
      const trip = tripOf(operation);
      return new Promise<T>((resolve, reject) => {
        const settle = (outcome: () => T) => {
          try {
            resolve(outcome());
          } catch (error) {
            reject(error);
          }
        };
        const giveUp = () => settle(() => failed(trip.failure === "unconnected" ? "unconnected" : "silence"));
        const stopWaiting = wait(scheduler, patience, giveUp);
        const answer = (outcome: () => T) => {
          if (takesAllPatience(trip.failure)) return;
          scheduler.after(trip.backMs, () => {
            stopWaiting();
            const { failure } = trip;
            settle(failure ? () => failed(failure) : outcome);
          });
        };
        if (typeof patience !== "number" && patience.aborted) return;
        scheduler.after(trip.thereMs, () => {
          if (trip.arrivals === 0) return answer(() => failed("broken"));
          const outcome = outcomeOf(effect);
          if (trip.arrivals === 1) return answer(outcome);
          scheduler.after(trip.thereMs, () => answer(outcomeOf(effect)));
        });
      });
    },
  };
}

function wait(scheduler: Scheduler, patience: number | AbortSignal, giveUp: () => void): () => void {
  if (typeof patience === "number") return scheduler.after(patience, giveUp);
  if (patience.aborted) giveUp();
  else patience.addEventListener("abort", giveUp, { once: true });
  return () => patience.removeEventListener("abort", giveUp);
}

/** Does it now; says later what came of it. */
function outcomeOf<T>(effect: () => T): () => T {
  try {
    const value = effect();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
