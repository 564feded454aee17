import type { Chats, Memory } from "@henji/core/chat/chats";
import { BotError } from "@henji/core/error";
import type { Model } from "@henji/core/model/model";
import { hold, togetherWaitS } from "@henji/core/settings";
import type { MemoryModelOptions, MemoryTableOptions } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
/** It says what it sees if it is told to. */
const model: Pick<MemoryModelOptions, "answer"> = {
  answer: (_, { input }) =>
    input.some(({ role }) => role === "developer") ? "I see.\n[=] Three cats." : "I see.",
};
beforeEach(() => {
  world = createWorld({ model });
});

const { en } = ownBot.texts;
const jpeg = Buffer.from("ffd8ffe000104a464946", "hex");
const picture = { bytes: jpeg, type: "image/jpeg" };
const pass = (ms: number) => world.scheduler.run(world.scheduler.now() + ms, () => false);
const attached = () => world.inputs.map((input) => input.at(-1)?.attachments?.length ?? 0);

type Set = { id: string; index?: number; total?: number };

/** One picture of a set, which waits on the queue. */
function put(id: string, imageSet: Set, userId = "U1"): void {
  world.line.keep(id, picture);
  world.line.giveToken(`token ${id}`, userId, 60_000);
  const message = { type: "image", id, contentProvider: { type: "line" }, imageSet };
  world.put(userId, { type: "message", replyToken: `token ${id}`, message });
}

/** Everything that happens by itself, until all reminders were due. */
async function settle(): Promise<void> {
  for (let n = 0; n < 5; n += 1) {
    await world.settle();
    await pass(togetherWaitS.known * 1000);
  }
  await world.settle();
}

const three = [1, 2, 3].map((index) => ({ id: "S", index, total: 3 }));

describe("pictures that were sent together", () => {
  test("are one question, answered once with the newest token", async () => {
    for (const [n, set] of three.entries()) put(`P${n}`, set);
    await world.settle();
    expect(world.line.sent.map(({ by, key }) => [by, key])).toEqual([["reply", "token P2"]]);
    expect(attached()).toEqual([3]);
    await settle();
    expect(world.sent()).toEqual(["U1 reply: I see."]);
    expect(
      world.table
        .turnsOf("U1")
        .map(({ status }) => status)
        .sort(),
    ).toEqual(["delivered", "gathered", "gathered"]);
  });

  test("come in any order, and are remembered once", async () => {
    for (const [n, set] of three.toReversed().entries()) put(`P${n}`, set);
    await settle();
    await world.talk("U1", "Thanks");
    expect(world.inputs.at(-1)?.map(({ content }) => content)).toEqual([
      "[3 pictures: Three cats.]",
      "I see.",
      "Thanks",
    ]);
  });

  test.each<[string, Set[], number[]]>([
    ["whose number is not told", [{ id: "S" }, { id: "S" }, { id: "S" }], [3]],
    ["of which one does not come", [three[0]!, three[2]!], [2]],
    ["of which there is one", [{ id: "S", index: 1, total: 1 }], [1]],
  ])("%s are answered once after a while", async (_, sets, shown) => {
    for (const [n, set] of sets.entries()) put(`P${n}`, set);
    await settle();
    expect(attached()).toEqual(shown);
    expect(world.sent()).toEqual(["U1 reply: I see."]);
  });

  test("of which one comes late are two questions", async () => {
    put("P0", three[0]!);
    put("P1", three[1]!);
    await settle();
    put("P2", three[2]!);
    await settle();
    expect(attached()).toEqual([2, 1]);
    expect(world.sent()).toEqual(["U1 reply: I see.", "U1 reply: I see."]);
  });

  test("are part of what is asked next, if it comes before all of them have", async () => {
    put("P0", { id: "S" });
    put("P1", { id: "S" });
    await world.talk("U1", "What is this?");
    await settle();
    expect(attached()).toEqual([2]);
    expect(world.asked).toEqual(["[2 pictures]\nWhat is this?"]);
    expect(world.sent()).toEqual(["U1 reply: I see."]);
  });

  test("are not part of a command", async () => {
    put("P0", { id: "S" });
    await world.talk("U1", "/help");
    await settle();
    expect(attached()).toEqual([1]);
    expect(world.sent()).toHaveLength(2);
  });

  test("are answered with one sentence, if all are gone", async () => {
    for (const [n, set] of three.entries()) put(`P${n}`, set);
    for (const n of [0, 1, 2]) world.line.keep(`P${n}`, { ...picture, status: 410 });
    await settle();
    expect(world.sent()).toEqual([`U1 reply: ${en.mediaGone}`]);
  });

  test("are answered without those that are gone", async () => {
    for (const [n, set] of three.entries()) put(`P${n}`, set);
    world.line.keep("P1", { ...picture, status: 410 });
    await settle();
    expect(attached()).toEqual([2]);
  });

  test("of two users do not mix", async () => {
    put("P0", { id: "S", total: 2 });
    put("P1", { id: "S", total: 2 }, "U2");
    await settle();
    expect(attached()).toEqual([1, 1]);
  });

  test("of which one was unsent meanwhile are answered without it", async () => {
    put("P0", three[0]!);
    await world.settle();
    world.unsend("U1", "P0");
    put("P1", three[1]!);
    put("P2", three[2]!);
    await settle();
    expect(attached()).toEqual([2]);
  });

  test("are asked about without one whose unsending comes together with the last", async () => {
    put("P1", { id: "S", index: 1, total: 2 });
    await world.settle();
    put("P2", { id: "S", index: 2, total: 2 });
    world.unsend("U1", "P1");
    await settle();
    expect(attached()).toEqual([1]);
  });

  test("leave nothing once one of them is unsent", async () => {
    for (const [n, set] of three.entries()) put(`P${n}`, set);
    await settle();
    await world.talk("U1", "Thanks");
    world.unsend("U1", "P0");
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("Three cats");
  });

  test("all stay out of the table once the user has blocked the bot", async () => {
    put("P0", three[0]!);
    await world.settle();
    world.unfollow("U1");
    await settle();
    expect(world.sent()).toEqual([]);
    expect(world.table.textOf("U1")).not.toContain("P0");
  });
});

