import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import { wordsOn } from "@henji/core/platform/line/compose";
import { defineTool, type Tool, type ToolRun, z } from "@henji/core/tool";
import { toolLimits } from "@henji/core/tool/limits";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

type Ask = readonly { name: string; input: unknown }[];

let world: World;
/** What has run, with its input. */
let ran: string[];
/** What the model calls, a round after the other. */
let script: Ask[];
/** What a tool does when it runs. */
let act: (how: ToolRun) => unknown;

const input = z.object({ order: z.string() });

function tool(fields: { name: string } & Partial<Parameters<typeof defineTool<typeof input>>[0]>): Tool {
  return defineTool({
    ...{ description: "For tests.", input, effect: "reads" },
    run(value, how) {
      ran.push(`${fields.name} ${value.order}`);
      return act(how);
    },
    ...fields,
  });
}

const tools = [
  tool({ name: "look" }),
  tool({ name: "cancel", effect: "writes" }),
  tool({ name: "pay", effect: "writes", idempotent: true }),
  tool({ name: "remove", effect: "writes", confirm: ({ order }) => `Remove ${order}?` }),
  tool({ name: "plain", effect: "writes", confirm: true }),
];

function worldWith(bot = defineBot({ ...plainBot, tools })): World {
  return createWorld({
    bot,
    model: {
      calls: (_, { rounds }) => script[rounds.length] ?? [],
      answer: (question, _, asked) => `${question}: ${told(asked?.rounds).join(" | ") || "nothing"}`,
    },
  });
}

const told = (rounds: readonly { results: readonly { text: string }[] }[] = []) =>
  rounds.flatMap(({ results }) => results.map(({ text }) => text));

const call = (name: string, order: unknown = "7") => ({ name, input: { order } });

beforeEach(() => {
  ran = [];
  act = () => "on its way";
  script = [[call("look")]];
  world = worldWith();
});

