import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createDeadLetterQueue, depthOf } from "@henji/core/queue/dead-letters";
import { encodeJob } from "@henji/core/queue/job";
import { turnKeyOf } from "@henji/core/turn/place";
import type { BotEntry } from "@henji/line-simulator";
import { type Local, startLocal } from "@henji/local/start";
import { afterAll, beforeAll, expect } from "vitest";
import { linksOf, textOf } from "../../local/test/support.ts";
import { henji, type Ran } from "./command.ts";

type Question = ReturnType<Local["line"]["say"]>;
type QueueName = "EventQueue" | "DeadLetterQueue";

/** What every question and answer of these tests contains, and no output may. */
export const SAID = "wisteria";

/**
 * The local system for a file of tests of `dead`: users, messages that are given up on, and the command itself.
 *
 * @param directory where it keeps its state; default: in memory
 */
export function useDeadStack(directory?: { readonly path: string }) {
  let local: Local;
  let sqs: SQSClient;
  let users = 0;
  let messages = 0;
  const outputs: string[] = [];

  beforeAll(async () => {
    local = await startLocal(directory && { directory: directory.path });
    sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
    local.model!.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
  });
  afterAll(async () => {
    sqs.destroy();
    await local.stop();
  });

  const queueUrl = (queue: QueueName) => linksOf(local)[queue]!.url!;

  const stack = {
    local: () => local,
    /** All that commands have printed, `--show-text` excepted. */
    outputs,

    addUser(): string {
      users += 1;
      return local.line.addUser({ name: `User ${users}` }).userId;
    },

    say(from: string): Question {
      messages += 1;
      return local.line.say({ from, text: `${SAID} ${messages}` });
    },

    /** A message that OpenAI rejects, so that it is given up on at once. */
    async parked(from: string): Promise<Question> {
      const event = stack.say(from);
      const mend = local.model!.faults.add({ probability: 1, fault: rejected });
      await local.line.deliver([event]);
      await stack.isParked(event);
      mend();
      return event;
    },

    /** One whose answer is stored, because LINE rejects it. */
    async parkedWithAnswer(from: string): Promise<Question> {
      const event = stack.say(from);
      const mend = (["reply", "push"] as const).map((on) => local.line.faults.add({ on, fault: refused }));
      await local.line.deliver([event]);
      await stack.isParked(event);
      for (const step of mend) step();
      return event;
    },

    async isParked(event: Question): Promise<void> {
      await expect.poll(async () => (await stack.turn(event))?.status).toBe("parked");
    },

    turn: (event: Question) => local.turns.read(keyOf(event)),

    jobOf(event: Question, receivedAt = event.timestamp): string {
      const { webhookEventId: eventId } = event;
      return encodeJob({ version: 2, platform: "line", eventId, event, receivedAt });
    },

    /** Puts a message on a queue by hand. @returns its id */
    async send(queue: QueueName, chatId: string, body: string): Promise<string> {
      messages += 1;
      const command = new SendMessageCommand({
        ...{ QueueUrl: queueUrl(queue), MessageBody: body, MessageGroupId: chatId },
        MessageDeduplicationId: `by-hand-${messages}`,
      });
      return (await sqs.send(command)).MessageId!;
    },

    /** Takes a chat's letters off the dead-letter queue, as their age does. */
    async deleteLetters(chatId: string): Promise<void> {
      const queue = createDeadLetterQueue(sqs, queueUrl("DeadLetterQueue"));
      const letters = await queue.receive(30, 0);
      await queue.delete(letters.filter((letter) => letter.chatId === chatId));
      await queue.release(letters.filter((letter) => letter.chatId !== chatId));
    },

    letters: async () => (await depthOf(sqs, queueUrl("DeadLetterQueue"))).waiting,

    /** The bot's answers in a chat. */
    answers: (userId: string) =>
      local.line
        .timeline(userId)
        .filter((entry): entry is BotEntry => entry.by !== "user" && textOf(entry).startsWith("re: "))
        .map(textOf),

    /** Waits until a later message of the chat is answered: so nothing before it waits any more. */
    async settled(userId: string): Promise<void> {
      const event = stack.say(userId);
      await local.line.deliver([event]);
      await expect.poll(async () => (await stack.turn(event))?.status).toBe("delivered");
    },

    /** How often the model was asked. */
    asked: () => local.model!.requests.length,

    async dead(...args: string[]): Promise<Ran> {
      const ran = await henji(["dead", ...args], local.environment);
      if (!args.includes("--show-text")) outputs.push(ran.output, ran.error);
      return ran;
    },

    /** The same with `--json`: its stdout is one document. */
    async json(...args: string[]) {
      const { code, output, error } = await stack.dead(...args, "--json");
      return { code, error, document: JSON.parse(output) };
    },
  };
  return stack;
}

export function keyOf({ source, webhookEventId, timestamp }: Question) {
  return turnKeyOf((source as { userId: string }).userId, { eventId: webhookEventId, at: timestamp });
}

const rejected = { kind: "status", status: 400, code: "unsupported_parameter" } as const;
const refused = {
  kind: "status",
  status: 400,
  body: { message: "The request body has 1 error(s)" },
} as const;