describe("pictures that wait", () => {
  /** How the chat looks to a worker that has read it, and then stood still. */
  async function readBy(question: () => void): Promise<Chats> {
    let seen: Memory | undefined;
    const recall: Chats["recall"] = async (...place) => {
      seen = await world.chats.recall(...place);
      return seen;
    };
    question();
    await world.run(world.worker({ chats: { ...world.chats, recall } }), 1_000);
    const { recent } = seen!;
    return {
      ...world.chats,
      recall: async (...place) => ({ ...(await world.chats.recall(...place)), recent }),
    };
  }

  beforeEach(async () => {
    put("P0", three[0]!);
    put("P1", three[1]!);
    await world.settle();
  });

  test("are asked for by one turn, though another has read that they wait", async () => {
    const stale = await readBy(() => world.say("U1", "What is this?"));
    put("P9", { id: "T", index: 1, total: 1 });
    await world.run(world.worker({ chats: stale }), 1_000);
    await settle();
    expect(attached()).toEqual([2, 1]);
    expect(world.logged("turn.not_taken")).toHaveLength(1);
    expect(world.sent()).toHaveLength(2);
  });

  test("do not block the turn that has taken them, if an operator has put it behind their reminders", async () => {
    world.say("U1", "What is this?");
    const hanging: Model = { ask: () => new Promise<never>(() => {}) };
    await world.crash(world.worker({ model: hanging }), 1_000);
    const job = world.queue.main.messages().at(-1)!;
    world.queue.main.discard(job.messageId);
    await pass(togetherWaitS.known * 1000);
    world.queue.main.send({ ...job, deduplicationId: "moved" });
    await settle();
    expect(attached().at(-1)).toBe(2);
    expect(world.sent()).toEqual(["U1 reply: I see."]);
  });

  test("are asked about all the same if the turn that has taken them is given up on", async () => {
    const rejected = new BotError("model.rejected", "not understood", { retry: "never" });
    world.say("U1", "What is this?");
    await world.run(world.worker({ model: { ask: () => Promise.reject(rejected) } }), 1_000);
    expect(world.table.turnsOf("U1").map(({ status }) => status)).toContain("parked");
    await settle();
    expect(attached()).toEqual([2]);
    expect(world.newest()).toContain("I see.");
  });
});

describe("a worker that dies", () => {
  /** It dies as the n-th write to the table is done, and does not hear of it. */
  function dyingTable(n: number): Pick<MemoryTableOptions, "onWrite"> {
    let writes = 0;
    return {
      onWrite() {
        writes += 1;
        if (writes === n) kill?.();
      },
    };
  }

  let kill: (() => void) | undefined;

  test.each(Array.from({ length: 12 }, (_, n) => n + 1))(
    "at write %d, all pictures are answered once",
    async (n) => {
      world = createWorld({ model, table: dyingTable(n) });
      for (const [index, set] of three.entries()) put(`P${index}`, set);
      while (world.queue.main.messages().length > 0) {
        const work = world.worker();
        kill = () => {
          kill = undefined;
          work.kill();
        };
        await world.run(work, 1_000);
        await pass(hold.forS * 1000);
      }
      await settle();
      expect(world.sent().filter((text) => text.includes("I see."))).toHaveLength(1);
      expect(attached().at(-1)).toBe(3);
    },
  );

  test("while the model is asked, and another answers for all", async () => {
    for (const [n, set] of three.entries()) put(`P${n}`, set);
    const hanging: Model = { ask: () => new Promise<never>(() => {}) };
    await world.crash(world.worker({ model: hanging }), 1_000);
    await settle();
    expect(world.sent()).toEqual(["U1 reply: I see."]);
  });
});