describe("what the model calls", () => {
  test("runs, and the answer is given with what it returned", async () => {
    let how: ToolRun | undefined;
    act = (given) => {
      how = given;
      return { status: "sent" };
    };
    await world.talk("U1", "Where is it?");
    expect(world.sent()).toEqual(['U1 reply: Where is it?: {"status":"sent"}']);
    expect(how).toMatchObject({ user: { id: "U1" }, chat: { type: "user", id: "U1" } });
    expect(how?.idempotencyKey).toBe("E1/1");
    expect(world.logged("tool.ran")).toMatchObject([{ tool: "look", outcome: "ok", eventId: "E1" }]);
    expect(world.printed.join("")).not.toContain('sent\\"');
  });

  test("writes first, one after another, so that what reads sees it", async () => {
    script = [[call("look"), call("cancel", "1"), call("pay", "2")]];
    await world.talk("U1", "Do it");
    expect(ran).toEqual(["cancel 1", "pay 2", "look 7"]);
  });

  test("is not kept once there is an answer, and no part of the conversation after", async () => {
    await world.talk("U1", "Where is it?", "Thanks");
    expect(world.table.textOf("U1")).not.toContain("function_call");
    const [, , third] = world.contexts;
    expect(JSON.parse(third!)).toMatchObject([
      { role: "user", content: "Where is it?" },
      { role: "assistant", content: "Where is it?: on its way" },
      { role: "user", content: "Thanks" },
    ]);
  });

  test("counts with all its requests", async () => {
    script = [[call("look")], [call("look")]];
    await world.talk("U1", "Where is it?");
    const [turn] = world.table.turnsOf("U1");
    expect(turn?.usage).toMatchObject({ answers: 1, inputTokens: 60, outputTokens: 60 });
  });

  test("goes on for five rounds; then it must answer", async () => {
    script = Array(9).fill([call("look")]);
    await world.talk("U1", "Where is it?");
    expect(ran).toHaveLength(toolLimits.maxRounds);
    expect(world.sent()).toHaveLength(1);
  });

  test("is eight calls at once at the most", async () => {
    script = [Array(10).fill(call("look"))];
    await world.talk("U1", "Where are they?");
    expect(ran).toHaveLength(toolLimits.maxCalls);
    expect(world.newest()).toContain("At most 8 calls");
  });

  test("with a mistake, is told so and does not run", async () => {
    script = [[call("look", 7), call("nothing_like_this"), { name: "look", input: "{" }]];
    await world.talk("U1", "Where is it?");
    expect(ran).toEqual([]);
    expect(world.newest()).toContain(
      "Error: order: Invalid input: expected string, received number. | Error: there is no such tool. | Error: the input is no JSON.",
    );
  });

  test("that is long is cut", async () => {
    act = () => "x".repeat(20_000);
    let seen = "";
    world = createWorld({
      bot: defineBot({ ...plainBot, tools }),
      model: {
        calls: (_, { rounds }) => script[rounds.length] ?? [],
        answer: (_, __, asked) => {
          seen = told(asked?.rounds).join();
          return "Read";
        },
      },
    });
    await world.talk("U1", "Read it");
    expect(seen).toBe(`${"x".repeat(8_000)}\n[Cut: this is the beginning of 20000 characters.]`);
  });

  test("of many rounds with long results stays within what a turn has room for", async () => {
    act = () => "漢".repeat(8_000);
    script = Array(9).fill(Array(8).fill(call("look")));
    let most = 0;
    world = createWorld({
      bot: defineBot({ ...plainBot, tools }),
      model: { calls: (_, { rounds }) => script[rounds.length] ?? [], answer: () => "Read" },
      table: {
        onWrite: (_, { transcript = "" }) => {
          most = Math.max(most, Buffer.byteLength(transcript));
        },
      },
    });
    await world.talk("U1", "Read all");
    expect(world.sent()).toEqual(["U1 reply: Read"]);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(200_000);
  });

  test.each([
    ["look", "Error: it failed."],
    ["cancel", "Error: it failed. It may have had its effect all the same: the outcome is unknown."],
  ])("and fails, as %s does, is answered without the words of the error", async (name, text) => {
    script = [[call(name)]];
    act = () => {
      throw new Error("password=1234");
    };
    await world.talk("U1", "Do it");
    expect(world.newest()).toBe(`U1 reply: Do it: ${text}`);
    expect(world.printed.join("")).not.toContain("1234");
  });

  test("and hangs is left alone after its time", async () => {
    act = () => new Promise(() => {});
    world.say("U1", "Where is it?");
    await world.run(world.worker(), 12_000);
    expect(world.newest()).toBe("U1 reply: Where is it?: Error: it took too long.");
    expect(world.logged("tool.ran")).toMatchObject([{ outcome: "timeout", ms: 10_000 }]);
  });
});

test("what the model called is kept when too little time is left to run it: another invocation goes on", async () => {
  const slow = defineTool({
    ...{ name: "cancel", description: "For tests.", input, effect: "writes", timeoutMs: 30_000 },
    run: ({ order }) => void ran.push(`cancel ${order}`),
  });
  world = worldWith(defineBot({ ...plainBot, model: { ...plainBot.model, timeoutS: 120 }, tools: [slow] }));
  script = [[call("cancel")]];
  const model = createMemoryModel({ calls: (_, { rounds }) => script[rounds.length] ?? [] });
  const ask: Model["ask"] = async (...request) => {
    await world.scheduler.sleep(110_000);
    return model.ask(...request);
  };
  world.say("U1", "Cancel it");
  await world.run(world.worker({ model: { ask } }), 120_000);
  expect(world.logged("job.retry")).toMatchObject([{ code: "tool.no_time" }]);
  await world.settle();
  expect(ran).toEqual(["cancel 7"]);
  // Once for its answer, after the call.
  expect(world.asked).toEqual(["Cancel it"]);
});

test("a bot without tools is told nothing of any", async () => {
  world = worldWith(plainBot);
  await world.talk("U1", "Where is it?");
  expect(world.newest()).toBe("U1 reply: Where is it?: nothing");
});

