import { wordsOn } from "@henji/core/platform/line/compose";
import { toolLimits } from "@henji/core/tool/limits";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { call, useShop } from "./shop.ts";
import type { World } from "./world.ts";

const shop = useShop();

describe("a tool that its user must confirm", () => {
  const { confirmExpired, gone } = ownBot.texts.en;

  beforeEach(async () => {
    shop.script = [[call("look"), call("remove")]];
    await shop.world.talk("U1", "Remove it");
  });

  const buttons = () =>
    shop.world.line.sent
      .at(-1)!
      .messages.at(-1)!
      .quickReply?.items.map(({ action }) => action);

  async function press(
    which: "Yes, go ahead" | "No, don't",
    action = buttons(),
    userId = "U1",
  ): Promise<void> {
    const meant = action?.find((one) => wordsOn(one) === which);
    if (meant?.type !== "postback") throw new Error(`No button ${which}`);
    await shop.world.happen(userId, { type: "postback", postback: { data: meant.data } });
  }

  test("does not run before that", () => {
    expect(shop.world.sent()).toEqual(["U1 reply: Remove 7? [Yes, go ahead] [No, don't]"]);
    expect(shop.ran).toEqual(["look 7"]);
  });

  test("runs at the tap, and the model answers with its result", async () => {
    shop.act = ({ idempotencyKey }) => `removed ${idempotencyKey}`;
    await press("Yes, go ahead");
    expect(shop.world.newest()).toBe("U1 reply: Yes, go ahead: on its way | removed E1/2");
    expect(JSON.parse(shop.world.contexts.at(-1)!)).toEqual([
      { role: "user", content: "Remove it" },
      { role: "assistant", content: "Remove 7?" },
      { role: "user", content: "Yes, go ahead" },
    ]);
    expect(shop.world.table.textOf("U1")).not.toContain("function_call");
  });

  test("does not run after a no, and the model is told so", async () => {
    await press("No, don't");
    expect(shop.ran).toEqual(["look 7"]);
    expect(shop.world.newest()).toContain("declined: it was not run");
  });

  test("runs once, however often it is tapped", async () => {
    const both = buttons();
    await press("Yes, go ahead", both);
    await press("Yes, go ahead", both);
    await press("No, don't", both);
    expect(shop.ran).toEqual(["look 7", "remove 7"]);
    expect(shop.world.sent()).toHaveLength(2);
  });

  test("runs once, if the worker dies after it has taken the call up", async () => {
    const { leaveCalls, record } = shop.world.turns;
    const both = buttons();
    shop.world.turns.record = () => new Promise(() => {});
    const data = (both![0] as { data: string }).data;
    shop.world.put("U1", { type: "postback", replyToken: "token 2", postback: { data } });
    await shop.world.crash(shop.world.worker());
    Object.assign(shop.world.turns, { record, leaveCalls });
    await shop.world.settle();
    await press("Yes, go ahead", both);
    expect(shop.ran).toEqual(["look 7", "remove 7"]);
  });

  test("is not run again, if the worker dies while it runs", async () => {
    const both = buttons();
    shop.act = () => new Promise(() => {});
    const data = (both![0] as { data: string }).data;
    shop.world.put("U1", { type: "postback", replyToken: "token 2", postback: { data } });
    await shop.world.crash(shop.world.worker());
    shop.act = () => "removed";
    await shop.world.settle();
    expect(shop.ran).toEqual(["look 7", "remove 7"]);
    expect(shop.world.sent().at(-1)).toContain("the outcome is unknown");
  });

  test("runs only in time", async () => {
    await shop.world.scheduler.run(shop.world.scheduler.now() + toolLimits.confirmWithinMs + 1, () => false);
    await press("Yes, go ahead");
    expect(shop.ran).toEqual(["look 7"]);
    expect(shop.world.newest()).toBe(`U1 reply: ${confirmExpired}`);
  });

  test("is gone after it was unsent, and after everything was forgotten", async () => {
    const both = buttons();
    shop.world.unsend("U1", "1");
    await shop.world.settle();
    expect(shop.world.table.textOf("U1")).not.toContain("function_call");
    await press("Yes, go ahead", both);
    expect(shop.world.newest()).toBe(`U1 reply: ${gone}`);
    expect(shop.ran).toEqual(["look 7"]);
  });

  test("asks with its name and input, if it has no question of its own", async () => {
    shop.script = [[call("plain", "9")]];
    await shop.world.talk("U2", "Do it");
    expect(shop.world.newest()).toContain("Shall I go ahead?\n\nplain\norder: 9");
  });
});

test("in a group only the member who asked may confirm", async () => {
  shop.script = [[call("remove")]];
  await shop.world.sayIn("C1", "U1", "@Henji remove it");
  const [yes] = shop.world.line.sent.at(-1)!.messages.at(-1)!.quickReply!.items;
  const { data } = yes!.action as { data: string };
  const tap = (userId: string) =>
    shop.world.happen(userId, {
      type: "postback",
      source: { type: "group", groupId: "C1", userId },
      postback: { data },
    } as Parameters<World["happen"]>[1]);
  await tap("U2");
  expect(shop.ran).toEqual([]);
  expect(shop.world.sent()).toHaveLength(1);
  await tap("U1");
  expect(shop.ran).toEqual(["remove 7"]);
});
