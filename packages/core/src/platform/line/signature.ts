import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * LINE: `x-line-signature` is Base64(HMAC-SHA256(channel secret, raw body)). Verified over
 * the bytes as they came, before anything parses them, in constant time.
 */
export function isSigned(body: Uint8Array, signature: string | null, channelSecret: string): boolean {
  if (signature === null) return false;
  const expected = createHmac("sha256", channelSecret).update(body).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
