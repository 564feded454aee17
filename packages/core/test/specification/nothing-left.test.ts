import { defineBot } from "@henji/core/bot";
import { defineTool, z } from "@henji/core/tool";
import { createMemoryModel, type MemoryContent } from "@henji/simulation";
import { describe, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

/** In everything that anybody writes, says, sees, calls or answers here. */
const SECRET = "opal";

const secretly = {
  description: "For tests.",
  input: z.object({ what: z.string() }),
  run: ({ what }: { what: string }) => `${what} is in the safe`,
};
const look = defineTool({ ...secretly, name: "look", effect: "reads" });
const remove = defineTool({
  ...{ ...secretly, name: "remove", effect: "writes" },
  confirm: ({ what }) => `Remove ${what}?`,
});

const bot = defineBot({ ...plainBot, tools: [look, remove] });

const answer = (question: string) =>
  question.startsWith("More") ? "More." : `An ${SECRET}.\n[=] A photo of an ${SECRET}.`;

/** @param name of the tool that the model calls, if there is one */
function worldThat(name: Kind["calls"]): World {
  const calls = name === undefined ? [] : [{ name, input: { what: SECRET } }];
  return createWorld({
    bot,
    model: { answer, calls: (_, { rounds }) => (rounds.length === 0 ? calls : []) },
    summarizer: { answer: () => `They have an ${SECRET}.` },
  });
}

const provider = { contentProvider: { type: "line" } };
const image = { type: "image", ...provider };
const jpeg: MemoryContent = { bytes: Buffer.from("ffd8ffe000104a464946", "hex"), type: "image/jpeg" };
const audio = { type: "audio", duration: 4_200, ...provider };
const voice: MemoryContent = { bytes: Buffer.from(`Where is the ${SECRET}?`), type: "audio/x-m4a" };
const file = { type: "file", fileName: `${SECRET}.pdf`, fileSize: 12 };
const pdf: MemoryContent = { bytes: Buffer.from("%PDF-1.7 …"), type: "application/pdf" };

/** The model calls a tool, and is out of order from then on: it is given up on. */
async function calledInVain(world: World): Promise<void> {
  const calling = createMemoryModel({ calls: () => [{ name: "look", input: { what: SECRET } }] });
  const failing = createMemoryModel({ behave: () => "rejected" });
  const model: typeof calling = {
    ask: (context, options) => (options.tools?.rounds.length === 0 ? calling : failing).ask(context, options),
  };
  world.say("U1", `Where is the ${SECRET}?`);
  await world.run(world.worker({ model }), 1_000);
}

async function tap(world: World, which: number): Promise<void> {
  const action = world.line.sent.at(-1)!.messages.at(-1)!.quickReply!.items[which]!.action;
  if (action.type !== "postback") throw new Error("No button of the bot's own");
  await world.happen("U1", { type: "postback", postback: { data: action.data! } });
}

/** Three of them, of which the last one is the question. */
async function sendTogether(world: World): Promise<void> {
  for (const index of [1, 2, 3])
    await world.send("U1", { ...image, imageSet: { id: "S", index, total: 3 } }, jpeg);
}

/** So much that the picture is only in the notes. */
async function talkAtLength(world: World): Promise<void> {
  await world.send("U1", image, jpeg);
  for (let n = 0; n < 20; n += 1) await world.talk("U1", `More ${"and more ".repeat(200)}`);
  const { summary } = await world.chats.state("U1", world.scheduler.now());
  expect(summary).toContain(SECRET);
}

type Kind = { name: string; calls?: "look" | "remove"; happens: (world: World) => Promise<unknown> };

const kinds: readonly Kind[] = [
  { name: "a picture", happens: (world) => world.send("U1", image, jpeg) },
  { name: "pictures that were sent together", happens: sendTogether },
  { name: "a picture that is only in the notes", happens: talkAtLength },
  { name: "a voice message", happens: (world) => world.send("U1", audio, voice) },
  { name: "a file", happens: (world) => world.send("U1", file, pdf) },
  { name: "a tool's call", calls: "look", happens: (world) => world.talk("U1", `Where is the ${SECRET}?`) },
  { name: "a call whose turn was given up on", happens: calledInVain },
  {
    name: "a call that waits for its user's word",
    calls: "remove",
    happens: (world) => world.talk("U1", `Remove the ${SECRET}`),
  },
  ...[0, 1].map(
    (which): Kind => ({
      name: `a call to which its user has said ${which === 0 ? "yes" : "no"}`,
      calls: "remove",
      async happens(world) {
        await world.talk("U1", `Remove the ${SECRET}`);
        await tap(world, which);
      },
    }),
  ),
];

const erasures: readonly { after: string; erase: (world: World) => unknown }[] = [
  { after: "its message is unsent", erase: (world) => world.unsend("U1", "1") },
  { after: "/forget", erase: (world) => world.talk("U1", "/forget", "yes, forget it all") },
  { after: "its user has blocked the bot", erase: (world) => world.unfollow("U1") },
];

describe.each(kinds)("of $name", ({ calls, happens }) => {
  test.each(erasures)("nothing is left after $after", async ({ erase }) => {
    const world = worldThat(calls);
    await happens(world);
    expect(world.table.textOf("U1")).toContain(SECRET);
    await erase(world);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain(SECRET);
    expect(world.table.textOf("U1")).not.toContain("base64");
  });
});

/** A member asks about a picture that another one has sent. */
async function quotePicture(world: World): Promise<void> {
  world.line.keep("P", jpeg);
  const quote = { quotedMessageId: "P" };
  await world.sayIn("C1", "U2", "", { ...image, id: "P", text: undefined });
  await world.sayIn("C1", "U1", `@Henji what is this ${SECRET}?`, quote);
}

const inGroup: readonly Kind[] = [
  { name: "a picture that was quoted", happens: quotePicture },
  {
    name: "a tool's call",
    calls: "look",
    happens: (world) => world.sayIn("C1", "U1", `@Henji where is the ${SECRET}?`),
  },
  {
    name: "a call that waits for its member's word",
    calls: "remove",
    happens: (world) => world.sayIn("C1", "U1", `@Henji remove the ${SECRET}`),
  },
];

const group = { type: "group", groupId: "C1", userId: "U1" };
const groupErasures: readonly { after: string; erase: (world: World) => unknown }[] = [
  {
    after: "its message is unsent",
    async erase(world) {
      const { messageId } = world.table.turnsOf("C1").at(-1)!;
      world.put("C1", { type: "unsend", source: group, unsend: { messageId } });
    },
  },
  {
    after: "its member's /forget",
    async erase(world) {
      await world.sayIn("C1", "U1", "@Henji /forget");
      await world.sayIn("C1", "U1", "@Henji yes, forget it all");
    },
  },
  { after: "the bot has left", erase: (world) => world.put("C1", { type: "leave", source: group }) },
];

describe.each(inGroup)("of $name in a group", ({ calls, happens }) => {
  test.each(groupErasures)("nothing is left after $after", async ({ erase }) => {
    const world = worldThat(calls);
    await happens(world);
    expect(world.table.textOf("C1")).toContain(SECRET);
    await erase(world);
    await world.settle();
    expect(world.table.textOf("C1")).not.toContain(SECRET);
  });
});
