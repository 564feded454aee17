import type { Result } from "@henji/core/dead-letter/act";
import { countedBy } from "@henji/core/dead-letter/counted-by";
import { type DeadLetter, type DescribedLetter, idOf } from "@henji/core/dead-letter/dead-letter";
import { createDiscard } from "@henji/core/dead-letter/discard";
import { createReplay } from "@henji/core/dead-letter/replay";
import { createSender } from "@henji/core/queue/sqs";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import type { Session } from "../environment.ts";
import { whole } from "../format.ts";
import { look, rowOf, rowsOf } from "./list.ts";
import { describeAll, operatorsSide } from "./side.ts";
import { describedDocumentOf, documentOf, reasonFor, wordsOf } from "./words.ts";

export type ChangeRequest = {
  /** Those that were named; each must be there. */
  ids: readonly string[];
  select(letter: DeadLetter): boolean;
  /** Only says what would be done. */
  isDryRun: boolean;
  /** Ends after the message at hand. */
  signal: AbortSignal;
};

/** Lines of a dry run. */
const SHOWN = 20;

export async function replay(
  session: Session,
  request: ChangeRequest & { force: boolean; rate: number },
): Promise<number> {
  const { stage } = session;
  const { force, rate } = request;
  return change(session, request, "replay", (common) => {
    const sender = createSender(stage.sqs(), stage.queueUrl("EventQueue"));
    return createReplay({ ...operatorsSide(stage), sender })({ ...common, force, everyMs: 1000 / rate });
  });
}

export async function drop(session: Session, request: ChangeRequest): Promise<number> {
  const { stage, bot } = session;
  return change(session, request, "drop", (common) => {
    const turns = createTurns(createTurnStore(stage.table()));
    const { retentionDays } = bot.memory;
    return createDiscard({ ...operatorsSide(stage), turns, retentionDays })({ ...common, everyMs: 0 });
  });
}

type Common = {
  select(letter: DeadLetter): boolean;
  signal: AbortSignal;
  onResult(result: Result, left: number): void;
};

const words = {
  replay: {
    done: "back on the queue or answered already",
    would: ({ onReplay }: DescribedLetter) => wordsOf(onReplay),
  },
  drop: { done: "dropped", would: dropped },
};

function dropped({ onReplay, turn }: DescribedLetter): string {
  const what = "marks it as dropped: it gets no answer, and its text is erased";
  const brings = ("brings" in onReplay && onReplay.brings) || 0;
  if (brings === 0) return what;
  // The same as `letsGo` says: what may have arrived with it is not sent by another.
  const mayHaveArrived = turn?.outcomeUnknownSince !== undefined;
  const fate = mayHaveArrived ? "may have arrived with it, and go out with no other" : "wait on";
  return `${what}; of what it was to bring, ${brings} ${fate}`;
}

/** @returns the exit code: 0 if nothing that was selected is left */
async function change(
  session: Session,
  { ids, select, isDryRun, signal }: ChangeRequest,
  verb: "replay" | "drop",
  run: (common: Common) => Promise<Result[]>,
): Promise<number> {
  const { terminal } = session;
  const { all } = await look(session);
  const selected = all.filter(select);
  const missing = ids.filter((id) => !all.some((letter) => idOf(letter) === id));
  if (isDryRun) {
    const planned = await planOf(session, selected, verb);
    terminal.document({ dryRun: true, count: selected.length, missing, ...planned.document });
    terminal.print(planned.text);
    for (const id of missing) terminal.print(`${id} was not given up on.`);
    return missing.length > 0 ? 1 : 0;
  }
  let done = 0;
  const results = await run({
    select,
    signal,
    onResult({ outcome }, left) {
      if (outcome === "done") done += 1;
      terminal.progress(`${done} ${verb === "drop" ? "dropped" : "replayed"}, ${left} to go`);
    },
  });
  terminal.endProgress();
  const others = results.filter(({ outcome }) => outcome !== "done");
  const untouched = selected.length - results.length;
  terminal.document({
    ...{ dryRun: false, done, missing, stopped: signal.aborted, untouched: Math.max(0, untouched) },
    results: results.map(({ letter, outcome, because = null }) => ({
      ...documentOf(letter),
      outcome,
      because,
    })),
  });
  terminal.print(`${done} ${words[verb].done}.`);
  for (const { letter, outcome, because = "" } of others) {
    terminal.print(`${idOf(letter)} ${outcome === "left" ? "was left" : "failed"}: ${reasonFor(because)}`);
  }
  for (const id of missing) terminal.print(`${id} was not given up on.`);
  if (untouched > 0) {
    const isAnyFailed = results.some(({ outcome }) => outcome === "failed");
    const why = isAnyFailed
      ? "left because others failed"
      : "not there any more, or behind letters that are hidden";
    terminal.print(`${untouched} ${signal.aborted ? "not begun" : why}: run it again.`);
  }
  return others.length + missing.length === 0 && untouched <= 0 ? 0 : 1;
}

/** What would be done: of all in numbers, of the first ones in a line each. */
async function planOf(
  session: Session,
  selected: readonly DeadLetter[],
  verb: "replay" | "drop",
): Promise<{ document: object; text: string }> {
  if (selected.length === 0)
    return { document: { effects: {}, deadLetters: [] }, text: "There is nothing to do." };
  const shown: DescribedLetter[] = [];
  const effects = await describeAll(session, selected, (letter, index) => {
    if (index < SHOWN) shown.push(letter);
    return words[verb].would(letter);
  });
  const more = selected.length > SHOWN ? `\nand ${selected.length - SHOWN} more` : "";
  const counts = countedBy(effects);
  const what = counts.map(([effect, number]) => `  ${whole(number)} × ${effect}`).join("\n");
  return {
    document: { effects: Object.fromEntries(counts), deadLetters: shown.map(describedDocumentOf) },
    text: `${rowsOf(shown.map((letter) => rowOf(letter, session.bot.timeZone)))}${more}\n\nThis ${verb}:\n${what}\nNothing was changed. Add --yes to do it.`,
  };
}
