import { createHash } from "node:crypto";

/** Our namespace: RFC 9562's UUIDv5 of "henji" in its DNS namespace. */
const NAMESPACE = Buffer.from("48504d24040859a8872d84b2ec25996a", "hex");

/** The same UUIDv5 for the same name, always: what makes a repeated send the same send to its platform. */
export function idempotencyKeyOf(name: string): string {
  const hash = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
