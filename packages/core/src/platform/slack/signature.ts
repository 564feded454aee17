import { createHmac, timingSafeEqual } from "node:crypto";

/** Slack: an older request may be one that somebody has recorded and sends again. */
export const FRESH_S = 300;

/**
 * Whether Slack signed these bytes at that time: `v0=` and the hex of HMAC-SHA256(signing secret, `v0:<time>:<body>`).
 * In constant time. Anybody can sign with an empty secret, so with one nothing is signed.
 */
export function isSigned(body: Uint8Array, timestamp: string, signature: string, secret: string): boolean {
  if (secret === "") return false;
  const hash = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex");
  const expected = Buffer.from(`v0=${hash}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** @param timestamp as the header has it, epoch seconds */
export function isFresh(timestamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1000 - Number(timestamp)) <= FRESH_S;
}
