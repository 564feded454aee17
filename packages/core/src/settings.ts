import { capacity } from "./capacity.ts";

/**
 * Numbers that more than one place must agree on: core, `stacks/` and the local
 * system. Everything a bot's owner may choose is in `bot.config.ts` instead, and
 * what has to be raised for more users in `capacity.ts`.
 */

const seconds = (n: number) => n * 1000;
const DAY_S = 24 * 60 * 60;

export const ingress = {
  /** Longer than LINE waits (2 s): what it gave up on is still put on the queue, and its redelivery is recognized. */
  timeoutS: 10,
  memoryMb: capacity.ingress.memoryMb,
  /** A webhook of one message is about 1 KB; this leaves room for a thousand, and bounds memory. */
  maxBodyBytes: 1024 * 1024,
  /** All sends of one webhook. Nearly always it is one, of some milliseconds. */
  sendTimeoutMs: 8_000,
} as const;

export const worker = {
  /** Claim and reads (2 s), the model (120 s at the most), what comes after it (36 s), and some to spare. */
  timeoutS: 165,
  ...capacity.worker,
} as const;

export const queue = {
  fifo: true,
  /**
   * AWS: no less than the function's time-out; six times is advice for throttled functions. Only a process that
   * dies before its first renewal costs this much: see `hold`.
   */
  visibilityTimeoutS: worker.timeoutS + 15,
  /** SQS: at most 14 days. Past it SQS deletes without a word, so the worker's own age limit, which logs, comes first. */
  retentionS: 14 * DAY_S,
  /**
   * SQS's own redrive, the net below crashes that no code sees. It is far above the worker's own
   * attempts, because every message after a failing one of its chat is received again with it, and high enough that
   * a broken deployment has hours: at one receive each 30 seconds two and a half.
   */
  maxReceiveCount: 300,
} as const;

const renewEveryMs = seconds(10);

/**
 * For how long a living worker holds the unfinished messages of its batch at a time. A dead one does not renew, so
 * its chats go on within `forS`, while reply tokens are still good.
 */
export const hold = {
  forS: 30,
  /** Two renewals in a row may be lost before anybody else receives the messages. */
  renewEveryMs,
  /** After a renewal that SQS did not take. */
  retryAfterMs: seconds(2),
  /** What is left of a hold at the least. A turn's lease is no longer, so the worker that receives its message next can claim it. */
  leaseMs: seconds(30) - renewEveryMs,
} as const;

export const deadLetterQueue = {
  fifo: true,
  visibilityTimeoutS: 30,
  /** SQS: the longest there is, so that an operator may take a holiday. */
  retentionS: 14 * DAY_S,
  /**
   * How long a command of the operator hides the letters that it looks at, at the most: it makes them visible again
   * when it has seen them. One that is killed leaves them hidden until then.
   */
  hiddenS: 60,
  /**
   * Of these, at the most for receiving, so that something is done with what was seen however many there are and
   * however far away SQS is. Enough for some 40,000 letters at 20 ms a receive.
   */
  receiveS: 20,
  /** And left for what is begun. */
  hiddenReserveS: 20,
} as const;

/** Names of the table's keys, its one index and its time-to-live attribute (epoch seconds). */
export const table = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Sparse: what an operator looks for across chats. */
  index: { name: "gsi1", partitionKey: "gsi1pk", sortKey: "gsi1sk" },
  timeToLive: "expiresAt",
} as const;

/** The worker's own attempts at one job, counted in its turn, and the waits between them. */
export const retry = {
  maxAttempts: 5,
  delaysS: [5, 15, 45, 135],
  /**
   * Each wait is longer by up to this share, so that chats do not come back in step. Never shorter:
   * the waits make up more than three minutes, and an outage of that length needs no operator.
   */
  jitter: 0.2,
  /** A message whose process died comes back within this time, at a moment of its own: see `mustIsolate`. */
  isolateWithinS: 60,
  /** A Retry-After beyond this is not waited for in full. */
  maxDelayS: 180,
} as const;

