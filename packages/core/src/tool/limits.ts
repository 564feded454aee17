import { deadlines } from "../settings.ts";

const seconds = (n: number) => n * 1000;

/** What the model may call before it answers. */
export const toolLimits = {
  /** Of a tool that sets none. */
  timeoutMs: seconds(10),
  /** A turn's lease covers it, so what waits for a dead worker waits for so long. */
  maxTimeoutMs: seconds(30),
  /** For the write before it and the one after. */
  marginMs: 2 * deadlines.tableMs,
  /** Rounds of calls; then the model must answer with what it knows. Each is a request, with its tokens. */
  maxRounds: 5,
  /** Calls in one round; of further ones the model is told that they did not run. */
  maxCalls: 8,
  /** UTF-16 code units of one result, about 2,000 tokens; the rest is cut. */
  maxResultLength: 8_000,
  /** UTF-16 code units of a result for which a turn has no room left. */
  leastResultLength: 500,
  /** The model's, after a tool. With less time left, another invocation goes on. */
  answerMs: seconds(10),
  /** UTF-16 code units of a question before a tool runs; LINE: a message has room for 5,000. */
  maxQuestionLength: 1_000,
  /** Of all rounds as they are kept in a turn, give or take a result; DynamoDB: an item has 400 KB. Then the model must answer. */
  maxTranscriptBytes: 96 * 1024,
  /** For so long a user may say yes or no. It is longer than an answer waits that nobody fetches. */
  confirmWithinMs: seconds(30 * 60),
} as const;