describe("a worker that dies", () => {
  /** Its tools hang until it is killed. */
  async function dieInTool(text = "Do it"): Promise<void> {
    const before = act;
    act = () => new Promise(() => {});
    world.say("U1", text);
    await world.crash(world.worker());
    act = before;
  }

  test("while a tool wrote does not have it run again: the model is told that its outcome is unknown", async () => {
    script = [[call("cancel")]];
    await dieInTool();
    await world.run(world.worker(), 1_000);
    expect(ran).toEqual(["cancel 7"]);
    expect(world.newest()).toContain("the outcome is unknown. It was not run again.");
    expect(world.asked).toHaveLength(2);
  });

  test("while an idempotent tool wrote has it run again under the same key", async () => {
    const keys: string[] = [];
    script = [[call("pay")]];
    await dieInTool();
    act = ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      return "paid";
    };
    await world.run(world.worker(), 1_000);
    expect(ran).toEqual(["pay 7", "pay 7"]);
    expect(keys).toEqual(["E1/1"]);
    expect(world.newest()).toBe("U1 reply: Do it: paid");
  });

  test("while a tool read has it run again, and the model is not asked for the call once more", async () => {
    await dieInTool();
    await world.run(world.worker(), 1_000);
    expect(ran).toEqual(["look 7", "look 7"]);
    expect(world.asked).toHaveLength(2);
    expect(world.newest()).toBe("U1 reply: Do it: on its way");
  });

  test("after a tool wrote goes on with its result", async () => {
    script = [[call("cancel")]];
    const hanging = createMemoryModel({
      calls: (_, { rounds }) => script[rounds.length] ?? [],
      behave: () => (ran.length > 0 ? "hang" : "answer"),
    });
    world.say("U1", "Do it");
    await world.crash(world.worker({ model: hanging }));
    await world.run(world.worker(), 1_000);
    expect(ran).toEqual(["cancel 7"]);
    expect(world.newest()).toBe("U1 reply: Do it: on its way");
  });

  test("is followed by one that holds the turn while its tool runs: nobody else may", async () => {
    script = [[call("pay")]];
    await dieInTool();
    act = () => new Promise(() => {});
    const running = world.worker();
    await world.run(running, 5_000);
    const [turn] = world.table.turnsOf("U1");
    expect(turn!.leaseUntil).toBeGreaterThan(world.scheduler.now() + 5_000);
  });
});

test("what was given up on keeps what it called: asking again does not write again", async () => {
  script = [[call("cancel")]];
  const failing = createMemoryModel({
    calls: (_, { rounds }) => script[rounds.length] ?? [],
    behave: () => (ran.length > 0 ? "rejected" : "answer"),
  });
  world.say("U1", "Cancel it");
  await world.run(world.worker({ model: failing }), 1_000);
  expect(world.lines).toContain("job.parked");
  await world.talk("U1", "/retry");
  expect(ran).toEqual(["cancel 7"]);
  expect(world.newest()).toBe("U1 reply: Cancel it: on its way");
});

