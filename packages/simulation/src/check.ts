import type { TurnItem } from "@henji/core/turn/entity";
import { checkAnswers } from "./check/answers.ts";
import { type BookOptions, createBook } from "./check/book.ts";
import { checkCap } from "./check/cap.ts";
import { checkContexts } from "./check/contexts.ts";
import { checkEnd } from "./check/end.ts";
import type { Fate, SimulatedEvent } from "./check/fate.ts";
import { checkHandlers } from "./check/handlers.ts";
import { checkLimit } from "./check/limit.ts";
import { checkLine } from "./check/line.ts";
import { checkModel } from "./check/model.ts";
import { checkModeration } from "./check/moderation.ts";
import { checkQueue } from "./check/queue.ts";
import { checkSlack } from "./check/slack.ts";
import { checkTools } from "./check/tools.ts";
import { checkWorkers } from "./check/workers.ts";
import type { Process } from "./process.ts";

export type Check = ReturnType<typeof createCheck>;

/** What must hold at every moment, and at the end. */
export function createCheck(options: BookOptions) {
  const book = createBook(options);
  const { fates } = book;
  const line = checkLine(book, options);
  const cap = checkCap(book, options);
  const limit = checkLimit(book, options);
  const moderation = checkModeration(book);
  const answers = checkAnswers(book, options);
  return {
    violations: book.violations,
    fates: fates as ReadonlyMap<string, Readonly<Fate>>,

    /** Something has happened at LINE; a webhook will follow. */
    event: (event: SimulatedEvent) => book.add(event),

    unreadableJob(): void {
      book.unreadable.queued += 1;
    },

    /** Ingress answered 200. */
    accepted(eventIds: readonly string[]): void {
      for (const eventId of eventIds) fates.get(eventId)!.accepted = true;
    },

    ...checkQueue(book, options, limit),
    ...checkSlack(book, options),
    ...answers,
    moderated: moderation.moderated,
    ...checkModel(book, options, limit),
    ...checkTools(book, options),
    ...checkHandlers(book),
    ...checkContexts(book, options),
    ...line,
    ...checkWorkers(book, options, limit),
    ...cap,
    ...checkEnd(book, options),

    /** A write to a turn was committed. */
    written(what: string, item: TurnItem): void {
      answers.written(what, item);
      if (["claim", "reclaim", "takeUp"].includes(what)) moderation.claimed(item);
      if (what === "answer") moderation.said(item);
    },

    /** A process is about to ask the model. */
    asking(process: Process, question: string): void {
      line.asking(process, question);
      cap.asking(process, question);
    },
  };
}
