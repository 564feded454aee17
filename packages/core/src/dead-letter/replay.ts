import { BotError } from "../error.ts";
import { decodeJob, encodeJob } from "../queue/job.ts";
import type { Outgoing, Sender } from "../queue/sqs.ts";
import { deadlines } from "../settings.ts";
import { type ActOptions, type ActRequest, createAct, type Result } from "./act.ts";
import type { DescribedLetter } from "./dead-letter.ts";
import { isReplayed, replayIdOf } from "./effect.ts";

export type ReplayOptions = ActOptions & { sender: Sender };

export type ReplayRequest = Omit<ActRequest, "act"> & {
  /** Also what its user may see twice. */
  force: boolean;
};

/**
 * Brings messages back: each goes on the queue again, and only then leaves the dead-letter queue. Its turn decides
 * what is left to do.
 */
export function createReplay(options: ReplayOptions) {
  const { sender, clock } = options;
  const act = createAct(options);

  return ({ force, ...request }: ReplayRequest): Promise<Result[]> =>
    act({ ...request, act: (letter, job) => replay(letter, job, force) });

  async function replay(
    letter: DescribedLetter,
    job: string | undefined,
    force: boolean,
  ): Promise<string | undefined> {
    const { onReplay, chatId } = letter;
    if (onReplay.kind === "acknowledge") return undefined;
    if (onReplay.kind === "none") return onReplay.because;
    const isForced = onReplay.kind === "send_perhaps_twice";
    if (isForced && !force) return "unclear";
    if (job === undefined) return "job_gone";
    const message = replayOf({ chatId, body: job }, idOf(letter), isForced);
    const refused = await sender.send([message], clock.timeout(deadlines.queueMs));
    if (refused.size === 0) return undefined;
    throw new BotError("queue.unavailable", "SQS did not take the message", { retry: "later" });
  }
}

/** The same for one parking, so that replaying it twice is replaying it once. */
function idOf({ turn, letters, parkedAt }: DescribedLetter): string {
  const letter = letters.find((one) => !turn || !isReplayed(one, turn));
  return turn?.status === "parked" || !letter ? String(parkedAt) : replayIdOf(letter);
}

/**
 * The message that brings a job back to the queue.
 *
 * @param id the same for all copies of one replay: SQS takes them once in five minutes, a turn once for ever
 * @throws BotError `job.unreadable`
 */
export function replayOf(job: { chatId: string; body: string }, id: string, force = false): Outgoing {
  const { replay: _, isDue: __, ...given } = decodeJob(job.body);
  return {
    chatId: job.chatId,
    // Not the event's own id, which SQS may still hold against a second message.
    eventId: `${given.eventId}-replay-${id}`,
    body: encodeJob({ ...given, replay: { id, force } }),
  };
}