describe("a call that had not begun when its question was given up on", () => {
  const rejecting = createMemoryModel({ behave: () => "rejected" });

  /** Dies while the call that begins next runs, and then is given up on. */
  async function parkIn(begin: () => void): Promise<void> {
    act = () => new Promise(() => {});
    begin();
    await world.crash(world.worker());
    act = () => "done";
  }

  async function retryInVain(): Promise<void> {
    await parkIn(() => world.say("U1", "/retry"));
    await world.run(world.worker({ model: rejecting }), 1_000);
    expect(world.logged("job.parked")).toHaveLength(2);
  }

  beforeEach(async () => {
    script = [[call("cancel", "1"), call("cancel", "2"), call("pay", "3")]];
    await parkIn(() => world.say("U1", "Cancel both"));
    const { record } = world.turns;
    const refused = new BotError("table.refused", "Of the test", { retry: "never" });
    world.turns.record = () => Promise.reject(refused);
    await world.run(world.worker(), 1_000);
    world.turns.record = record;
    expect(world.logged("job.parked")).toHaveLength(1);
    expect(ran).toEqual(["cancel 1"]);
  });

  test("runs when it is asked once more", async () => {
    await world.talk("U1", "/retry");
    expect(ran).toEqual(["cancel 1", "cancel 2", "pay 3"]);
    expect(world.newest()).toMatch(/outcome is unknown.* \| done \| done$/);
  });

  test("and ran then, but without an answer, does not run again, however often it is asked", async () => {
    await retryInVain();
    await world.talk("U1", "/retry");
    expect(ran).toEqual(["cancel 1", "cancel 2", "pay 3"]);
    expect(world.newest()).toMatch(/unknown.* \| .*unknown.* \| done$/);
  });

  test("and ran then does not run again when the question itself is brought back", async () => {
    await retryInVain();
    world.moveBack();
    await world.settle();
    expect(ran.filter((one) => one.startsWith("cancel"))).toEqual(["cancel 1", "cancel 2"]);
  });

  test.each(["message", "chat"])(
    "is gone from every turn that took it up, once its %s is erased",
    async (what) => {
      await retryInVain();
      if (what === "message") world.unsend("U1", "1");
      else world.unfollow("U1");
      await world.settle();
      expect(world.table.textOf("U1")).not.toContain("cancel");
    },
  );
});

describe.each(["unsend", "unfollow"] as const)("after %s nothing is kept of a call", (erase) => {
  const rejecting = createMemoryModel({ behave: () => "rejected" });
  const secret = "My card is 4242 4242 4242 4242";

  async function expectErased(): Promise<void> {
    expect(world.table.textOf("U1")).toMatch(/function_call.*(visa|4242)/);
    if (erase === "unsend") world.unsend("U1", "1");
    else world.unfollow("U1");
    await world.settle();
    expect(world.table.textOf("U1")).not.toMatch(/function_call|visa|4242/);
  }

  beforeEach(() => {
    script = [[call("cancel", "visa")]];
    act = () => "visa";
  });

  test("that its question was given up on with", async () => {
    await giveUp(() => world.say("U1", secret));
    await expectErased();
  });

  test("that was made when it was asked once more, in vain", async () => {
    world.say("U1", secret);
    await world.run(world.worker({ model: rejecting }), 1_000);
    await giveUp(() => world.say("U1", "/retry"));
    await expectErased();
  });

  test("that repeats it for a later question", async () => {
    await world.talk("U1", secret);
    script = [[call("cancel", secret)]];
    await giveUp(() => world.say("U1", "Pay with it"));
    await expectErased();
  });

  test("that was confirmed, in vain", async () => {
    script = [[call("remove", "visa")]];
    await world.talk("U1", secret);
    const [yes] = world.line.sent.at(-1)!.messages.at(-1)!.quickReply!.items;
    const { data } = yes!.action as { data: string };
    await giveUp(() => world.put("U1", { type: "postback", replyToken: "token 2", postback: { data } }));
    await expectErased();
  });

  /** Calls run, and then the model answers no more. */
  async function giveUp(ask: () => void): Promise<void> {
    ask();
    const model = createMemoryModel({
      calls: (_, { rounds }) => script[rounds.length] ?? [],
      behave: () => (ran.length > 0 ? "rejected" : "answer"),
    });
    ran = [];
    await world.run(world.worker({ model }), 1_000);
    expect(world.logged("job.parked").length).toBeGreaterThan(0);
  }
});

