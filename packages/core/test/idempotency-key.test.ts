import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import { expect, test } from "vitest";

test("the idempotency key of an event is a UUIDv5, the same every time", () => {
  // Computed with Python: u = uuid.uuid5(uuid.NAMESPACE_DNS, "henji"); uuid.uuid5(u, "01HZX")
  expect(idempotencyKeyOf("01HZX")).toBe("d87cfe49-e772-5a01-acf8-9ef61a8bef37");
  expect(idempotencyKeyOf("01JABCDEFGHJKMNPQRSTVWXYZ0")).toBe("15523794-a173-527d-b13d-29822f29ceb2");
  expect(idempotencyKeyOf("01HZX")).not.toBe(idempotencyKeyOf("01HZY"));
});
