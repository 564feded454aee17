import { defineBot } from "@henji/core/bot";
import { BotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import { defineTool, type Tool, z } from "@henji/core/tool";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

const picture = { bytes: Buffer.from("ffd8ffe000104a464946", "hex"), type: "image/jpeg" };
const other = { ...picture, bytes: Buffer.from("ffd8ffe1ffffffffffff", "hex") };
const image = { type: "image", contentProvider: { type: "line" } };

let ran: string[];
let keys: string[];
beforeEach(() => {
  [ran, keys] = [[], []];
});

const reserve: Tool = defineTool({
  ...{ name: "reserve", description: "For tests.", effect: "writes" },
  input: z.object({ what: z.string() }),
  run({ what }, { idempotencyKey }) {
    ran.push(what);
    keys.push(idempotencyKey);
    return "reserved";
  },
});

const call = { name: "reserve", input: { what: "table" } };
/** Only the first picture asks for a table. */
const calls = (_: unknown, { rounds }: { rounds: readonly unknown[] }, context: unknown) => {
  const isFirst = JSON.stringify(context).includes(picture.bytes.toString("base64"));
  return rounds.length === 0 && isFirst ? [call] : [];
};

function worldWith(config: Partial<Parameters<typeof defineBot>[0]> = {}): World {
  return createWorld({
    bot: defineBot({ ...plainBot, tools: [reserve], ...config }),
    model: { calls, answer: (_, __, tools) => (tools?.rounds.length ? "Reserved." : "A cat.") },
  });
}

function put(world: World): void {
  world.line.keep("1", picture);
  world.line.giveToken("token 1", "U1", 60_000);
  world.put("U1", { type: "message", replyToken: "token 1", message: { id: "1", ...image } });
}

/** The tool runs, and then the model fails like this. */
function failing(code: string, retry: "later" | "never"): Model {
  const model = createMemoryModel({ calls });
  return {
    async ask(context, options) {
      if (ran.length > 0) throw new BotError(code, "Of the test", { retry });
      return model.ask(context, options);
    },
  };
}

async function pass(world: World): Promise<void> {
  for (let n = 0; n < 30; n += 1) {
    await world.scheduler.run(world.scheduler.now() + 2_000, () => false);
    await world.settle();
  }
}

describe("a picture for which a tool has run", () => {
  test.each(["media.gone", "media.too_large"])(
    "is answered though the next attempt meets %s",
    async (code) => {
      const world = worldWith();
      put(world);
      await world.run(world.worker({ model: failing("model.unavailable", "later") }), 1_000);
      const content = () => Promise.reject(new BotError(code, "Of the test", { retry: "never" }));
      while (world.queue.main.messages().length > 0) await world.run(world.worker({ content }), 60_000);
      expect([ran, world.newest()]).toEqual([["table"], expect.stringContaining("Reserved.")]);
    },
  );

  test("is answered though a limit of the day was reached before it was brought back", async () => {
    const world = worldWith({ media: { pictures: { perDay: 1 } } });
    put(world);
    await world.run(world.worker({ model: failing("model.rejected", "never") }), 1_000);
    await world.send("U1", image, other);
    world.moveBack();
    await world.settle();
    expect([ran, world.newest()]).toEqual([["table"], expect.stringContaining("Reserved.")]);
  });

  test("is not left to a later picture, whose turn would run it again", async () => {
    const world = worldWith();
    put(world);
    await world.run(world.worker({ model: failing("model.rejected", "never") }), 1_000);
    await world.send("U1", { ...image, imageSet: { id: "S", index: 1, total: 2 } }, other);
    world.moveBack();
    await world.settle();
    await pass(world);
    expect(ran).toEqual(["table"]);
    expect(world.sent().some((text) => text.includes("Reserved."))).toBe(true);
  });
});

test("each call of a turn has an idempotency key of its own, in whichever round it is made", async () => {
  const world = createWorld({
    bot: defineBot({ ...plainBot, tools: [reserve] }),
    model: { calls: (_, { rounds }) => (rounds.length < 2 ? [call] : []), answer: () => "Reserved." },
  });
  await world.talk("U1", "Two tables");
  expect(keys).toEqual(["E1/1", "E1/2"]);
});

test("a call that may have run is not said to be of no tool, once a new version lacks that", async () => {
  const world = worldWith();
  put(world);
  await world.run(world.worker({ model: failing("model.rejected", "never") }), 1_000);
  const [turn] = world.table.turnsOf("U1");
  const transcript = JSON.parse(turn!.transcript!);
  delete transcript.rounds[0].calls[0].result;
  transcript.rounds[0].calls[0].name = "of an earlier version";
  const told: string[] = [];
  const claim = world.turns.claim;
  world.turns.claim = async (request) => {
    const found = await claim(request);
    return found.kind === "claimed" ? { ...found, turn: { ...found.turn, transcript } } : found;
  };
  world.moveBack();
  const model = createMemoryModel({
    answer(_, __, tools) {
      told.push(...(tools?.rounds.flatMap(({ results }) => results.map(({ text }) => text)) ?? []));
      return "Reserved, perhaps.";
    },
  });
  await world.run(world.worker({ model }), 1_000);
  expect(told).toEqual([expect.stringContaining("the outcome is unknown")]);
});
