import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { chatHash } from "@henji/core/log";
import { textContent } from "@henji/core/platform/content";
import { depthOf } from "@henji/core/queue/dead-letters";
import { AFTER_ALL, turnKeyOf } from "@henji/core/turn/place";
import { createTurnStore, type TurnStore } from "@henji/core/turn/store";
import { type Local, startLocal } from "@henji/local/start";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, awayFromMidnight, linksOf } from "../../local/test/support.ts";
import { henji, startHenji } from "./command.ts";

let local: Local;
let sqs: SQSClient;
let dynamo: DynamoDBClient;
let turns: TurnStore;

beforeAll(async () => {
  await awayFromMidnight();
  local = await startLocal();
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  dynamo = new DynamoDBClient();
  turns = createTurnStore({ client: dynamo, table: linksOf(local).Conversations!.name! });
  local.model!.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
});
afterAll(async () => {
  sqs.destroy();
  dynamo.destroy();
  await local.stop();
});

const chat = (...args: string[]) => henji(["chat", ...args], local.environment);
const document = async (...args: string[]) => JSON.parse((await chat(...args, "--json")).output);
const newUser = () => local.line.addUser({ name: "Aki" }).userId;
const deadLetters = () => depthOf(sqs, linksOf(local).DeadLetterQueue!.url!);

/** Sends a message that OpenAI rejects, and waits until it was given up on. */
async function park(userId: string, text: string): Promise<void> {
  const before = (await deadLetters()).waiting;
  local.model!.faults.add({ fault: { kind: "status", status: 400, code: "unsupported_parameter" } });
  await local.line.deliver([local.line.say({ from: userId, text })]);
  await expect.poll(deadLetters).toEqual({ waiting: before + 1, inFlight: 0 });
}

/** A letter that no worker has seen, as when SQS itself moves a message. */
async function putLetter(userId: string, body: string): Promise<void> {
  const QueueUrl = linksOf(local).DeadLetterQueue!.url!;
  const group = { MessageGroupId: userId, MessageDeduplicationId: crypto.randomUUID() };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...group }));
}

/** Turns that were answered long ago, one a second. */
async function putTurns(chatId: string, count: number, text: string): Promise<void> {
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
  const put = (n: number) => {
    const eventId = `event-${n}`;
    const { key } = turnKeyOf(chatId, { eventId, at: 1_000 * n });
    return turns.create({
      ...{
        chatId,
        key,
        eventId,
        sequence: String(n),
        status: "delivered",
        owner: "",
        leaseUntil: 0,
        attempts: 1,
      },
      ...{ question: JSON.stringify(textContent(text)), messages: "[]", expiresAt },
    });
  };
  for (let n = 0; n < count; n += 25) {
    await Promise.all(Array.from({ length: Math.min(25, count - n) }, (_, m) => put(n + m)));
  }
}

const settled = (userId: string, turnCount: number) =>
  expect
    .poll(async () => (await document("show", userId)).stored?.byStatus.delivered, { interval: 200 })
    .toBe(turnCount);

test("show: what is stored and remembered of a chat, its last turns, and no text", async () => {
  const aki = newUser();
  await ask(local.line, aki, "secret one");
  await ask(local.line, aki, "secret two");
  await settled(aki, 2);
  await park(aki, "secret three");

  const shown = await document("show", aki);
  expect(shown).toMatchObject({
    chat: chatHash(aki),
    stored: { turns: 3, byStatus: { delivered: 2, parked: 1 }, erased: 0 },
    window: { turns: 2, leftOut: 0 },
    notes: { tokens: 0 },
    erasedBefore: null,
    today: { answers: 2, replies: 2, timeZone: "Asia/Tokyo" },
  });
  const ways = shown.turns.map(({ steps }: { steps: { is: string; code?: string }[] }) =>
    steps.map(({ is, code }) => code ?? is),
  );
  const answered = ["claimed", "answered", "delivered"];
  expect(ways).toEqual([answered, answered, ["claimed", "model.rejected"]]);
  expect(await document("show", chatHash(aki))).toEqual(shown);
  expect((await document("show", aki, "--turns", "1")).turns).toEqual(shown.turns.slice(-1));

  const { code, output, error } = await chat("show", aki);
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(output).toMatch(/^chat +[0-9a-f]{12}$/m);
  expect(output).toMatch(/^stored +3 turns: 2 delivered, 1 parked; /m);
  expect(output).toMatch(/^used today +2 answers, 2 replied, 0 pushed; /m);
  expect(output).toMatch(/ parked +1 +claimed > parked model\.rejected$/m);
  expect(output + JSON.stringify(shown)).not.toContain("secret");
  expect(output + JSON.stringify(shown)).not.toContain(aki);
});

test("show: text, notes and LINE's id on request", async () => {
  const aki = newUser();
  await ask(local.line, aki, "what do I drink?");
  await settled(aki, 1);
  const state = await local.chats.state(aki, Date.now());
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
  await local.chats.update(aki, state, { summary: "The user drinks tea.", expiresAt });

  expect((await document("show", aki)).notes).toEqual({ tokens: expect.any(Number), maxTokens: 400 });
  const shown = await document("show", aki, "--show-text", "--ids");
  expect(shown).toMatchObject({ chatId: aki, notes: { text: "The user drinks tea." } });
  expect(shown.notes.tokens).toBeGreaterThan(0);
  expect(shown.turns[0]).toMatchObject({
    question: textContent("what do I drink?"),
    answer: [{ text: "re: what do I drink?" }],
  });
  const { output } = await chat("show", aki, "--show-text", "--ids");
  expect(output).toContain("The user drinks tea.");
  expect(output).toContain("The user: what do I drink?\nThe bot: re: what do I drink?");
  expect(output).toContain(aki);
});

