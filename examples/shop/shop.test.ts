import { join } from "node:path";
import { calls, startHenji } from "@henji/local/testing";
import { afterAll, afterEach, expect, test } from "vitest";

const henji = await startHenji({ botConfig: join(import.meta.dirname, "bot.config.ts") });
afterEach(() => henji.model.reset());
afterAll(() => henji.stop());

test("the model is told what has become of an order", async () => {
  henji.model.says(calls("order_status", { order: "8" }), ({ results }) => `I see: ${results[0]}`);
  const said = await henji.user("Aki").say("Where is order 8?");
  expect(said).toEqual(['I see: {"status":"sent","arrives":"2027-01-16"}']);
});

test("an order is cancelled once, and only after its user has said yes", async () => {
  const aki = henji.user("Aki");
  const status = async () => {
    henji.model.says(calls("order_status", { order: "7" }), ({ results }) => results[0]!);
    return aki.say("Where is order 7?");
  };
  henji.model.says(calls("cancel_order", { order: "7" }), ({ results }) => `Done: ${results[0]}`);
  expect(await aki.say("Cancel order 7")).toEqual(["Shall I cancel order 7?"]);
  expect(await aki.press("Yes, go ahead")).toEqual(["Done: Cancelled."]);
  expect(await status()).toEqual([expect.stringContaining("cancelled")]);
});
