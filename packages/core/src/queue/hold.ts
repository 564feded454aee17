import { type Clock, elapsed } from "../clock.ts";
import { toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { acknowledgeWithinMs, hold as settings } from "../settings.ts";
import { type Inbox, type Incoming, logRefused } from "./sqs.ts";

export type HoldOptions = { inbox: Pick<Inbox, "delete" | "changeVisibility">; clock: Clock; log: Log };

/** What a living worker holds of its batch. */
export type Hold = {
  /** It is done: renewed no more, and deleted shortly, with whatever else is done by then. */
  finish(message: Incoming): void;
  /** Deletes what is finished now, so that the queue hands out what comes after it. */
  acknowledge(): Promise<void>;
  /** Puts messages back on the queue, to be received again in `delayS` seconds. */
  giveBack(messages: readonly Incoming[], delayS: number): Promise<void>;
  /** The batch is over. What is finished and not deleted yet, Lambda deletes in one request. */
  end(): Promise<void>;
};

/**
 * Holds the messages of a batch for 30 seconds at a time, as long as the worker lives. SQS locks a chat
 * while any message of it is in flight. Because everything unfinished is renewed in one request, all
 * messages of a chat whose worker has died come back at the same moment, at most half a minute later.
 *
 * Where renewing fails, another worker may receive what this one is still working on. The lease and the
 * owner of the turn keep the two apart.
 */
export function holdBatch(messages: readonly Incoming[], { inbox, clock, log }: HoldOptions): Hold {
  const held = new Set(messages);
  const finished = new Set<Incoming>();
  const gone = new WeakSet<Incoming>();
  let hasEnded = false;
  let renewing: Promise<boolean> | undefined;
  let isWaiting = false;
  let deleting: Promise<void> | undefined;

  async function renewUntilEnd(): Promise<void> {
    while (!hasEnded && held.size > 0) {
      renewing = changeVisibility([...held], settings.forS);
      const isRenewed = await renewing;
      await elapsed(clock, isRenewed ? settings.renewEveryMs : settings.retryAfterMs);
    }
  }

  /** @returns whether SQS took it; if not, the visibility that it was told before goes on */
  async function changeVisibility(some: readonly Incoming[], delayS: number): Promise<boolean> {
    try {
      const refused = await inbox.changeVisibility(some, delayS);
      // One that was deleted while its renewal was on the way has nothing to renew any more.
      logRefused(
        log,
        "queue.visibility_not_changed",
        refused.filter(({ message }) => !gone.has(message)),
      );
      return true;
    } catch (error) {
      log.warn("queue.visibility_not_changed", { code: toBotError(error).code, messages: some.length });
      return false;
    }
  }

  /** If it fails, Lambda deletes them with the batch; or they come back, and meet their finished turns. */
  async function deleteNow(some: readonly Incoming[]): Promise<void> {
    try {
      logRefused(log, "queue.not_deleted", await inbox.delete(some));
    } catch (error) {
      log.warn("queue.not_deleted", { code: toBotError(error).code, messages: some.length });
    }
  }

  async function acknowledge(): Promise<void> {
    const some = [...finished];
    finished.clear();
    if (some.length > 0) deleting = Promise.all([deleting, deleteNow(some)]).then(() => {});
    await deleting;
  }

  async function acknowledgeSoon(): Promise<void> {
    if (isWaiting) return;
    isWaiting = true;
    await elapsed(clock, acknowledgeWithinMs);
    isWaiting = false;
    if (!hasEnded) await acknowledge();
  }

  void renewUntilEnd();
  return {
    acknowledge,

    finish(message) {
      held.delete(message);
      finished.add(message);
      gone.add(message);
      void acknowledgeSoon();
    },

    async giveBack(some, delayS) {
      if (some.length === 0) return;
      for (const message of some) held.delete(message);
      // A renewal that is under way must not arrive later than this and hold them longer.
      await renewing;
      await changeVisibility(some, delayS);
    },

    async end() {
      hasEnded = true;
      // Lambda freezes the process once the handler has returned.
      await Promise.all([renewing, deleting]);
    },
  };
}
