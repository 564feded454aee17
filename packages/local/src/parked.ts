import type { Result } from "@henji/core/dead-letter/act";
import { type DeadLetter, type DescribedLetter, idOf } from "@henji/core/dead-letter/dead-letter";
import { createDescribe } from "@henji/core/dead-letter/describe";
import { createDiscard } from "@henji/core/dead-letter/discard";
import { createFind } from "@henji/core/dead-letter/find";
import { createReplay } from "@henji/core/dead-letter/replay";
import { chatHash, type LogEntry } from "@henji/core/log";
import type { OperatorsSide } from "./operators-side.ts";
import type { ParkedResult, ParkedState, ParkedVerb } from "./parked-view.ts";

export type Parked = ReturnType<typeof createParked>;

export type ParkedOptions = OperatorsSide & {
  /** Of a turn that a drop makes. */
  retentionDays(): number;
  onChange(state: ParkedState): void;
  /** Called after each message that something was done about. */
  onDone(verb: ParkedVerb, letter: DescribedLetter | DeadLetter): void;
};

/** What was found when it was last looked. */
export type Listing = {
  /** By their ids, in the order of the events. */
  letters: Map<string, DeadLetter>;
  /** Letters that could not be looked at, at the least. */
  unseen: number;
};

/** A burst of messages that are parked is looked at once. */
const LOOK_AFTER_MS = 200;
/** From one message to the next. The queue and the worker's concurrency bound what a replay sets off. */
const EVERY_MS = 25;
/** How often a page may read the list while messages are replayed. */
const NEW_VERSION_EVERY_MS = 1_000;

/** After these, what is parked of a chat may have become less or more. */
const changing: ReadonlySet<string> = new Set([
  ...["turn.claimed", "turn.answered", "turn.delivered", "turn.dropped"],
  ...["message.erased", "chat.erased"],
]);

/**
 * What was given up on, kept up to date by the handlers' log, and changed by an operator. To look hides the letters
 * for a moment, so it looks only when something has happened, and never while something is changed.
 */