test("a chat is found by its hash even if all of it is parked, or only on the dead-letter queue", async () => {
  const [ben, cho] = [newUser(), newUser()];
  await park(ben, "hello");
  await putLetter(cho, "no job");
  expect(await document("show", chatHash(ben))).toMatchObject({ stored: { byStatus: { parked: 1 } } });
  expect(await document("erase", chatHash(cho))).toMatchObject({ found: true, turns: 0, letters: 1 });
});

test.each(["show", "export", "erase"])("%s: a chat of which nothing is stored", async (command) => {
  for (const name of ["0123456789ab", newUser()]) {
    const { code, output } = await chat(command, name);
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/^Nothing is stored of /) });
    expect(await document(command, name)).toEqual({ chat: name, found: false });
  }
});

test("export: everything that is stored, as JSON lines, or as one document", async () => {
  const aki = newUser();
  await ask(local.line, aki, "one");
  await settled(aki, 1);
  await park(aki, "two");
  const { code, output, error } = await chat("export", chatHash(aki));
  expect({ code, error }).toEqual({ code: 0, error: "This prints what was said.\n2 turns.\n" });
  const [head, ...lines] = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(head.chat).toMatchObject({ chatId: aki, hash: chatHash(aki) });
  const [first, second, letter] = lines;
  expect(first.turn).toMatchObject({ question: textContent("one"), messages: [{ text: "re: one" }] });
  expect(second.turn).toMatchObject({
    question: textContent("two"),
    job: { event: { message: { text: "two" } } },
  });
  expect(letter.letter).toMatchObject({ reason: { code: "model.rejected" } });
  expect(lines).toHaveLength(3);

  const onlyLetter = newUser();
  await putLetter(onlyLetter, "no job");
  expect((await document("export", onlyLetter)).letters).toMatchObject([{ job: "no job" }]);

  const { exportedAt: _, ...others } = head.chat;
  expect(await document("export", aki)).toEqual({
    chat: { ...others, exportedAt: expect.any(String) },
    turns: [first.turn, second.turn],
    letters: [letter.letter],
  });
});

test("export: a long history comes page by page, each turn once, in memory that does not grow", async () => {
  const aki = newUser();
  await putTurns(aki, 200, "x".repeat(300_000));
  const { ended } = startHenji(["chat", "export", aki, "--json"], local.environment, [
    "--max-old-space-size=64",
  ]);
  const { code, output } = await ended;
  expect(code).toBe(0);
  const { turns } = JSON.parse(output);
  const expected = Array.from({ length: 200 }, (_, n) => `event-${n}`);
  expect(turns.map(({ eventId }: { eventId: string }) => eventId)).toEqual(expected);
});

test("erase: says what it would erase, and does it with --yes; letters go too, those of others stay", async () => {
  const [aki, ben] = [newUser(), newUser()];
  await ask(local.line, aki, "one");
  await settled(aki, 1);
  await park(aki, "two");
  await putLetter(aki, "no job: three");
  await park(ben, "other");
  const before = await deadLetters();
  const stored = await local.chats.page(aki, "", AFTER_ALL, Date.now());

  const { code, output } = await chat("erase", aki);
  expect({ code, output }).toEqual({
    code: 0,
    output: expect.stringMatching(
      /would erase the text of 2 turns .* and delete 1 letter .*\n.*\n.*--yes\n$/,
    ),
  });
  // The stand-in of SQS shows the first of a chat only.
  expect(await document("erase", aki)).toMatchObject({ toErase: 2, letters: 1, unknown: 1 });
  expect(await local.chats.page(aki, "", AFTER_ALL, Date.now())).toEqual(stored);
  expect(await deadLetters()).toEqual(before);

  const done = await document("erase", aki, "--yes");
  expect(done).toEqual({
    ...{ chat: chatHash(aki), found: true, dryRun: false, erased: 2, letters: 2, unknown: 0, left: [] },
  });
  expect(await deadLetters()).toEqual({ waiting: before.waiting - 2, inFlight: 0 });
  const { turns } = await local.chats.page(aki, "", AFTER_ALL, Date.now());
  expect(
    turns.map(({ isErased, status, question, answer }) => ({ isErased, status, question, answer })),
  ).toEqual([
    { isErased: true, status: "delivered", question: [], answer: "" },
    { isErased: true, status: "dropped", question: [], answer: "" },
  ]);
  expect(await document("show", ben)).toMatchObject({ stored: { byStatus: { parked: 1 }, erased: 0 } });

  // Once more there is nothing to do, and what the user says next is answered as if it were the first.
  expect(await document("erase", aki, "--yes")).toMatchObject({ erased: 0, letters: 0 });
  await ask(local.line, aki, "four");
  expect(JSON.stringify(local.model!.requests.at(-1)!.body.input)).not.toContain("one");
});

test("a count that makes no sense is wrong usage", async () => {
  const { code, error } = await chat("show", newUser(), "--turns", "0");
  expect({ code, error }).toEqual({ code: 2, error: "--turns takes a whole number from 1 to 500, not 0\n" });
});
