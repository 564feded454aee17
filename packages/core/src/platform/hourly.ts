import type { Clock } from "../clock.ts";
import { profiles } from "../settings.ts";

/** Remembers what was told, also while it is being asked; a failure, which is nothing told, is forgotten. */
export function createHourly<T>(clock: Clock) {
  const known = new Map<string, { at: number; told: Promise<T | undefined> }>();

  return (key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> => {
    const found = known.get(key);
    if (found && clock.now() - found.at < profiles.goodMs) return found.told;
    const told = ask().catch(() => {
      known.delete(key);
      return undefined;
    });
    // The oldest go first.
    known.delete(key);
    known.set(key, { at: clock.now(), told });
    for (const oldest of known.keys()) {
      if (known.size <= profiles.most) break;
      known.delete(oldest);
    }
    return told;
  };
}
