import { expect, test } from "vitest";
import { fuzz } from "./fuzz/fuzz.ts";

test("no webhook, however it is changed, crashes ingress or worker, and none is answered twice", async () => {
  const { mistakes, ...counts } = await fuzz(3_000, "test");
  expect(mistakes).toEqual([]);
  expect(counts.events).toBe(3_000);
  // It goes all the way.
  expect(counts.sent).toBeGreaterThan(300);
  expect(counts.erasures).toBeGreaterThan(50);
});
