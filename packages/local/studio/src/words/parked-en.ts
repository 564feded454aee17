import type { ReplayEffect } from "../../../src/parked-view.ts";

const messages = (n: number) => `${n} ${n === 1 ? "message" : "messages"}`;

/** The sentences about queues and parked messages. */
export const parkedEn = {
  queues: "Queues",
  eventQueue: "Event queue",
  deadLetterQueue: "Dead-letter queue",
  waiting: "Waiting",
  inFlight: "In flight",
  inFlightRule: "In flight: with a worker, or waiting for the next attempt",

  title: "Parked messages",
  count: (n: number) => `${n} parked`,
  open: (n: number) => `${messages(n)} parked: open Operations`,
  look: "Refresh",
  looking: "Looking…",
  lookFailed: "The list could not be read.",
  empty: "Nothing is parked.",
  emptyRule:
    "A message that failed for good, or five times, is parked: it waits here with its reason until you replay or drop it.",
  emptyRehearse: (fault: string) =>
    `To rehearse: choose Model: ${fault} below, write a message in the chat, and mend the model when the message is here.`,
  rehearse: "Go to “Break things on purpose”",

  select: (what: string) => `Select ${what}`,
  selectAll: "Select all that are shown",
  selected: (n: number) => `${n} selected`,
  columns: { message: "Message", why: "Why", when: "When", effect: "A replay" },
  attempts: (n: number) => `${n} ${n === 1 ? "attempt" : "attempts"}`,
  sentAt: (time: string) => `sent ${time}`,
  parkedAt: (time: string) => `parked ${time}`,
  noMessage: "Event",
  more: (n: number) => `Show more (${n} not shown)`,
  unseen: (n: number) =>
    `${n} more ${n === 1 ? "letter" : "letters"} on the queue could not be looked at. SQS hides those that another command looks at for up to a minute.`,

  dryRun: "Dry run",
  replay: "Replay",
  replayAll: "Replay all",
  replayAnyway: "Replay anyway…",
  drop: "Drop…",
  cancel: "Cancel",
  stop: "Stop",
  confirmDrop: (n: number) => `Drop ${messages(n)}?`,
  dropRule: "Dropped messages get no answer, and their text is erased. This cannot be undone.",
  dropNow: "Drop",
  confirmForce: (n: number) => `Replay ${messages(n)} whose answer may have arrived?`,
  forceRule:
    "Nobody can tell whether LINE delivered the stored answer. A replay pushes it, so the user may see it twice.",
  forceNow: "Replay anyway",

  planned: (n: number) => `A replay of ${messages(n)} would do this. Nothing was changed.`,
  progress: {
    replay: (done: number, left: number | undefined) =>
      left === undefined ? "Replaying…" : `${done} replayed, ${left} to go`,
    drop: (done: number, left: number | undefined) =>
      left === undefined ? "Dropping…" : `${done} dropped, ${left} to go`,
  },
  done: {
    replay: (n: number) => `${messages(n)} back on the queue, or answered already.`,
    drop: (n: number) => `${messages(n)} dropped.`,
  },
  untouched: (n: number) => `${messages(n)} not begun.`,
  others: (n: number) => `${n} ${n === 1 ? "was" : "were"} left:`,
  actionFailed: "It could not be done. What was done until then stays done.",
  busy: "Another replay or drop is under way.",
  because: {
    unclear: "the user may have the answer already",
    unreadable: "its job cannot be read: drop it, or start a version that can read it",
    held: "a worker is at it: try again in a minute",
    job_gone: "its job is not to be found just now: look again",
  } as Record<string, string>,

  effect(effect: ReplayEffect): string {
    switch (effect.kind) {
      case "ask":
        return "asks the model and sends its answer";
      case "send":
        return `sends the stored answer${parkedEn.brings(effect.brings)}`;
      case "send_perhaps_twice":
        return `only by force: the user may have the answer already${parkedEn.brings(effect.brings)}`;
      case "erase":
        return "erases what the user has taken back";
      case "acknowledge":
        return `only removes it: ${parkedEn.acknowledged[effect.because]}`;
      case "none":
        return parkedEn.none[effect.because];
    }
  },
  brings: (n = 0) =>
    n === 0 ? "" : `, and ${n === 1 ? "one that waits" : `${n} that wait`}, in front of it`,
  acknowledged: {
    delivered: "it was answered",
    dropped: "it gets no answer",
    replayed: "it was replayed",
    ignored: "it asks nothing",
    gathered: "it is answered together with others",
    waiting: "its answer waits for its user",
    carried: "its answer goes out with a later one",
  },
  none: { unreadable: "cannot: its job cannot be read", held: "not now: a worker is at it" },

  /** What an operator needs to know of a code; the stored reason says the rest. */
  codes: {
    "model.rejected": "OpenAI rejects the request",
    "model.unauthorized": "OpenAI refuses the API key",
    "model.forbidden": "OpenAI refuses this request, user or region",
    "model.quota_exhausted": "OpenAI: no credit left",
    "model.unknown_model": "OpenAI does not know the model",
    "model.not_found": "The model's URL does not exist",
    "model.unavailable": "OpenAI is not available",
    "model.rate_limited": "OpenAI: too many requests",
    "model.timeout": "The model did not answer in time",
    "model.unreachable": "OpenAI cannot be reached",
    "model.unreadable": "OpenAI's response cannot be read",
    "model.no_answer": "The model gave no answer",
    "model.no_room": "No room was left for the answer",
    "model.context_too_long": "The context is too long for the model",
    "model.refused": "OpenAI refuses what was written",
    "line.rejected": "LINE rejects the request",
    "line.unauthorized": "LINE refuses the access token",
    "line.unavailable": "LINE is not available",
    "line.unreachable": "LINE cannot be reached",
    "line.timeout": "LINE did not answer in time",
    "line.rate_limited": "LINE: too many requests",
    "line.quota_exhausted": "LINE's monthly quota is used up",
    "line.quota_reserved": "The rest of LINE's quota is reserved",
    "line.quota_unknown": "LINE's quota cannot be read",
    "line.invalid_reply_token": "The reply token is no longer valid",
    "line.unreadable": "LINE's response cannot be read",
    "delivery.unclear": "Nobody can tell whether the answer arrived",
    "worker.crashed": "The worker crashed again and again",
    "job.unreadable": "The job cannot be read",
    "queue.unavailable": "SQS is not available",
    "queue.too_many_receives": "SQS moved it: no worker has finished it",
    "table.unavailable": "DynamoDB is not available",
    "table.rejected": "DynamoDB rejects the request",
    unexpected: "An error that nobody has classified",
  } as Record<string, string>,

  history: "History",
  /** The steps of a stored turn. */
  steps: {
    claimed: "Claimed",
    failed: "Failed",
    postponed: "Postponed",
    answered: "Answered",
    gathered: "Gathered",
    waiting: "Answer waits",
    delivered: "Delivered",
    parked: "Parked",
    replayed: "Replayed",
    dropped: "Dropped",
  },
  noSteps: "No worker has begun it.",
  requestId: "Request id",
  question: "Question",
  answer: { reply: "Stored answer, to be sent as a reply or a push", push: "Stored answer, to be pushed" },
  job: "Job as it came",
  status: "Status of its turn",
  statuses: {
    claimed: "claimed",
    answered: "answered, not delivered",
    gathered: "it is answered together with others",
    waiting: "its answer waits for its user",
    carried: "its answer goes out with a later one",
    delivered: "delivered",
    parked: "parked",
    dropped: "dropped",
  } as Record<string, string>,
  noStatus: "no worker has begun it",
  showTrace: "Show its trace",
  showParked: "Show it among the parked messages",
  gone: "It is no longer parked.",
};
