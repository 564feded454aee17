import type {
  CommandContext,
  HandlerAnswer,
  HandlerContext,
  Handlers,
  OwnCommand,
} from "@henji/core/command";
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
/** Of the events: those to which nothing is said. */
const SILENT = 0.3;

/** A bot's owner's commands and handlers of events, and the service behind them. */
export function createHandlers({ scheduler, random, faults, check }: HandlersOptions) {
  async function serve({ eventId, signal }: HandlerContext, mayBeSilent: boolean): Promise<HandlerAnswer> {
    const hangs = faults.chance(TROUBLE);
    await scheduler.sleep(hangs ? NEVER_MS : random.int(5, 500));
    signal.throwIfAborted();
    if (faults.chance(TROUBLE)) {
      check.handlerFailed(eventId, "handler.failed");
      throw new Error("UPSTREAM");
    }
    if (mayBeSilent && random.chance(SILENT)) return undefined;
    const text = `[${eventId}] by hand`;
    const contents = { type: "bubble" } as const;
    return random.chance(0.5) ? text : { type: "flex", altText: text, contents };
  }

  /** As a process has them: it may die or freeze around each run. */
  return (process: Process): { command: OwnCommand; events: Handlers } => {
    const port = process.port("handler", { run: serve });

    function run(context: HandlerContext, mayBeSilent: boolean): Promise<HandlerAnswer> {
      if (!process.isDead()) check.handles(process, context.eventId);
      context.signal.addEventListener("abort", () => check.handlerFailed(context.eventId, "handler.timeout"));
      return port.run(context, mayBeSilent);
    }

    const command = { words: [OWN_WORDS], run: (context: CommandContext) => run(context, false) };
    const onEvent = (context: HandlerContext) => run(context, true);
    return { command, events: { onFollow: onEvent, onPostback: onEvent } };
  };
}
