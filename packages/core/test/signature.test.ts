import { createHmac } from "node:crypto";
import { isSigned } from "@henji/core/platform/line/signature";
import { expect, test } from "vitest";

const body = Buffer.from('{"destination":"U0","events":[]}');
const digest = (secret = "secret", of: Uint8Array = body) => createHmac("sha256", secret).update(of).digest();
const isTaken = (signature: Uint8Array | string) =>
  isSigned(
    body,
    typeof signature === "string" ? signature : Buffer.from(signature).toString("base64"),
    "secret",
  );

test("a body signed with the channel's secret is accepted", () => {
  expect(isTaken(digest())).toBe(true);
  expect(isSigned(new Uint8Array(), digest("secret", new Uint8Array()).toString("base64"), "secret")).toBe(
    true,
  );
});

test("nothing is accepted without a signature", () => {
  expect(isSigned(body, "", "secret")).toBe(false);
  expect(isSigned(new Uint8Array(), "", "secret")).toBe(false);
});

test("nothing is accepted with an empty secret, with which anyone could sign", () => {
  expect(isSigned(body, digest("").toString("base64"), "")).toBe(false);
});

test("only the bytes of the body are signed, not the rest of their buffer", () => {
  const between = Uint8Array.from([1, 2, ...body, 3]).subarray(2, -1);
  expect(isSigned(between, digest().toString("base64"), "secret")).toBe(true);
});

test("a header that is not a signature is refused without an error", () => {
  for (const header of ["=", "====", "%%%", "署名", "\0", "null", " ", "A".repeat(100_000)]) {
    expect([header.slice(0, 9), isSigned(body, header, "secret")]).toEqual([header.slice(0, 9), false]);
  }
});

test("every bit of the signature counts", () => {
  for (let bit = 0; bit < 256; bit += 1) {
    const forged = digest();
    forged[bit >> 3]! ^= 1 << (bit & 7);
    expect([bit, isTaken(forged)]).toEqual([bit, false]);
  }
});

test("a part of the signature is refused, and so is the signature with anything after it", () => {
  for (let bytes = 0; bytes < 32; bytes += 1) {
    expect([bytes, isTaken(digest().subarray(0, bytes))]).toEqual([bytes, false]);
    expect([bytes, isTaken(digest().subarray(32 - bytes))]).toEqual([bytes, false]);
  }
  expect(isTaken(Buffer.concat([digest(), Buffer.alloc(1)]))).toBe(false);
  expect(isTaken(Buffer.concat([digest(), digest()]))).toBe(false);
});

test("another secret, body, digest or encoding is refused", () => {
  expect(isTaken(digest("Secret"))).toBe(false);
  expect(isTaken(digest(""))).toBe(false);
  expect(isTaken(digest("secret", body.subarray(1)))).toBe(false);
  expect(isTaken(digest().toString("hex"))).toBe(false);
  expect(isTaken(createHmac("sha1", "secret").update(body).digest())).toBe(false);
  expect(isTaken(createHmac("sha512", "secret").update(body).digest())).toBe(false);
});
