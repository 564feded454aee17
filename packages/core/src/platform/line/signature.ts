import { validateSignature } from "@line/bot-sdk";

/**
 * Whether LINE signed these bytes: `x-line-signature` is Base64(HMAC-SHA256(channel secret, raw body)). Verified
 * before anything parses them, in constant time. Anybody can sign with an empty secret, so with one nothing is signed.
 */
export function isSigned(body: Uint8Array, signature: string, channelSecret: string): boolean {
  if (channelSecret === "") return false;
  return validateSignature(
    Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    channelSecret,
    signature,
  );
}
