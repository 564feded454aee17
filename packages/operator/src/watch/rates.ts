/** A span of time that a rate is of. */
export type Span = { minutes: number; to: string };

/** Percentiles, milliseconds. */
export type Wait = { p50: number; p90: number; p99: number };

/** What is not known here is null: nothing is estimated. */
export type Rates = {
  /** Seconds. */
  oldestEventS: number | null;
  oldestLetterS: number | null;
  /** Answers and notices. */
  sent: (Span & { count: number; aMinute: number }) | null;
  /** How long users waited; null in it: nobody did. */
  wait: (Span & { ms: Wait | null }) | null;
  /** Why something is not known, in words. */
  notKnown: string[];
};

export type RateSource = { read(now: number): Promise<Rates>; close(): void };