/** More is asked than the model's limit allows: see `model/pace.ts`. */
export const pace = {
  /** From when a question is first held up. After that, each refusal is an attempt, so that it ends. */
  uncountedForMs: seconds(60 * 60),
  /** A slot that is nearer is waited for in the invocation. Well below a lease. */
  inProcessMs: seconds(5),
  /**
   * A question is put back on the queue for this long at the most, and looks whether the slots were put off meanwhile:
   * 96 receives in a day, of the queue's 300.
   */
  postponedS: 15 * 60,
  /** After a first refusal that says nothing, and twice as long after each further one. */
  firstWaitMs: 250,
  /**
   * Refusals for which a question keeps its place, and all others wait with it. A question that has more is rather too
   * large than too early: it takes the last place.
   */
  refusalsInPlace: 5,
  /** From slot to slot, where the service states no limits: at first, at the most, and how that changes. */
  unstated: { firstMs: seconds(1), mostMs: seconds(60), slowerBy: 1.2, easedBy: 0.98 },
} as const;

const sendMs = seconds(4);
const tableMs = seconds(2);
const queueMs = seconds(2);
const quotaMs = seconds(1);

/** Deadlines of single calls inside the worker, SDK retries included. Their sum is below its time-out. */
export const deadlines = {
  /** One call of a platform, such as a send. */
  sendMs,
  /** Who writes, and the bot's own name: asked beside the claim, remembered for an hour. */
  profileMs: seconds(1),
  /** The loading animation is a courtesy, shown while the model thinks. */
  loadingMs: seconds(1),
  /** Asked once an hour if there are pushes, and when one was refused for want of quota, or LINE is known to refuse. */
  quotaMs,
  tableMs,
  queueMs,
  /** To fetch what a user has sent beside text; the model has so much less time, if it is allowed its two minutes. */
  mediaMs: seconds(10),
  /** To write down what was said. It is stored, so that an attempt that has no time left for the model loses nothing. */
  transcribeMs: seconds(30),
  /** OpenAI's moderation, beside the model call: nearly always it is done first. Then the answer goes out. */
  moderationMs: seconds(3),
  /** The notes on a conversation never take longer, whatever is left of the invocation. */
  notesMs: seconds(40),
  /** They are not begun with less than this. */
  notesAtLeastMs: seconds(8),
  /**
   * Kept free after the model call: store the answer, drop the one that it stands for, take what it brings, reply
   * twice, ask for the quota, switch to push, push, mark what it has brought, remind and mark it as
   * waiting (or only mark it as delivered); and, when any of it fails, send to the dead-letter queue, mark as parked, apologize.
   */
  reserveMs:
    3 * tableMs +
    2 * sendMs +
    (quotaMs + tableMs + sendMs) +
    (tableMs + queueMs + tableMs) +
    (queueMs + tableMs + sendMs) +
    seconds(1),
} as const;

/**
 * A message is not begun with less than this: it goes to another invocation instead, which costs nothing. A call to
 * the model that was cut short would cost an attempt, and the tokens.
 */
export function answerMs({ model }: { model: { timeoutS: number } }): number {
  return seconds(model.timeoutS) + deadlines.reserveMs;
}

/** What the bot's owner has written in place of the model. */
export const handlerLimits = {
  /** Well below a turn's lease, so that no other worker runs the handler meanwhile. */
  timeoutMs: seconds(10),
  /** Of all messages of one answer, as JSON: a turn's item has 400 KB. LINE takes 50 KB of Flex. */
  maxBytes: 200 * 1024,
} as const;

/**
 * A kept-alive socket to AWS that has been idle for longer is not used again: AWS closes idle ones
 * (S3 after 20 s), unseen while Lambda freezes the process. A new one costs a TLS handshake of some 10 ms.
 */
export const idleSocketMs = seconds(10);

/**
 * A model that still works when a free reply is good for this long only: it is spent on saying so, with a button that
 * brings the answer. Enough for a write to the table and the reply.
 */
export const thinkingBeforeMs = seconds(10);

/** LINE shows the loading animation for a minute at the most, in fives of seconds. It is shown anew before it ends. */
export const loading = { forS: 60, everyMs: seconds(55) } as const;
/**
 * Once its user was told that it takes long: an answer that comes to wait ends no animation, so it must be over soon
 * after.
 */
export const loadingOnceTold = { forS: 15, everyMs: seconds(12) } as const;

/** When answers are no longer pushed, so that the month's quota is not used up; and how often LINE is asked. */
export const quotaGuard = {
  reserveShare: 0.05,
  reservePushes: 10,
  askEveryMs: seconds(60 * 60),
  /** While little is left, LINE does not say, or a group was pushed to. */
  askAgainMs: seconds(60),
  /** The operator is told again, by each process. */
  tellEveryMs: seconds(DAY_S),
} as const;

