import { standInAnswer } from "@henji/model-simulator";
import { compose, readScript } from "../../../core/bench/conversation.ts";
import type { Stage } from "./stage.ts";

const exchanges = compose([await readScript("ja"), await readScript("en")], 400, 1);
const answers = new Map(exchanges.map(({ question, answer }) => [question, answer]));

/** Has the model answer as in the conversations of `bench:context`. */
export function speak({ model }: Stage): void {
  model.answerWith((conversation) => {
    const question = conversation.messages.at(-1)?.text ?? "";
    return answers.get(question) ?? standInAnswer(conversation);
  });
}

/** Users who are new to the bot. */
export function newUsers({ line }: Stage, count: number): string[] {
  return Array.from({ length: count }, () => line.addUser({ name: "Aki" }).userId);
}

let said = 0;

/**
 * These users say something, in one webhook, and the bot answers all of them.
 *
 * @returns milliseconds from the webhook to the last answer
 */
export async function ask({ line, ingress, worker }: Stage, users: readonly string[]): Promise<number> {
  const waiting = new Set(users);
  const { promise, resolve } = Promise.withResolvers<number>();
  const unsubscribe = line.subscribe((change) => {
    if (change.type !== "message" || change.entry.by === "user") return;
    waiting.delete(change.chatId);
    if (waiting.size === 0) resolve(performance.now());
  });
  const events = users.map((from) => {
    said += 1;
    return line.say({ from, text: exchanges[said % exchanges.length]!.question });
  });
  const startedAt = performance.now();
  // LINE waits for two seconds; what it has given up on is answered all the same.
  const delivered = line.deliver(events);
  const tookMs = (await promise) - startedAt;
  unsubscribe();
  await delivered;
  // What is done after an answer belongs to it, and to no other.
  await Promise.all([ingress.idle(), worker.idle()]);
  return tookMs;
}
