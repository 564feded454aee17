import { hold } from "@henji/core/settings";
import { toolLimits } from "@henji/core/tool/limits";
import { createMemoryModel } from "@henji/simulation";
import { describe, expect, test } from "vitest";
import { call, useShop } from "./shop.ts";

const shop = useShop();

describe("a worker that dies", () => {
  /** Its tools hang until it is killed. */
  async function dieInTool(text = "Do it"): Promise<void> {
    const before = shop.act;
    shop.act = () => new Promise(() => {});
    shop.world.say("U1", text);
    await shop.world.crash(shop.world.worker());
    shop.act = before;
  }

  test("while a tool wrote does not have it run again: the model is told that its outcome is unknown", async () => {
    shop.script = [[call("cancel")]];
    await dieInTool();
    await shop.world.run(shop.world.worker(), 1_000);
    expect(shop.ran).toEqual(["cancel 7"]);
    expect(shop.world.newest()).toContain("the outcome is unknown. It was not run again.");
    expect(shop.world.asked).toHaveLength(2);
  });

  test("while an idempotent tool wrote has it run again under the same key", async () => {
    const keys: string[] = [];
    shop.script = [[call("pay")]];
    await dieInTool();
    shop.act = ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return "paid";
    };
    await shop.world.run(shop.world.worker(), 1_000);
    expect(shop.ran).toEqual(["pay 7", "pay 7"]);
    expect(keys).toEqual(["E1/1"]);
    expect(shop.world.newest()).toBe("U1 reply: Do it: paid");
  });

  test("while a tool read has it run again, and the model is not asked for the call once more", async () => {
    await dieInTool();
    await shop.world.run(shop.world.worker(), 1_000);
    expect(shop.ran).toEqual(["look 7", "look 7"]);
    expect(shop.world.asked).toHaveLength(2);
    expect(shop.world.newest()).toBe("U1 reply: Do it: on its way");
  });

  test("after a tool wrote goes on with its result", async () => {
    shop.script = [[call("cancel")]];
    const hanging = createMemoryModel({
      calls: (_, { rounds }) => shop.script[rounds.length] ?? [],
      behave: () => (shop.ran.length > 0 ? "hang" : "answer"),
    });
    shop.world.say("U1", "Do it");
    await shop.world.crash(shop.world.worker({ model: hanging }));
    await shop.world.run(shop.world.worker(), 1_000);
    expect(shop.ran).toEqual(["cancel 7"]);
    expect(shop.world.newest()).toBe("U1 reply: Do it: on its way");
  });

  test("is followed by one that holds the turn while its tool runs: nobody else may", async () => {
    shop.script = [[call("pay")]];
    await dieInTool();
    shop.act = () => new Promise(() => {});
    const running = shop.world.worker();
    await shop.world.run(running, 5_000);
    const [turn] = shop.world.table.turnsOf("U1");
    expect(turn!.leaseUntil).toBeGreaterThan(shop.world.scheduler.now() + 5_000);
  });
});

test("a worker that stood still while it stored that a call begins holds the turn for the whole of that call", async () => {
  shop.script = [[call("cancel")]];
  const { record } = shop.world.turns;
  let stoodStill = false;
  shop.world.turns.record = async (...request) => {
    const until = await record(...request);
    if (!stoodStill) await shop.world.scheduler.sleep(hold.leaseMs);
    stoodStill = true;
    return until;
  };
  let heldForMs = 0;
  shop.act = () => {
    const [turn] = shop.world.table.turnsOf("U1");
    heldForMs = turn!.leaseUntil - shop.world.scheduler.now();
    return "cancelled";
  };
  shop.world.say("U1", "Cancel it");
  await shop.world.run(shop.world.worker(), 60_000);
  expect(shop.ran).toEqual(["cancel 7"]);
  expect(heldForMs).toBeGreaterThan(toolLimits.timeoutMs);
});
