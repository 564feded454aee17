import { defineTool, type Tool, type ToolRun, z } from "@henji/core/tool";
import type { Check } from "./check.ts";
import type { Faults } from "./faults.ts";
import type { Plan } from "./plan.ts";
import type { Process } from "./process.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

export type ToolsOptions = {
  plan: Plan;
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  check: Pick<Check, "toolBegins" | "toolRuns">;
};

export type WantedCall = { name: string; input: { event: string } };

const kinds = [
  { name: "look", effect: "reads" },
  { name: "change", effect: "writes" },
  { name: "pay", effect: "writes", idempotent: true },
  { name: "remove", effect: "writes", confirm: ({ event }: { event: string }) => `Shall I remove ${event}?` },
] as const;

const input = z.object({ event: z.string() });
const NEVER_MS = 24 * 60 * 60_000;

/** Tools of a bot, and what the model calls of them. */
export function createTools({ plan, scheduler, random, faults, check }: ToolsOptions) {
  const { called, slow, fails, hangs } = plan.tools;
  const scripts = new Map<string, WantedCall[][]>();

  /** The service behind a tool: what it does takes effect at once, and its answer may be late, an error, or none. */
  async function serve(tool: Tool, event: string, { idempotencyKey, signal }: ToolRun): Promise<string> {
    check.toolRuns(tool, idempotencyKey);
    const takesMs = faults.chance(slow) ? random.int(2_000, 12_000) : random.int(5, 200);
    await scheduler.sleep(faults.chance(hangs) ? NEVER_MS : takesMs);
    signal.throwIfAborted();
    if (faults.chance(fails)) throw new Error("UPSTREAM");
    return `ran ${idempotencyKey} for ${event} at ${scheduler.now()}`;
  }

  function scriptOf(eventId: string): WantedCall[][] {
    const one = (): WantedCall => ({ name: random.pick(kinds).name, input: { event: `[${eventId}]` } });
    const round = () => Array.from({ length: random.int(1, 3) }, one);
    return random.chance(called) ? Array.from({ length: random.int(1, 3) }, round) : [];
  }

  return {
    /** As a process has them: it may die or freeze around each run. */
    of(process: Process): Tool[] {
      if (called === 0) return [];
      return kinds.map((kind): Tool => {
        const tool = defineTool({ ...kind, description: "For the simulation.", input, run: () => "" });
        const port = process.port("tool", { run: (event: string, how: ToolRun) => serve(tool, event, how) });
        return {
          ...tool,
          run(value, how) {
            if (!process.isDead()) check.toolBegins(process, tool, how.idempotencyKey);
            return port.run((value as z.output<typeof input>).event, how);
          },
        };
      });
    },

    /** What the model calls for this question, in this round: the same whenever it is asked. */
    calls(eventId: string | undefined, round: number): readonly WantedCall[] {
      if (eventId === undefined || called === 0) return [];
      const script = scripts.get(eventId) ?? scriptOf(eventId);
      scripts.set(eventId, script);
      return script[round] ?? [];
    },
  };
}
