import type { Moderator } from "@henji/core/model/moderator";
import { namedIn } from "./check/book.ts";
import type { Check } from "./check.ts";
import type { Faults } from "./faults.ts";
import { marksIn } from "./model.ts";
import { createMemoryModerator } from "./moderator.ts";
import type { Plan } from "./plan.ts";
import type { Process } from "./process.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

export type ModerationOptions = {
  plan: Plan;
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  check: Pick<Check, "moderated">;
};

/** It may come before the model's answer, or after it. */
const usualMs = [100, 800] as const;

/** OpenAI's moderation of each process. A question that is flagged once is flagged each time. */
export function createModeration({ plan, scheduler, random, faults, check }: ModerationOptions) {
  const { flagged, hangs } = plan.moderation;
  const verdicts = new Map<string, boolean>();

  function verdictOn(eventId: string): boolean {
    const verdict = verdicts.get(eventId) ?? random.chance(flagged);
    verdicts.set(eventId, verdict);
    return verdict;
  }

  return (process: Process): Moderator => {
    const moderate: Moderator["moderate"] = async (what, signal) => {
      const marks = what.pictures.flatMap((url) => marksIn({ kind: "picture", url, detail: "low" }));
      const eventId = namedIn([what.text, ...marks].join(" "));
      const isHanging = faults.chance(hangs);
      const isFlagged = eventId !== undefined && !isHanging && verdictOn(eventId);
      if (eventId !== undefined && !process.isDead()) check.moderated(process, eventId, isFlagged);
      const categories = () => (isFlagged ? ["violence"] : []);
      if (!isHanging) await scheduler.sleep(random.int(...usualMs));
      return createMemoryModerator({ hangs: () => isHanging, categories }).moderate(what, signal);
    };
    return process.port("moderator", { moderate });
  };
}
