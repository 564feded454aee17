/// <reference path="../../.sst/platform/config.d.ts" />
import { retry, worker } from "../../packages/core/src/settings.ts";
import { deadLetterQueue, eventQueue } from "../queue";
import { alarm, counted } from "./alarm";

const sqs = (queue: sst.aws.Queue, metricName: string, statistic: "Maximum" | "Sum" = "Maximum") => ({
  ...{ namespace: "AWS/SQS", metricName, statistic },
  dimensions: { QueueName: queue.nodes.queue.name },
});

/** The longest time that one job can block its chat: every attempt until its time-out, and the waits between. */
const longestJobS =
  retry.maxAttempts * worker.timeoutS + (1 + retry.jitter) * retry.delaysS.reduce((sum, s) => sum + s, 0);

const DAY_S = 24 * 60 * 60;

/** What becomes of messages. */
export const messageAlarms = [
  alarm("MessagesParked", {
    says: "Messages were given up on in the last five minutes: their users got an apology, or nothing.",
    watches: counted("JobsParked"),
    // One is enough. With each five minutes in which more are parked it stays on, and after a pause it rings again.
    above: 0,
    periodS: 300,
    kind: "event",
  }),

  alarm("DeadLetters", {
    says: "Letters wait in the dead-letter queue. A reminder: it stays on until the queue is empty.",
    watches: sqs(deadLetterQueue, "ApproximateNumberOfMessagesVisible"),
    // Also for those that SQS itself moved there, of which the log says nothing.
    above: 0,
    periodS: 60,
    kind: "state",
  }),

  alarm("OldLetters", {
    says: "A letter in the dead-letter queue is older than 12 days. SQS deletes it after 14: replay it or drop it.",
    watches: sqs(deadLetterQueue, "ApproximateAgeOfOldestMessage"),
    // Two days before the end, so that a weekend is not too late.
    above: 12 * DAY_S,
    periodS: 300,
    kind: "state",
  }),

  alarm("OldestEvent", {
    says: "Answers are late beyond what retries explain: is the worker throttled, or the model down?",
    watches: sqs(eventQueue, "ApproximateAgeOfOldestMessage"),
    above: longestJobS,
    periodS: 60,
    kind: "state",
  }),

  alarm("QueueStuck", {
    says: "Messages wait, and for 20 minutes none was finished: does the worker start, and reach its table?",
    // The age above leaves out what was received more than three times, which is everything if nothing works.
    watches: {
      expression: "IF((visible + inFlight > 0) AND (deleted < 1), 1, 0)",
      of: {
        visible: sqs(eventQueue, "ApproximateNumberOfMessagesVisible"),
        inFlight: sqs(eventQueue, "ApproximateNumberOfMessagesNotVisible"),
        deleted: sqs(eventQueue, "NumberOfMessagesDeleted", "Sum"),
      },
    },
    above: 0,
    // Longer than a single failing message takes until it is parked.
    periodS: 300,
    periods: [4, 4],
    kind: "state",
  }),
];
