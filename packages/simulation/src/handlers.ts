import type { CommandContext, HandlerAnswer, OwnCommand } from "@henji/core/command";
import type { Check } from "./check.ts";
import type { Faults } from "./faults.ts";
import type { Process } from "./process.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

export type HandlersOptions = {
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  check: Pick<Check, "handles" | "handlerFailed">;
};

/** What a user writes for it. */
export const OWN_WORDS = "by hand please";

const NEVER_MS = 24 * 60 * 60_000;
const TROUBLE = 0.1;

/** A command of a bot's owner, and the service behind it. */
export function createHandlers({ scheduler, random, faults, check }: HandlersOptions) {
  async function serve({ eventId, signal }: CommandContext): Promise<HandlerAnswer> {
    const hangs = faults.chance(TROUBLE);
    await scheduler.sleep(hangs ? NEVER_MS : random.int(5, 500));
    signal.throwIfAborted();
    if (faults.chance(TROUBLE)) {
      check.handlerFailed(eventId, "handler.failed");
      throw new Error("UPSTREAM");
    }
    const text = `[${eventId}] by hand`;
    const contents = { type: "bubble" } as const;
    return random.chance(0.5) ? text : { type: "flex", altText: text, contents };
  }

  /** As a process has it: it may die or freeze around each run. */
  return (process: Process): OwnCommand => {
    const port = process.port("handler", { run: serve });
    return {
      words: [OWN_WORDS],
      run(context) {
        if (!process.isDead()) check.handles(process, context.eventId);
        context.signal.addEventListener("abort", () =>
          check.handlerFailed(context.eventId, "handler.timeout"),
        );
        return port.run(context);
      },
    };
  };
}