/** Answers that nobody has fetched, until they are pushed: one message each, a minute to 15 later. */
export const reminderQueue = {
  /** The worker forwards what it receives: some milliseconds. AWS: no less than the function's time-out. */
  visibilityTimeoutS: worker.timeoutS + 15,
  /** AWS: at least two. Forwarding takes milliseconds. */
  maximumConcurrency: 2,
  /** What cannot be forwarded for so long is not worth a push any more: the answer waits for its user. */
  retentionS: DAY_S,
} as const;

/** How much sooner than its turn says a reminder may come: clocks disagree, and it is put before the turn is marked. */
export const reminderEarlyMs = seconds(30);

/** Pictures of one question that the model is shown. LINE: up to 20 are sent together. */
export const maxPictures = 20;

/** A question is taken to be about what its user has sent before: so many turns, and so long, before. */
export const lookedAgain = { turns: 2, withinMs: seconds(10 * 60) } as const;

/** Of all that is shown with one question: 8 MB. A model is given it as text, four letters for three bytes and some around. */
export const maxMediaLength = 4 * Math.ceil((8 * 1024 * 1024) / 3) + 1024;
/** Of all questions that a worker is at, as text, and of voice in bytes. It takes several times of that in memory: `npm run bench:media-memory`. */
export const mediaRoomLength = 24 * 1024 * 1024;

/** How long a picture waits for the next of those it was sent with; LINE tells how many there are, or does not. */
export const togetherWaitS = { known: 10, unknown: 4 } as const;

/** An answer that comes sooner needs no loading animation, of which LINE takes 100 a second. */
export const loadingAfterMs = 300;

/**
 * How long a finished message waits for others, to be deleted in one request. What finishes last is left to Lambda,
 * which deletes it with the batch.
 */
export const acknowledgeWithinMs = 250;

/**
 * `limits.totalDailyTokens`, as each worker process keeps it: what it knows of the day is never older than the first,
 * what it has used is known to the others after the second. Their sum is how long the bot can go on past its cap.
 */
export const tokenCap = {
  readEveryMs: seconds(10),
  addEveryMs: seconds(10),
  /** Items of a day. 20 workers add twice in ten seconds or so; DynamoDB takes a thousand writes a second to an item. */
  shards: 4,
} as const;

/** Names that a worker process remembers, and for how long: an answer may call a user by a name of an hour ago. */
export const profiles = { most: 2_000, goodMs: seconds(60 * 60) } as const;

/** How long a model or a LINE channel whose account is out of order is left alone. */
export const breakerOpenMs = seconds(60);

/** Pushes count against LINE's quota: an outage costs a chat one apology an hour, not one a message. */
export const apologyPushedEveryMs = seconds(60 * 60);

/**
 * An event older than this is acknowledged without an answer: nobody waits for it any more. It is far below
 * the shortest retention of a turn (30 days), so a late redelivery never meets a turn that has expired.
 */
export const maxEventAgeMs = seconds(DAY_S);

/** For so long it is kept what members of a group said to each other, if the bot is told of it. */
export const talkKeptMs = seconds(DAY_S);

/** LINE: a message can be unsent for 24 hours. An hour more, for clocks and delays. */
export const unsentWithinMs = seconds(25 * 60 * 60);

/**
 * Notes that held an unsent message are taken again from the turns of this time, and know no older ones. It
 * bounds what an unsend can cost: at the daily limit of 200 messages some 80 calls, 9,000 tokens each.
 */
export const notesRetakenMs = seconds(30 * DAY_S);

/** SQS: 1 MiB a message, and 1 MiB and 10 entries a batch. */
export const sqsLimits = { maxBytes: 1024 * 1024, maxEntries: 10 } as const;

/** LINE: a reply token is good for about a minute from receipt; "do not rely on the limit". */
export const replyTokenFreshMs = seconds(50);

/** LINE: a redelivery gives its token another minute, unless the event is older than 20 minutes. Kept well below. */
export const replyTokenRenewableMs = seconds(19 * 60);

/** LINE knows a retry key for 24 hours. Kept well below. */
export const retryKeyGoodMs = seconds(23 * 60 * 60);

/** The stage's own metrics that a command reads: made of log lines in `stacks/`, and looked at by `watch`. */
export const metricNames = {
  /** A count for each message that was sent, by the dimension `by`: reply or push. */
  sends: "Sends",
  /** Milliseconds that a user waited, from the webhook to LINE's 200. */
  waitMs: "WaitMs",
} as const;
