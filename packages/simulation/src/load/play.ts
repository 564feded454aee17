import { acknowledgeWithinMs, maxEventAgeMs } from "@henji/core/settings";
import type { Random } from "../random.ts";
import { minutes } from "../scheduler.ts";
import type { Arrivals } from "./arrivals.ts";
import { createHeap } from "./heap.ts";
import type { Slots } from "./slots.ts";

/** How long the steps of one answer take, milliseconds; each is asked anew for every message. */
export type Steps = {
  /** From the user to the queue. */
  webhookMs: number;
  /** Claim and memory. */
  beforeMs: (random: Random) => number;
  modelMs: (random: Random) => number;
  /** Store, send: then the user sees it. */
  afterMs: (random: Random) => number;
  /** Hear of it, mark it: then the next message of the chat begins. */
  finishMs: (random: Random) => number;
};

export type PlayOptions = {
  arrivals: Arrivals;
  chats: number;
  /** The event source's maximum concurrency, and its batches. */
  workers: number;
  batchSize: number;
  /** How soon the event source's concurrency grows while messages wait. Default: at once. */
  ramp?: { from: number; perMinute: number };
  steps: Steps;
  slots: Slots;
  random: Random;
};

/** What became of the messages, in the order of their arrivals, and of each minute since midnight. */
export type Played = {
  /** From the user's message to the answer, milliseconds; NaN: too old to be answered. */
  waitMs: Float64Array;
  /** The longest that a question waited for its slot at the model. */
  slotMs: number;
  invocations: number;
  /** Requests to SQS beside the receives: deletes of what finished before its batch, and renewals. */
  deletes: number;
  renewals: number;
  /** Answers sent, workers at once at the most, and milliseconds of all workers together. */
  minutes: { answers: number; workers: number; workerMs: number }[];
};

/** How soon the event source looks at a queue that has changed: as in the simulated world. */
const pollMs = (random: Random) => random.int(5, 90);
const RENEW_MS = 10_000;
const NONE = -1;

/**
 * One day of queue, event source and workers, message by message, by the rules of `fifo-queue.ts`, `event-source.ts`
 * and core's worker: groups locked while in flight, batches of several chats, a chat's messages one after another,
 * what is done deleted soon. Nothing fails, and no code of core's runs, so that millions of messages take seconds.
 * A test compares it with the simulated world.
 */
