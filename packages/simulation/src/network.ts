import type { Scheduler } from "./scheduler.ts";

/**
 * How a call fails. `refused` and `unconnected`: no connection was made, so nothing was sent. `unconnected` and
 * `silence` end with the caller's time-out.
 */
export type Failure = "refused" | "broken" | "status" | "silence" | "unconnected";

const timesOut = (failure: Failure | undefined) => failure === "silence" || failure === "unconnected";

/** What the network does to one call. */
export type Trip = {
  requestMs: number;
  responseMs: number;
  /** How often the request arrives: twice, if the client repeats it because no response came. */
  arrivals: 0 | 1 | 2;
  /** How the call fails; not set if the response arrives. */
  failure?: Failure;
};

export type Call<T> = {
  /** `<platform>.<what>`, such as `table.claim`. */
  operation: string;
  /** What the platform does: at one moment, completely or not at all. */
  effect: () => T;
  /** What the caller gets instead of the response: it returns or throws. */
  failed: (failure: Failure) => T;
  /** How long the caller waits: milliseconds, or a signal that aborts. */
  patience: number | AbortSignal;
};

/** Carries calls to platforms in memory. */
export type Network = { carry<T>(call: Call<T>): Promise<T> };

/** Takes no time and loses nothing: for the models of the services without a simulation. */
export const directNetwork: Network = { carry: async ({ effect }) => effect() };

/** A network in virtual time. A request may arrive after its caller has timed out or died. */
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
          if (timesOut(trip.failure)) return;
          scheduler.after(trip.responseMs, () => {
            stopWaiting();
            const { failure } = trip;
            settle(failure ? () => failed(failure) : outcome);
          });
        };
        if (typeof patience !== "number" && patience.aborted) return;
        scheduler.after(trip.requestMs, () => {
          if (trip.arrivals === 0) return answer(() => failed("broken"));
          const outcome = outcomeOf(effect);
          if (trip.arrivals === 1) return answer(outcome);
          scheduler.after(trip.requestMs, () => answer(outcomeOf(effect)));
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

/** Applies the effect now, and returns its result or error later. */
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

/** Ends when a call's patience does. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
