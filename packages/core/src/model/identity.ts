import { createHmac } from "node:crypto";

/**
 * Tells users apart for OpenAI's `safety_identifier` without naming them: HMAC-SHA256, 64 hex digits.
 *
 * @param secret nobody who sees the identifiers knows it
 */
export function createIdentify(secret: string): (userId: string) => string {
  return (userId) => createHmac("sha256", secret).update(userId).digest("hex");
}
