import { Entity, type EntityItem } from "electrodb";
import { routes } from "../platform/platform.ts";
import { asIs, entityOf, SERVICE, type Table } from "../table.ts";
import { noticeKinds, ways } from "./answer.ts";
import { stepNames } from "./step.ts";
import { turnStatuses } from "./turn.ts";

const counter = { type: "number", required: true } as const;

/** What was looked at and listened to. */
const media = {
  type: "map",
  properties: { pictures: counter, files: counter, voiceSeconds: counter },
} as const;

/** What OpenAI has searched. */
const searches = { type: "map", properties: { web: counter, files: counter } } as const;

const dayUsage = {
  type: "map",
  properties: {
    ...{ media, searches },
    day: { type: "string", required: true },
    /** Whose it is: see `userHash`. */
    user: { type: "string", required: true },
    answers: counter,
    inputTokens: counter,
    cachedTokens: counter,
    outputTokens: counter,
    replies: counter,
    pushes: counter,
    refused: { type: "boolean", required: true },
    foldVersion: counter,
  },
} as const;

/** What was said, or tells of it: erasing a turn removes all of these. */
const text = {
  /** The parts of the question, as JSON. */
  question: { type: "string" },
  /** The platform's id of the message that asks it, by which an unsend names it. */
  messageId: { type: "string" },
  /** The platform's id of the user who asks. */
  senderId: { type: "string" },
  /** Their name; only in a group. */
  speaker: { type: "string" },
  /** The platform's id of the message that the question quotes. */
  quotes: { type: "string" },
  /** The platform's ids of the messages that were sent, by which a user's message quotes them. */
  sentIds: { type: "list", items: { type: "string" } },
  /** Key of the turn in whose place this one stands. */
  repeats: { type: "string" },
  /** Key of the turn that first asked its question; with `repeats`, which may name one that was a repeat itself. */
  origin: { type: "string" },
  /** The job, while it is parked. */
  job: { type: "string" },
  /** The messages of the answer as JSON: DynamoDB's maps keep no order, and a retry must repeat its body. */
  messages: { type: "string" },
  /** What one call did not take of the answer. */
  rest: { type: "string" },
  /** What the model has called so far, as JSON; once there is an answer, only what waits for its user's word. */
  transcript: { type: "string" },
  questionTokens: { type: "number" },
  answerTokens: { type: "number" },
  inputTokens: { type: "number" },
  cachedTokens: { type: "number" },
  outputTokens: { type: "number" },
  ...{ media, searches },
  /** What its attempts have taken so far, until it is part of its answer or of its user's day. */
  spent: {
    type: "map",
    properties: {
      ...{ media, searches },
      ...{ inputTokens: counter, cachedTokens: counter, outputTokens: counter },
    },
  },
} as const;

/** The attributes that erasing removes. */
export const textAttributes = Object.keys(text) as readonly (keyof typeof text)[];

function makeTurnEntity({ client, table }: Table) {
  return new Entity(
    {
      model: { service: SERVICE, entity: "turn", version: "1" },
      attributes: {
        ...text,
        chatId: { type: "string", required: true },
        key: { type: "string", required: true },
        /** SQS's sequence number of its first job. */
        sequence: { type: "string", required: true },
        eventId: { type: "string", required: true },
        status: { type: turnStatuses, required: true },
        owner: { type: "string", required: true },
        /** Epoch milliseconds. */
        leaseUntil: { type: "number", required: true },
        attempts: { type: "number", required: true },
        /** Attempts that ended with an error; the others ended with their process. */
        released: { type: "number" },
        /** Epoch milliseconds; when an attempt first ended, or died, without anybody knowing whether its send was accepted. */
        outcomeUnknownSince: { type: "number" },
        /** Epoch milliseconds; when an attempt last ended, or died, so. */
        maybeSentAt: { type: "number" },
        /** Set if the model's limit has held its question up: see `Limited`. */
        limited: {
          type: "map",
          properties: {
            since: { type: "number", required: true },
            refusals: { type: "number", required: true },
            slot: {
              type: "map",
              properties: {
                at: { type: "number", required: true },
                delayedMs: { type: "number", required: true },
              },
            },
          },
        },
        /** Ids of the queue messages that have brought it back from being parked. */
        replayedBy: { type: "list", items: { type: "string" } },

        /** Nothing of its text is left; what stays is what keeps its event from being answered again. */
        erased: { type: "boolean" },
        idempotencyKey: { type: "string" },
        route: { type: ways },
        /** Epoch milliseconds; when the free reply was spent on saying that the answer takes long. */
        thinkingAt: { type: "number" },
        /** Epoch milliseconds; when it first came to wait. */
        waitedAt: { type: "number" },
        /** Epoch milliseconds; when it is pushed, if it still waits then. Not set if nobody was reminded. */
        dueAt: { type: "number" },
        /** Keys of the turns whose answers it brings. */
        carries: { type: "list", items: { type: "string" } },
        /** Keys of the turns whose questions it answers beside its own. */
        gathers: { type: "list", items: { type: "string" } },
        /** It brings those alone, and waits itself. */
        heldBack: { type: "boolean" },
        /** Key of the turn that brings its answer, or asks for it too. */
        carriedBy: { type: "string" },
        /** Of its transcript: `nobody`, or the key of the turn that has taken it up. */
        takenBy: { type: "string" },
        /** Set if its answer asks whether calls may run. Epoch milliseconds; until then they may. */
        confirmUntil: { type: "number" },
        /** Set if the answer was written by us and not by the model; of a dropped turn, why. */
        notice: { type: noticeKinds },
        /** The model declined to answer. */
        refused: { type: "boolean" },

        /** Code of the last error. */
        error: { type: "string" },
        /** Its way so far, oldest first. */
        steps: {
          type: "list",
          items: {
            type: "map",
            properties: {
              at: { type: "number", required: true },
              is: { type: stepNames, required: true },
              code: { type: "string" },
              reason: { type: "string" },
              route: { type: routes },
              requestId: { type: "string" },
            },
          },
        },
        /** Epoch milliseconds; when it was delivered, parked or dropped. */
        finishedAt: { type: "number" },
        /** Epoch milliseconds; when it was parked, if its apology was pushed. */
        apologyPushedAt: { type: "number" },
        /** Its user's total of the day on which it was over, this turn included. */
        usage: dayUsage,
        /** That of all members of its group. */
        chatUsage: dayUsage,
        /** Set if a fold has begun after it: when it has ended in any case, epoch milliseconds, and of which version. */
        foldingUntil: { type: "number" },
        foldingVersion: { type: "number" },
        /** Where an operator finds it: `parked`, or `day#YYYY-MM-DD` for a turn of a chat on that day, nearly always the first. */
        list: { type: "string" },
        /** Its place on the list: when it came to it, ISO 8601; of a parked turn with more: see `listed-as.ts`. */
        listedAs: { type: "string" },
        /** Epoch seconds. */
        expiresAt: { type: "number", required: true },
      },
      indexes: {
        byChat: {
          pk: { field: "pk", composite: ["chatId"], template: "${chatId}", ...asIs },
          sk: { field: "sk", composite: ["key"], template: "turn#${key}", ...asIs },
        },
        listed: {
          index: "gsi1",
          pk: { field: "gsi1pk", composite: ["list"], template: "${list}", ...asIs },
          sk: { field: "gsi1sk", composite: ["listedAs"], template: "${listedAs}", ...asIs },
        },
      },
    },
    { client, table },
  );
}

export const turnEntity = entityOf(makeTurnEntity);

export type TurnItem = EntityItem<ReturnType<typeof turnEntity>>;
