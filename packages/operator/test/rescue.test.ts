import { SQSClient } from "@aws-sdk/client-sqs";
import { depthOf } from "@henji/core/queue/dead-letters";
import type { BotEntry } from "@henji/line-simulator";
import { type Local, startLocal } from "@henji/local/start";
import { afterAll, beforeAll, expect, test } from "vitest";
import { linksOf, textOf } from "../../local/test/support.ts";
import { henji, startHenji } from "./command.ts";

let local: Local;
let sqs: SQSClient;

beforeAll(async () => {
  local = await startLocal();
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
});
afterAll(async () => {
  sqs.destroy();
  await local.stop();
});

const dead = async (...args: string[]) => {
  const { code, output, error } = await henji(["dead", ...args, "--json"], local.environment);
  return { code, error, document: output === "" ? undefined : JSON.parse(output) };
};
const depth = () => depthOf(sqs, linksOf(local).DeadLetterQueue!.url!);
const botEntries = (userId: string) =>
  local.line.timeline(userId).filter((entry): entry is BotEntry => entry.by !== "user");

const USERS = 6;
const MESSAGES = 3;

test("at night: the model is broken, messages are given up on, the cause is mended, everything is answered once", async () => {
  const { line } = local;
  const model = local.model!;
  model.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);

  // OpenAI rejects every request for a while.
  model.faults.add({ probability: 1, fault: { kind: "status", status: 400, code: "unsupported_parameter" } });
  const users = Array.from({ length: USERS }, (_, n) => line.addUser({ name: `User ${n}` }).userId);
  for (let n = 1; n <= MESSAGES; n += 1) {
    for (const from of users) await line.deliver([line.say({ from, text: `question ${n}` })]);
  }
  const all = USERS * MESSAGES;
  await expect.poll(depth).toEqual({ waiting: all, inFlight: 0 });

  // What is the matter?
  const listed = (await dead("list")).document;
  expect(listed).toMatchObject({ count: all, unknown: 0 });
  for (const letter of listed.deadLetters) {
    expect(letter).toMatchObject({
      ...{ kind: "question", code: "model.rejected", status: "parked" },
      onReplay: { kind: "ask" },
    });
  }
  const table = await henji(["dead", "list"], local.environment);
  expect(table.output).toContain(`${all} messages were given up on: ${all} model.rejected.`);
  expect(
    table.output.match(/parked +asks the model .* OpenAI answered 400 unsupported_parameter$/gm),
  ).toHaveLength(all);
  expect(table.output).not.toMatch(/question \d/);
  // Looking has disturbed nothing.
  expect(await depth()).toEqual({ waiting: all, inFlight: 0 });

  const [first] = listed.deadLetters;
  const shown = (await dead("show", first.id)).document;
  expect(shown.steps.map(({ is, code }: { is: string; code?: string }) => code ?? is)).toEqual([
    "claimed",
    "model.rejected",
  ]);
  expect(shown).not.toHaveProperty("question");
  const withText = (await dead("show", first.id, "--show-text")).document;
  expect(withText.question).toEqual([{ kind: "text", text: "question 1" }]);

  // What would help?
  const planned = (await dead("replay", "--all")).document;
  expect(planned).toMatchObject({ dryRun: true, count: all });
  expect(await depth()).toEqual({ waiting: all, inFlight: 0 });

  // The cause is mended. Half of the chats are brought back, and the command is killed on its way.
  model.faults.clear();
  const half = listed.deadLetters
    .filter(({ chat }: { chat: string }) => chat !== first.chat)
    .slice(0, all / 2);
  const ids = half.map(({ id }: { id: string }) => id);
  const { child, ended } = startHenji(["dead", "replay", ...ids, "--yes", "--rate", "4"], local.environment);
  await expect
    .poll(() => users.flatMap(botEntries).filter(isAnswer).length, { interval: 20 })
    .toBeGreaterThan(1);
  child.kill("SIGKILL");
  await ended;
  const answeredByThen = users.flatMap(botEntries).filter(isAnswer).length;
  expect(answeredByThen).toBeLessThan(all / 2);

  // Jobs are stored with their turns, so nobody waits for the letters that the dead command has hidden.
  const rest = (await dead("replay", "--all", "--yes", "--rate", "100")).document;
  expect(rest.results.map(({ outcome }: { outcome: string }) => outcome)).not.toContain("failed");
  for (const user of users) {
    await expect.poll(() => botEntries(user).filter(isAnswer)).toHaveLength(MESSAGES);
    const answers = botEntries(user).filter(isAnswer);
    expect(answers.map(textOf)).toEqual(["re: question 1", "re: question 2", "re: question 3"]);
    for (const { message } of answers) expect(message).toHaveProperty("quoteToken");
  }
  // A minute later they are visible again: what was answered only leaves the queue.
  await expect
    .poll(
      async () => {
        const { results } = (await dead("replay", "--all", "--yes", "--rate", "100")).document;
        for (const { outcome } of results) expect(outcome).toBe("done");
        return depth();
      },
      { interval: 10_000 },
    )
    .toEqual({ waiting: 0, inFlight: 0 });
  expect((await dead("list")).document).toMatchObject({ count: 0, deadLetters: [] });
  for (const user of users) expect(botEntries(user).filter(isAnswer)).toHaveLength(MESSAGES);
});

function isAnswer(entry: BotEntry): boolean {
  return textOf(entry).startsWith("re: ");
}
