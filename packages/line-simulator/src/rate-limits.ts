import type { Operation } from "./routes.ts";

export type RateLimit = { requests: number; perMs: number };
export type RateLimits = Partial<Record<Operation, RateLimit>>;

/** LINE's published limits; every endpoint not named here takes 2,000 requests a second. */
export const LINE_RATE_LIMITS: RateLimits = {
  loading: { requests: 100, perMs: 1_000 },
  "webhook-test": { requests: 60, perMs: 60 * 60_000 },
  "webhook-endpoint": { requests: 1_000, perMs: 60_000 },
  "set-webhook-endpoint": { requests: 1_000, perMs: 60_000 },
};
const USUAL: RateLimit = { requests: 2_000, perMs: 1_000 };

/** Counts requests in fixed windows, one counter per operation. */
export function createRateLimits({ clock, limits }: { clock: () => number; limits: RateLimits }) {
  const windows = new Map<Operation, { window: number; requests: number }>();

  return {
    /** @returns false if this request exceeds the limit */
    allows(operation: Operation): boolean {
      const limit = limits[operation] ?? USUAL;
      const window = Math.floor(clock() / limit.perMs);
      const last = windows.get(operation);
      const requests = last?.window === window ? last.requests + 1 : 1;
      windows.set(operation, { window, requests });
      return requests <= limit.requests;
    },
  };
}
