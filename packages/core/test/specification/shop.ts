import { defineBot } from "@henji/core/bot";
import { defineTool, type Tool, type ToolRun, z } from "@henji/core/tool";
import { beforeEach } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

type Ask = readonly { name: string; input: unknown }[];

/** A bot with a tool of each kind, in a world of its own for each test. */
export type Shop = {
  world: World;
  /** What has run, with its input. */
  ran: string[];
  /** What the model calls, a round after the other. */
  script: Ask[];
  /** What a tool does when it runs. */
  act: (how: ToolRun) => unknown;
};

export const input = z.object({ order: z.string() });

export const call = (name: string, order: unknown = "7") => ({ name, input: { order } });

export const told = (rounds: readonly { results: readonly { text: string }[] }[] = []) =>
  rounds.flatMap(({ results }) => results.map(({ text }) => text));

/** The shop as each test finds it: its tools run in it, and its model calls what its script says. */
export function useShop() {
  const shop = { tools: toolsOf(), worldWith } as Shop & { tools: Tool[]; worldWith: typeof worldWith };

  function toolsOf(): Tool[] {
    const tool = (fields: { name: string } & Partial<Parameters<typeof defineTool<typeof input>>[0]>): Tool =>
      defineTool({
        ...{ description: "For tests.", input, effect: "reads" },
        run(value, how) {
          shop.ran.push(`${fields.name} ${value.order}`);
          return shop.act(how);
        },
        ...fields,
      });
    return [
      tool({ name: "look" }),
      tool({ name: "cancel", effect: "writes" }),
      tool({ name: "pay", effect: "writes", idempotent: true }),
      tool({ name: "remove", effect: "writes", confirm: ({ order }) => `Remove ${order}?` }),
      tool({ name: "plain", effect: "writes", confirm: true }),
    ];
  }

  function worldWith(bot = defineBot({ ...plainBot, tools: shop.tools })): World {
    return createWorld({
      bot,
      model: {
        calls: (_, { rounds }) => shop.script[rounds.length] ?? [],
        answer: (question, _, asked) => `${question}: ${told(asked?.rounds).join(" | ") || "nothing"}`,
      },
    });
  }

  beforeEach(() => {
    shop.ran = [];
    shop.act = () => "on its way";
    shop.script = [[call("look")]];
    shop.world = worldWith();
  });

  return shop;
}