export function play(options: PlayOptions): Played {
  const { arrivals, chats, workers, batchSize, ramp, steps, slots, random } = options;
  const { at, chat } = arrivals;
  const count = at.length;

  const waitMs = new Float64Array(count).fill(Number.NaN);
  /** The next message of the same chat. */
  const next = new Int32Array(count).fill(NONE);
  /** The worker that holds it. */
  const heldBy = new Int32Array(count).fill(NONE);
  const head = new Int32Array(chats).fill(NONE);
  const tail = new Int32Array(chats).fill(NONE);
  const inFlight = new Int32Array(chats);
  /** Chats that are not locked, by their oldest message. */
  const ready = createHeap();

  const events = createHeap();
  /** Events below are messages that are finished; from here on, workers that delete what they have finished. */
  const SOON = count;
  const left = new Int32Array(workers);
  const startedAt = new Float64Array(workers);
  const finished: number[][] = Array.from({ length: workers }, () => []);
  const isDeletingSoon = new Uint8Array(workers);
  /** Deletions that were to come when their batch ended. */
  const stale = new Int32Array(workers);
  const idle = Array.from({ length: workers }, (_, worker) => workers - 1 - worker);

  const perMinute: Played["minutes"] = [];
  let [invocations, deletes, renewals, slotMs] = [0, 0, 0, 0];
  let now = 0;
  let pollAt = Number.POSITIVE_INFINITY;
  /** At midnight as if the day before had been as full. */
  let allowed = workers;
  let allowedAt = 0;

  function minute(): Played["minutes"][number] {
    const index = Math.floor(now / minutes(1));
    while (perMinute.length <= index)
      perMinute.push({ answers: 0, workers: workers - idle.length, workerMs: 0 });
    return perMinute[index]!;
  }

  function pollWithin(ms: number): void {
    pollAt = Math.min(pollAt, now + ms);
  }

  function arrive(message: number): void {
    const its = chat[message]!;
    if (head[its] === NONE) {
      head[its] = message;
      ready.push(message, its);
    } else next[tail[its]!] = message;
    tail[its] = message;
    pollWithin(pollMs(random));
  }

  function poll(): void {
    pollAt = Number.POSITIVE_INFINITY;
    while (workers - idle.length < Math.floor(allowed) && ready.size() > 0) start(idle.pop()!);
    if (!ramp) return;
    // What still waits makes it grow, as quickly as it goes back otherwise.
    const isWaiting = ready.size() > 0;
    const change = (ramp.perMinute * (now - allowedAt)) / minutes(1);
    allowedAt = now;
    const wanted = isWaiting
      ? allowed + change
      : Math.max(ramp.from, workers - idle.length, allowed - change);
    allowed = Math.min(workers, wanted);
    if (isWaiting && allowed < workers) pollWithin(500);
  }

  function start(worker: number): void {
    invocations += 1;
    startedAt[worker] = now;
    stale[worker]! += isDeletingSoon[worker]!;
    isDeletingSoon[worker] = 0;
    let room = batchSize;
    const firsts: number[] = [];
    while (room > 0 && ready.size() > 0) {
      const its = ready.pop();
      firsts.push(head[its]!);
      for (let message = head[its]!; message !== NONE && room > 0; message = next[message]!) {
        heldBy[message] = worker;
        inFlight[its]! += 1;
        room -= 1;
      }
    }
    left[worker] = batchSize - room;
    for (const message of firsts) work(message);
    const busy = minute();
    busy.workers = Math.max(busy.workers, workers - idle.length);
  }

  function work(message: number): void {
    const asksAt = now + steps.beforeMs(random);
    if (asksAt - at[message]! > maxEventAgeMs) {
      events.push(asksAt, message);
      return;
    }
    const slot = slots.take(asksAt);
    slotMs = Math.max(slotMs, slot - asksAt);
    const seenAt = slot + steps.modelMs(random) + steps.afterMs(random);
    waitMs[message] = seenAt - at[message]!;
    events.push(seenAt + steps.finishMs(random), message);
  }

  function finish(message: number): void {
    const worker = heldBy[message]!;
    if (!Number.isNaN(waitMs[message]!)) minute().answers += 1;
    finished[worker]!.push(message);
    left[worker]! -= 1;
    const after = next[message]!;
    if (after !== NONE && heldBy[after] === worker) work(after);
    if (left[worker] === 0) end(worker);
    else if (!isDeletingSoon[worker]) {
      isDeletingSoon[worker] = 1;
      events.push(now + acknowledgeWithinMs, SOON + worker);
    }
  }

  function deleteFinished(worker: number): void {
    for (const message of finished[worker]!) {
      const its = chat[message]!;
      head[its] = next[message]!;
      inFlight[its]! -= 1;
      if (inFlight[its] === 0 && head[its] !== NONE) ready.push(head[its]!, its);
    }
    finished[worker] = [];
    pollWithin(pollMs(random));
  }

  function end(worker: number): void {
    deleteFinished(worker);
    const tookMs = now - startedAt[worker]!;
    renewals += 1 + Math.floor(tookMs / RENEW_MS);
    minute().workerMs += tookMs;
    idle.push(worker);
  }

  function happen(event: number): void {
    if (event < SOON) finish(event);
    else deleteSoon(event - SOON);
  }

  function deleteSoon(worker: number): void {
    if (stale[worker]! > 0) {
      stale[worker]! -= 1;
      return;
    }
    isDeletingSoon[worker] = 0;
    deletes += 1;
    deleteFinished(worker);
  }

  let arrived = 0;
  for (;;) {
    const arrivesAt = arrived < count ? at[arrived]! + steps.webhookMs : Number.POSITIVE_INFINITY;
    now = Math.min(arrivesAt, events.first(), pollAt);
    if (now === Number.POSITIVE_INFINITY) break;
    if (now === pollAt) poll();
    else if (now === arrivesAt) {
      arrive(arrived);
      arrived += 1;
    } else happen(events.pop());
  }
  return { waitMs, slotMs, invocations, deletes, renewals, minutes: perMinute };
}