export function createParked(options: ParkedOptions) {
  const { queue, clock, retentionDays, onChange, onDone } = options;
  const find = createFind(options);
  const describe = createDescribe(options);
  const replay = createReplay(options);

  let state: ParkedState = { count: 0, version: 0 };
  let last: Listing | undefined;
  /** Hashes of the chats of which something was listed when it was last looked. */
  let chatsThen: ReadonlySet<string> = new Set();
  /** Letters on the queue when it was last looked. */
  let lettersThen = 0;
  /** What was put back on the queue, with the time of the parking; its turn is parked until a worker claims it. */
  const sentBack = new Map<string, number>();
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let looking: Promise<void> | undefined;
  let soon: NodeJS.Timeout | undefined;
  let stopping: AbortController | undefined;
  let closed = false;

  function publish(more: Partial<ParkedState>): void {
    state = { ...state, ...more };
    onChange(state);
  }

  function alone<T>(run: () => Promise<T>): Promise<T> {
    const result = running.then(run);
    running = result.catch(() => {});
    return result;
  }

  /** Looks anew. Whoever asks before it begins shares it. */
  function look(): Promise<void> {
    clearTimeout(soon);
    soon = undefined;
    waiting ??= alone(() => {
      waiting = undefined;
      looking = lookNow().finally(() => {
        looking = undefined;
      });
      return looking;
    });
    return waiting;
  }

  async function lookNow(): Promise<void> {
    if (closed) return;
    const found = await find();
    await found.release(new Set());
    const { waiting: visible, inFlight } = await queue.depth();
    lettersThen = visible + inFlight;
    const letters = new Map(found.all.map((letter) => [idOf(letter), letter]));
    for (const [id, parkedAt] of sentBack) {
      const letter = letters.get(id);
      if (letter?.parkedAt === parkedAt && letter.letters.length === 0) letters.delete(id);
      else sentBack.delete(id);
    }
    chatsThen = new Set(letters.values().map(({ chatId }) => chatHash(chatId)));
    last = { letters, unseen: found.unknown };
    publish({ count: countOf(last), version: state.version + 1 });
  }

  function lookSoon(): void {
    if (closed || soon) return;
    // A look that fails changes nothing; the next one is made when something happens, or by hand.
    soon = setTimeout(() => void look().catch(() => {}), LOOK_AFTER_MS);
    soon.unref();
  }

  function onLog({ name, chat = "" }: LogEntry): void {
    // After a change it looks anyway.
    if (state.running) return;
    if (name === "job.parked" || (changing.has(name) && chatsThen.has(chat))) lookSoon();
  }

  /** As it was when it was last looked; looks if something has happened since. */
  async function listing(): Promise<Listing> {
    const isDue = !state.running && (soon !== undefined || waiting !== undefined);
    if (isDue) await look();
    else await (looking ?? (last ? undefined : look()));
    return last ?? { letters: new Map(), unseen: 0 };
  }

  /**
   * Replays or drops messages.
   *
   * @param ids undefined: all of them
   * @returns undefined, and nothing is done, while another change is under way
   */
  async function change(
    verb: ParkedVerb,
    ids: readonly string[] | undefined,
    force: boolean,
  ): Promise<ParkedResult | undefined> {
    if (state.running) return undefined;
    stopping = new AbortController();
    const { signal } = stopping;
    publish({ running: { verb, done: 0 } });
    try {
      return await alone(async () => {
        const wanted = ids && new Set(ids);
        const select = (letter: DeadLetter) => !wanted || wanted.has(idOf(letter));
        const selected = last?.letters.values().filter(select).toArray().length ?? 0;
        const request = { select, signal, everyMs: EVERY_MS, onResult: progress(verb) };
        const discard = () => createDiscard({ ...options, retentionDays: retentionDays() })(request);
        const results = await (verb === "replay" ? replay({ ...request, force }) : discard());
        return resultOf(results, Math.max(0, selected - results.length));
      });
    } finally {
      publish({ running: undefined });
      // What is said here must not depend on it: it is made again when something happens.
      await look().catch(() => {});
    }
  }

  function progress(verb: ParkedVerb) {
    let done = 0;
    let newVersionAt = clock.now() + NEW_VERSION_EVERY_MS;
    return ({ letter, outcome }: Result, left: number): void => {
      if (outcome === "done") {
        done += 1;
        last?.letters.delete(idOf(letter));
        if (verb === "replay") sentBack.set(idOf(letter), letter.parkedAt);
        onDone(verb, letter);
      }
      const isTime = clock.now() >= newVersionAt;
      if (isTime) newVersionAt = clock.now() + NEW_VERSION_EVERY_MS;
      const count = last ? countOf(last) : state.count;
      publish({ count, version: state.version + (isTime ? 1 : 0), running: { verb, done, left } });
    };
  }

  return {
    state: (): ParkedState => state,
    look,
    listing,
    describe,
    change,
    onLog,

    /** Ends a change after the message at hand. */
    stop: () => stopping?.abort(),

    /** What both queues hold. Looks if letters have come or gone that no log line tells of, as by a command. */
    async depths() {
      const [events, deadLetters] = await Promise.all([options.eventDepth(), queue.depth()]);
      const isKnown = deadLetters.waiting + deadLetters.inFlight === lettersThen;
      if (last && !isKnown && !state.running) lookSoon();
      return { events, deadLetters };
    },

    /** Waits for what is under way. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(soon);
      stopping?.abort();
      await running;
    },
  };
}

function countOf({ letters, unseen }: Listing): number {
  return letters.size + unseen;
}

function resultOf(results: readonly Result[], untouched: number): ParkedResult {
  const others = results.flatMap(({ letter, outcome, because = "" }) =>
    outcome === "done" ? [] : { id: idOf(letter), outcome, because },
  );
  return { done: results.length - others.length, others, untouched };
}
