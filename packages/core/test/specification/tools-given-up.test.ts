import { BotError } from "@henji/core/error";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import { call, useShop } from "./shop.ts";

const shop = useShop();

test("what was given up on keeps what it called: asking again does not write again", async () => {
  shop.script = [[call("cancel")]];
  const failing = createMemoryModel({
    calls: (_, { rounds }) => shop.script[rounds.length] ?? [],
    behave: () => (shop.ran.length > 0 ? "rejected" : "answer"),
  });
  shop.world.say("U1", "Cancel it");
  await shop.world.run(shop.world.worker({ model: failing }), 1_000);
  expect(shop.world.lines).toContain("job.parked");
  await shop.world.talk("U1", "/retry");
  expect(shop.ran).toEqual(["cancel 7"]);
  expect(shop.world.newest()).toBe("U1 reply: Cancel it: on its way");
});

describe("a call that had not begun when its question was given up on", () => {
  const rejecting = createMemoryModel({ behave: () => "rejected" });

  /** Dies while the call that begins next runs, and then is given up on. */
  async function parkIn(begin: () => void): Promise<void> {
    shop.act = () => new Promise(() => {});
    begin();
    await shop.world.crash(shop.world.worker());
    shop.act = () => "done";
  }

  async function retryInVain(): Promise<void> {
    await parkIn(() => shop.world.say("U1", "/retry"));
    await shop.world.run(shop.world.worker({ model: rejecting }), 1_000);
    expect(shop.world.logged("job.parked")).toHaveLength(2);
  }

  beforeEach(async () => {
    shop.script = [[call("cancel", "1"), call("cancel", "2"), call("pay", "3")]];
    await parkIn(() => shop.world.say("U1", "Cancel both"));
    const { record } = shop.world.turns;
    const refused = new BotError("table.refused", "Of the test", { retry: "never" });
    shop.world.turns.record = () => Promise.reject(refused);
    await shop.world.run(shop.world.worker(), 1_000);
    shop.world.turns.record = record;
    expect(shop.world.logged("job.parked")).toHaveLength(1);
    expect(shop.ran).toEqual(["cancel 1"]);
  });

  test("runs when it is asked once more", async () => {
    await shop.world.talk("U1", "/retry");
    expect(shop.ran).toEqual(["cancel 1", "cancel 2", "pay 3"]);
    expect(shop.world.newest()).toMatch(/outcome is unknown.* \| done \| done$/);
  });

  test("and ran then, but without an answer, does not run again, however often it is asked", async () => {
    await retryInVain();
    await shop.world.talk("U1", "/retry");
    expect(shop.ran).toEqual(["cancel 1", "cancel 2", "pay 3"]);
    expect(shop.world.newest()).toMatch(/unknown.* \| .*unknown.* \| done$/);
  });

  test("and was taken up in vain by one that lost what it called is not forgotten, since it may have run there", async () => {
    const { record } = shop.world.turns;
    shop.world.turns.record = () =>
      Promise.reject(new BotError("table.refused", "Of the test", { retry: "never" }));
    shop.world.say("U1", "/retry");
    await shop.world.run(shop.world.worker(), 1_000);
    shop.world.turns.record = record;
    expect(shop.world.logged("job.parked")).toHaveLength(2);
    await shop.world.talk("U1", "/retry");
    expect(shop.ran).toEqual(["cancel 1", "pay 3"]);
    expect(shop.world.newest()).toMatch(/^U1 reply: Cancel both: .*unknown.* \| .*unknown.* \| done$/);
  });

  test("and ran then does not run again when the question itself is brought back", async () => {
    await retryInVain();
    shop.world.moveBack();
    await shop.world.settle();
    expect(shop.ran.filter((one) => one.startsWith("cancel"))).toEqual(["cancel 1", "cancel 2"]);
  });

  test.each(["message", "chat"])(
    "is gone from every turn that took it up, once its %s is erased",
    async (what) => {
      await retryInVain();
      if (what === "message") shop.world.unsend("U1", "1");
      else shop.world.unfollow("U1");
      await shop.world.settle();
      expect(shop.world.table.textOf("U1")).not.toContain("cancel");
    },
  );
});

describe.each(["unsend", "unfollow"] as const)("after %s nothing is kept of a call", (erase) => {
  const rejecting = createMemoryModel({ behave: () => "rejected" });
  const secret = "My card is 4242 4242 4242 4242";

  async function expectErased(): Promise<void> {
    expect(shop.world.table.textOf("U1")).toMatch(/function_call.*(visa|4242)/);
    if (erase === "unsend") shop.world.unsend("U1", "1");
    else shop.world.unfollow("U1");
    await shop.world.settle();
    expect(shop.world.table.textOf("U1")).not.toMatch(/function_call|visa|4242/);
  }

  beforeEach(() => {
    shop.script = [[call("cancel", "visa")]];
    shop.act = () => "visa";
  });

  test("that its question was given up on with", async () => {
    await giveUp(() => shop.world.say("U1", secret));
    await expectErased();
  });

  test("that was made when it was asked once more, in vain", async () => {
    shop.world.say("U1", secret);
    await shop.world.run(shop.world.worker({ model: rejecting }), 1_000);
    await giveUp(() => shop.world.say("U1", "/retry"));
    await expectErased();
  });

  test("that repeats it for a later question", async () => {
    await shop.world.talk("U1", secret);
    shop.script = [[call("cancel", secret)]];
    await giveUp(() => shop.world.say("U1", "Pay with it"));
    await expectErased();
  });

  test("that was confirmed, in vain", async () => {
    shop.script = [[call("remove", "visa")]];
    await shop.world.talk("U1", secret);
    const [yes] = shop.world.line.sent.at(-1)!.messages.at(-1)!.quickReply!.items;
    const { data } = yes!.action as { data: string };
    await giveUp(() => shop.world.put("U1", { type: "postback", replyToken: "token 2", postback: { data } }));
    await expectErased();
  });

  /** Calls run, and then the model answers no more. */
  async function giveUp(ask: () => void): Promise<void> {
    ask();
    const model = createMemoryModel({
      calls: (_, { rounds }) => shop.script[rounds.length] ?? [],
      behave: () => (shop.ran.length > 0 ? "rejected" : "answer"),
    });
    shop.ran = [];
    await shop.world.run(shop.world.worker({ model }), 1_000);
    expect(shop.world.logged("job.parked").length).toBeGreaterThan(0);
  }
});