describe("a tool that its user must confirm", () => {
  const { confirmExpired, gone } = ownBot.texts.en;

  beforeEach(async () => {
    script = [[call("look"), call("remove")]];
    await world.talk("U1", "Remove it");
  });

  const buttons = () =>
    world.line.sent
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
    await world.happen(userId, { type: "postback", postback: { data: meant.data } });
  }

  test("does not run before that", () => {
    expect(world.sent()).toEqual(["U1 reply: Remove 7? [Yes, go ahead] [No, don't]"]);
    expect(ran).toEqual(["look 7"]);
  });

  test("runs at the tap, and the model answers with its result", async () => {
    act = ({ idempotencyKey }) => `removed ${idempotencyKey}`;
    await press("Yes, go ahead");
    expect(world.newest()).toBe("U1 reply: Yes, go ahead: on its way | removed E1/2");
    expect(JSON.parse(world.contexts.at(-1)!)).toEqual([
      { role: "user", content: "Remove it" },
      { role: "assistant", content: "Remove 7?" },
      { role: "user", content: "Yes, go ahead" },
    ]);
    expect(world.table.textOf("U1")).not.toContain("function_call");
  });

  test("does not run after a no, and the model is told so", async () => {
    await press("No, don't");
    expect(ran).toEqual(["look 7"]);
    expect(world.newest()).toContain("declined: it was not run");
  });

  test("runs once, however often it is tapped", async () => {
    const both = buttons();
    await press("Yes, go ahead", both);
    await press("Yes, go ahead", both);
    await press("No, don't", both);
    expect(ran).toEqual(["look 7", "remove 7"]);
    expect(world.sent()).toHaveLength(2);
  });

  test("runs once, if the worker dies after it has taken the call up", async () => {
    const { leaveCalls, record } = world.turns;
    const both = buttons();
    world.turns.record = () => new Promise(() => {});
    const data = (both![0] as { data: string }).data;
    world.put("U1", { type: "postback", replyToken: "token 2", postback: { data } });
    await world.crash(world.worker());
    Object.assign(world.turns, { record, leaveCalls });
    await world.settle();
    await press("Yes, go ahead", both);
    expect(ran).toEqual(["look 7", "remove 7"]);
  });

  test("is not run again, if the worker dies while it runs", async () => {
    const both = buttons();
    act = () => new Promise(() => {});
    const data = (both![0] as { data: string }).data;
    world.put("U1", { type: "postback", replyToken: "token 2", postback: { data } });
    await world.crash(world.worker());
    act = () => "removed";
    await world.settle();
    expect(ran).toEqual(["look 7", "remove 7"]);
    expect(world.sent().at(-1)).toContain("the outcome is unknown");
  });

  test("runs only in time", async () => {
    await world.scheduler.run(world.scheduler.now() + toolLimits.confirmWithinMs + 1, () => false);
    await press("Yes, go ahead");
    expect(ran).toEqual(["look 7"]);
    expect(world.newest()).toBe(`U1 reply: ${confirmExpired}`);
  });

  test("is gone after it was unsent, and after everything was forgotten", async () => {
    const both = buttons();
    world.unsend("U1", "1");
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("function_call");
    await press("Yes, go ahead", both);
    expect(world.newest()).toBe(`U1 reply: ${gone}`);
    expect(ran).toEqual(["look 7"]);
  });

  test("asks with its name and input, if it has no question of its own", async () => {
    script = [[call("plain", "9")]];
    await world.talk("U2", "Do it");
    expect(world.newest()).toContain("Shall I go ahead?\n\nplain\norder: 9");
  });
});

test("in a group only the member who asked may confirm", async () => {
  script = [[call("remove")]];
  await world.sayIn("C1", "U1", "@Henji remove it");
  const [yes] = world.line.sent.at(-1)!.messages.at(-1)!.quickReply!.items;
  const { data } = yes!.action as { data: string };
  const tap = (userId: string) =>
    world.happen(userId, {
      type: "postback",
      source: { type: "group", groupId: "C1", userId },
      postback: { data },
    } as Parameters<World["happen"]>[1]);
  await tap("U2");
  expect(ran).toEqual([]);
  expect(world.sent()).toHaveLength(1);
  await tap("U1");
  expect(ran).toEqual(["remove 7"]);
});
