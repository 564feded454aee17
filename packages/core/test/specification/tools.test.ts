import { defineBot } from "@henji/core/bot";
import type { Model } from "@henji/core/model/model";
import { defineTool, type ToolRun } from "@henji/core/tool";
import { toolLimits } from "@henji/core/tool/limits";
import { createMemoryModel } from "@henji/simulation";
import { describe, expect, test } from "vitest";
import { call, input, told, useShop } from "./shop.ts";
import { createWorld, plainBot } from "./world.ts";

const shop = useShop();

describe("what the model calls", () => {
  test("runs, and the answer is given with what it returned", async () => {
    let how: ToolRun | undefined;
    shop.act = (given) => {
      how = given;
      return { status: "sent" };
    };
    await shop.world.talk("U1", "Where is it?");
    expect(shop.world.sent()).toEqual(['U1 reply: Where is it?: {"status":"sent"}']);
    expect(how).toMatchObject({ user: { id: "U1" }, chat: { type: "user", id: "U1" } });
    expect(how?.idempotencyKey).toBe("E1/1");
    expect(shop.world.logged("tool.ran")).toMatchObject([{ tool: "look", outcome: "ok", eventId: "E1" }]);
    expect(shop.world.printed.join("")).not.toContain('sent\\"');
  });

  test("writes first, one after another, so that what reads sees it", async () => {
    shop.script = [[call("look"), call("cancel", "1"), call("pay", "2")]];
    await shop.world.talk("U1", "Do it");
    expect(shop.ran).toEqual(["cancel 1", "pay 2", "look 7"]);
  });

  test("is not kept once there is an answer, and no part of the conversation after", async () => {
    await shop.world.talk("U1", "Where is it?", "Thanks");
    expect(shop.world.table.textOf("U1")).not.toContain("function_call");
    const [, , third] = shop.world.contexts;
    expect(JSON.parse(third!)).toMatchObject([
      { role: "user", content: "Where is it?" },
      { role: "assistant", content: "Where is it?: on its way" },
      { role: "user", content: "Thanks" },
    ]);
  });

  test("counts with all its requests", async () => {
    shop.script = [[call("look")], [call("look")]];
    await shop.world.talk("U1", "Where is it?");
    const [turn] = shop.world.table.turnsOf("U1");
    expect(turn?.usage).toMatchObject({ answers: 1, inputTokens: 60, outputTokens: 60 });
  });

  test("goes on for five rounds; then it must answer", async () => {
    shop.script = Array(9).fill([call("look")]);
    await shop.world.talk("U1", "Where is it?");
    expect(shop.ran).toHaveLength(toolLimits.maxRounds);
    expect(shop.world.sent()).toHaveLength(1);
  });

  test("is eight calls at once at the most", async () => {
    shop.script = [Array(10).fill(call("look"))];
    await shop.world.talk("U1", "Where are they?");
    expect(shop.ran).toHaveLength(toolLimits.maxCalls);
    expect(shop.world.newest()).toContain("At most 8 calls");
  });

  test("with a mistake, is told so and does not run", async () => {
    shop.script = [[call("look", 7), call("nothing_like_this"), { name: "look", input: "{" }]];
    await shop.world.talk("U1", "Where is it?");
    expect(shop.ran).toEqual([]);
    expect(shop.world.newest()).toContain(
      "Error: order: Invalid input: expected string, received number. | Error: there is no such tool. | Error: the input is no JSON.",
    );
  });

  test("that is long is cut", async () => {
    shop.act = () => "x".repeat(20_000);
    let seen = "";
    shop.world = createWorld({
      bot: defineBot({ ...plainBot, tools: shop.tools }),
      model: {
        calls: (_, { rounds }) => shop.script[rounds.length] ?? [],
        answer: (_, __, asked) => {
          seen = told(asked?.rounds).join();
          return "Read";
        },
      },
    });
    await shop.world.talk("U1", "Read it");
    expect(seen).toBe(`${"x".repeat(8_000)}\n[Cut: this is the beginning of 20000 characters.]`);
  });

  test("of many rounds with long results stays within what a turn has room for", async () => {
    shop.act = () => "漢".repeat(8_000);
    shop.script = Array(9).fill(Array(8).fill(call("look")));
    let most = 0;
    shop.world = createWorld({
      bot: defineBot({ ...plainBot, tools: shop.tools }),
      model: { calls: (_, { rounds }) => shop.script[rounds.length] ?? [], answer: () => "Read" },
      table: {
        onWrite: (_, { transcript = "" }) => {
          most = Math.max(most, Buffer.byteLength(transcript));
        },
      },
    });
    await shop.world.talk("U1", "Read all");
    expect(shop.world.sent()).toEqual(["U1 reply: Read"]);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(200_000);
  });

  test.each([
    ["look", "Error: it failed."],
    ["cancel", "Error: it failed. It may have had its effect all the same: the outcome is unknown."],
  ])("and fails, as %s does, is answered without the words of the error", async (name, text) => {
    shop.script = [[call(name)]];
    shop.act = () => {
      throw new Error("password=1234");
    };
    await shop.world.talk("U1", "Do it");
    expect(shop.world.newest()).toBe(`U1 reply: Do it: ${text}`);
    expect(shop.world.printed.join("")).not.toContain("1234");
  });

  test("and hangs is left alone after its time", async () => {
    shop.act = () => new Promise(() => {});
    shop.world.say("U1", "Where is it?");
    await shop.world.run(shop.world.worker(), 12_000);
    expect(shop.world.newest()).toBe("U1 reply: Where is it?: Error: it took too long.");
    expect(shop.world.logged("tool.ran")).toMatchObject([{ outcome: "timeout", ms: 10_000 }]);
  });
});

test("what the model called is kept when too little time is left to run it: another invocation goes on", async () => {
  const slow = defineTool({
    ...{ name: "cancel", description: "For tests.", input, effect: "writes", timeoutMs: 30_000 },
    run: ({ order }) => void shop.ran.push(`cancel ${order}`),
  });
  shop.world = shop.worldWith(
    defineBot({ ...plainBot, model: { ...plainBot.model, timeoutS: 120 }, tools: [slow] }),
  );
  shop.script = [[call("cancel")]];
  const model = createMemoryModel({ calls: (_, { rounds }) => shop.script[rounds.length] ?? [] });
  const ask: Model["ask"] = async (...request) => {
    await shop.world.scheduler.sleep(110_000);
    return model.ask(...request);
  };
  shop.world.say("U1", "Cancel it");
  await shop.world.run(shop.world.worker({ model: { ask } }), 120_000);
  expect(shop.world.logged("job.retry")).toMatchObject([{ code: "tool.no_time" }]);
  await shop.world.settle();
  expect(shop.ran).toEqual(["cancel 7"]);
  // Once for its answer, after the call.
  expect(shop.world.asked).toEqual(["Cancel it"]);
});

test("a bot without tools is told nothing of any", async () => {
  shop.world = shop.worldWith(plainBot);
  await shop.world.talk("U1", "Where is it?");
  expect(shop.world.newest()).toBe("U1 reply: Where is it?: nothing");
});
