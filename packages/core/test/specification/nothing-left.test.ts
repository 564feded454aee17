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

const answer = () => `An ${SECRET}.\n[=] A photo of an ${SECRET}.`;

/** @param name of the tool that the model calls, if there is one */
function worldThat(name: "look" | "remove" | undefined): World {
  const calls = name === undefined ? [] : [{ name, input: { what: SECRET } }];
  return createWorld({
    bot,
    model: { answer, calls: (_, { rounds }) => (rounds.length === 0 ? calls : []) },
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

type Kind = { name: string; calls?: "look" | "remove"; happens: (world: World) => Promise<unknown> };

const kinds: readonly Kind[] = [
  { name: "a picture", happens: (world) => world.send("U1", image, jpeg) },
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
