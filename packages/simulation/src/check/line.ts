import { BotError } from "@henji/core/error";
import { isUsedUp, type Quota } from "@henji/core/platform/line/quota";
import type { Process } from "../process.ts";
import { askedIn, type Book, type BookOptions } from "./book.ts";

/** What a process knows of its channel: since when its token is invalid and its quota used up. */
type Known = { token?: number; quota?: number };

/** The model is not asked, and paid, for an answer that is known to be undeliverable. */
export function checkLine({ fateOf, violate, lineErrors }: Book, { scheduler }: BookOptions) {
  const channels = new Map<string, Known>();

  function knownBy({ name }: Process): Known {
    const known = channels.get(name) ?? {};
    channels.set(name, known);
    return known;
  }

  return {
    /** A request was not as LINE's schema describes it. */
    mistaken(mistakes: readonly string[]): void {
      violate("bounded", `LINE's schema refuses a request: ${mistakes.join("; ")}`);
    },

    /** A call has ended: with its result, or with the error that it threw. */
    heard(process: Process, call: "reply" | "push" | "quota", came: unknown): void {
      const known = knownBy(process);
      if (came instanceof BotError) {
        lineErrors.add(came.code);
        if (came.code === "line.unauthorized") known.token = scheduler.now();
        if (came.code === "line.quota_exhausted") known.quota = scheduler.now();
        return;
      }
      delete known.token;
      if (call === "push" || (call === "quota" && !isUsedUp(came as Quota))) delete known.quota;
    },

    /** A process is about to ask the model. */
    asking(process: Process, question: string): void {
      // It goes elsewhere.
      if (fateOf(askedIn(question))?.chatId.startsWith("slack:")) return;
      const { token } = knownBy(process);
      const isOver = (since: number | undefined) => since !== undefined && since < scheduler.now();
      // What cannot be pushed waits.
      if (isOver(token))
        violate(
          "bounded",
          "the model was asked although LINE is known to refuse the answer",
          fateOf(askedIn(question)),
        );
    },
  };
}
