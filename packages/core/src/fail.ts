import type { Bot } from "./bot/bot.ts";
import type { Memory } from "./chat/chats.ts";
import { endTotal } from "./chat/day-total.ts";
import { isErased } from "./chat/state.ts";
import type { Clock } from "./clock.ts";
import { courtesy } from "./courtesy.ts";
import { createPark } from "./dead-letter/park.ts";
import { type BotError, toBotError } from "./error.ts";
import type { Batch } from "./held.ts";
import type { Log } from "./log.ts";
import type { Platform, Profile } from "./platform/platform.ts";
import { createPostpone, type HeldUp, heldUpBy, postponedS } from "./postpone.ts";
import type { Job } from "./queue/job.ts";
import { retryDelayS } from "./queue/retry.ts";
import type { Inbox, Incoming } from "./queue/sqs.ts";
import { languageOfAsking } from "./reply/language.ts";
import { createNotices } from "./reply/notice.ts";
import { createThinking } from "./reply/thinking.ts";
import { retry, thinkingBeforeMs } from "./settings.ts";
import type { Turn, TurnFailure } from "./turn/turn.ts";
import type { Turns } from "./turn/turns.ts";
import { acknowledged, type Verdict } from "./verdict.ts";

export type FailOptions = {
  bot: Pick<Bot, "texts" | "commands" | "timeZone" | "language" | "delivery">;
  turns: Pick<Turns, "park" | "drop" | "release" | "postpone" | "spend" | "told">;
  inbox: Pick<Inbox, "park">;
  random: () => number;
  clock: Clock;
};

/** A message that could not be taken to its end. */
export type Failure = { message: Incoming; error: BotError; log: Log } & (
  | { kind: "unclaimed" }
  /** With the turn as it is now, and the memory as far as it could be read. */
  | {
      kind: "claimed";
      turn: Turn;
      job: Job;
      platform: Platform;
      recalling: Promise<Memory>;
      batch: Batch;
      profile: Promise<Profile | undefined>;
    }
);

/** The one place where a failure becomes a retry, or the message is given up on. */
export function createFail(options: FailOptions) {
  const { bot, turns, random, clock } = options;
  const park = createPark(options);
  const postpone = createPostpone(options);
  const lateFor = createThinking({ bot, turns, notices: createNotices(bot), clock });

  return { fail, isolate };

  async function fail(failure: Failure): Promise<Verdict> {
    const { error } = failure;
    // Another worker has the turn, or may have it: it is theirs to park or to release.
    if (isLost(error)) return again(failure, error);
    if (failure.kind === "claimed") {
      const heldUp = heldUpBy(error, failure.turn, clock.now());
      if (heldUp) return wait(failure, heldUp);
    }
    if (isLastAttempt(failure)) return giveUp(failure);
    const inS = delayS(error, attemptsOf(failure));
    await tellOfWait(failure, inS);
    await release(failure);
    return again(failure, error, attemptsOf(failure), inS);
  }

  /** Nothing has failed: the model's limit holds it up. */
  async function wait(failure: Extract<Failure, { kind: "claimed" }>, heldUp: HeldUp): Promise<Verdict> {
    const { code } = failure.error;
    await tellOfWait(failure, postponedS(heldUp, clock.now()));
    await postpone(failure.turn, heldUp, failure.error, failure.log);
    const inS = postponedS(heldUp, clock.now());
    failure.log.info("turn.postponed", { code, inS });
    return { kind: "retry", inS };
  }

  /** If even that fails, the message comes back, and it is tried again. */
  async function giveUp(failure: Failure): Promise<Verdict> {
    try {
      await parkOrDrop(failure);
      return acknowledged;
    } catch (cause) {
      await release(failure);
      const error = toBotError(cause);
      return again(failure, error, retry.maxAttempts);
    }
  }

  /** What is parked keeps its text: so it waits until the memory tells whether it was erased before it came. */
  async function parkOrDrop(failure: Failure): Promise<void> {
    const log = failure.log.with({}, failure.error);
    if (failure.kind === "unclaimed") return park({ ...failure, log });
    const { turn } = failure;
    const memory = await failure.recalling;
    if (!isErased(turn, memory)) return park({ ...failure, log, memory });
    const at = clock.now();
    await turns.drop(turn, at, endTotal(memory, turn, at, bot.timeZone), "unsent");
    log.info("turn.dropped", { because: "unsent" });
  }

  /** Puts a message back for a moment of its own, because processes died under it in company. */
  async function isolate(turn: Turn, log: Log): Promise<Verdict> {
    await releaseTurn(turn, { code: "worker.crashed", requestId: undefined }, log);
    const inS = 1 + Math.floor(random() * retry.isolateWithinS);
    log.warn("turn.isolated", { crashes: turn.crashes, inS });
    return { kind: "retry", inS };
  }

  function delayS({ retryAfterMs }: BotError, attempts: number): number {
    return retryDelayS(attempts, retryAfterMs, random);
  }

  function again(
    failure: Failure,
    error: BotError,
    attempts = attemptsOf(failure),
    inS = delayS(error, attempts),
  ): Verdict {
    const { code, message: reason, requestId } = error;
    const claimed = failure.kind === "claimed";
    const log = failure.log.with({}, error);
    log.warn("job.retry", { code, reason, requestId, attempts, claimed, inS });
    return { kind: "retry", inS };
  }

  /** By the free reply, if it is no longer good when the model is asked once more. */
  async function tellOfWait(failure: Failure, inS: number): Promise<void> {
    if (failure.kind === "unclaimed" || !isOfModel(failure.error)) return;
    const { turn, platform, job, recalling, batch, profile, log } = failure;
    const { replyUntil } = platform;
    if (clock.now() + inS * 1000 < (replyUntil(job) ?? 0) - thinkingBeforeMs) return;
    const memory = await recalling.catch(() => undefined);
    const language = languageOfAsking(turn, memory, await profile, bot);
    const thinking = { at: turn.thinkingAt };
    await lateFor({ turn, platform, job, thinking, language, deadline: batch.deadline, log })?.say();
  }

  async function release(failure: Failure): Promise<void> {
    if (failure.kind === "claimed") await releaseTurn(failure.turn, failure.error, failure.log);
  }

  async function releaseTurn(
    turn: Turn,
    error: Pick<BotError, "code" | "requestId">,
    log: Log,
  ): Promise<void> {
    const { code, requestId } = error;
    const { outcomeUnknownSince, maybeSentAt } = turn;
    const failure: TurnFailure = { at: clock.now(), code, requestId, outcomeUnknownSince, maybeSentAt };
    await courtesy(() => turns.release(turn, failure), log, "turn.not_released");
  }
}

/** Nothing is wrong but that the answer is not there yet. */
function isOfModel({ code }: BotError): boolean {
  return code.startsWith("model.");
}

function isLost({ code }: BotError): boolean {
  return code === "turn.lost" || code === "turn.lease_expired";
}

/** Of a turn that was not claimed nothing is counted but the queue's own receives, which never end it. */
function isLastAttempt(failure: Failure): boolean {
  if (failure.error.retry === "never") return true;
  return failure.kind === "claimed" && failure.turn.attempts >= retry.maxAttempts;
}

function attemptsOf(failure: Failure): number {
  return failure.kind === "claimed" ? failure.turn.attempts : failure.message.receiveCount;
}
