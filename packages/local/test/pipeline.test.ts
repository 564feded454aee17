import { type Message, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { ABOUT_HEADING } from "@henji/core/context/about";
import { sign } from "@henji/line-simulator";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import bot from "../../../bot.config.ts";
import { type Local, startLocal } from "../src/start.ts";
import { useLog } from "./log.ts";
import { answersIn, ask, linksOf, nextAnswer } from "./support.ts";

let local: Local;
let sqs: SQSClient;
const log = useLog();

beforeAll(async () => {
  local = await startLocal();
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
});

afterAll(() => local.stop());

afterEach(() => {
  local.model!.answerWith(undefined);
  local.model!.faults.clear();
  local.line.faults.clear();
});

const newUser = () => local.line.addUser({ name: "Aki" }).userId;

/** The model answers with what it was sent. */
/** What comes late on a busy machine, and is not waited for. */
const courtesies = ["loading.not_shown", "message.not_marked_read"];

function echoContext() {
  local.model!.answerWith(({ messages }) =>
    messages
      .filter(({ text }) => !text.startsWith(ABOUT_HEADING))
      .map(({ role, text }) => `${role}: ${text}`)
      .join("\n"),
  );
}

async function post(body: string | Buffer<ArrayBuffer>, signature = sign("local-channel-secret", body)) {
  const response = await fetch(local.urls.webhook, {
    method: "POST",
    body,
    headers: { "x-line-signature": signature },
  });
  return response.status;
}

test("a message goes through the whole pipeline and is answered by a reply", async () => {
  const user = newUser();
  await ask(local.line, user, "Hello");
  expect(local.line.timeline(user).map(({ by }) => by)).toEqual(["user", "reply"]);
  await settled("turn.delivered");
  // A slow machine takes so long that LINE is asked to show the loading animation.
  expect(log.map(({ name }) => name).filter((name) => !courtesies.includes(name))).toEqual([
    "event.queued",
    "turn.claimed",
    "model.answered",
    "turn.answered",
    "turn.delivered",
  ]);
});

test("the second message is answered with the first in its context, and chats never mix", async () => {
  echoContext();
  const [aki, ben] = [newUser(), newUser()];
  await ask(local.line, aki, "My name is Aki");
  await ask(local.line, ben, "My name is Ben");
  const answer = await ask(local.line, aki, "What is my name?");
  expect(answer).toBe("user: My name is Aki\nassistant: user: My name is Aki\nuser: What is my name?");
});

test.each(["😀", "𠮷野家", "👩‍👩‍👧‍👦 family", "\uFEFFbom", "<|endoftext|>", "a\u0001b", "ｶﾞ か\u3099"])(
  "Unicode is the same at the other end: %j",
  async (text) => {
    local.model!.answerWith(({ messages }) => `[${messages.at(-1)?.text}]`);
    const user = newUser();
    expect(await ask(local.line, user, text)).toBe(`[${text}]`);
    echoContext();
    expect(await ask(local.line, user, "again")).toContain(`user: ${text}\nassistant: [${text}]`);
  },
);

test("the same event delivered three times is answered once", async () => {
  const user = newUser();
  const event = local.line.say({ from: user, text: "Once, please" });
  const answer = nextAnswer(local.line, user);
  await local.line.deliver([event], { duplicates: 2 });
  await answer;
  await ask(local.line, user, "And something else");
  expect(answersIn(local.line, user)).toHaveLength(2);
});

test("several events of several chats in one webhook are answered in order", async () => {
  local.model!.answerWith(({ messages }) => `re: ${messages.at(-1)?.text}`);
  const [aki, ben] = [newUser(), newUser()];
  const say = (from: string, text: string) => local.line.say({ from, text });
  const events = [say(aki, "1"), say(ben, "a"), say(aki, "2"), say(aki, "3"), say(ben, "b")];
  await local.line.deliver(events);
  await expect.poll(() => answersIn(local.line, aki)).toEqual(["re: 1", "re: 2", "re: 3"]);
  await expect.poll(() => answersIn(local.line, ben)).toEqual(["re: a", "re: b"]);
});

test("an answer that was stored is delivered on the next attempt without asking the model again", async () => {
  const user = newUser();
  const asked = local.model!.requests.length;
  // Both requests to reply are dropped: the attempt ends with the answer stored.
  local.line.faults.add({ on: "reply", times: 2, fault: { kind: "drop-request" } });
  await ask(local.line, user, "Hello");
  expect(local.model!.requests.length - asked).toBe(1);
  expect(answersIn(local.line, user)).toHaveLength(1);
  expect(log.map(({ name }) => name)).toContain("job.retry");
});

test("a parked message gets one apology, and its answer when an operator moves it back", async () => {
  const user = newUser();
  local.model!.faults.add({ times: 2, fault: { kind: "status", status: 401, code: "invalid_api_key" } });
  expect(await ask(local.line, user, "こんにちは")).toBe(bot.texts.ja.apology);
  const [parked] = await receive("DeadLetterQueue");
  expect(parked?.MessageAttributes).toMatchObject({
    code: { StringValue: "model.unauthorized" },
    attempts: { StringValue: "1" },
  });

  // The breaker stays open for a minute after a dead key; a new worker has its own.
  await local.reloadWorker();
  // As SQS's own "start redrive" does: with body and attributes unchanged.
  const answer = nextAnswer(local.line, user);
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl("EventQueue"),
      MessageBody: parked!.Body,
      MessageAttributes: parked!.MessageAttributes,
      MessageGroupId: user,
      MessageDeduplicationId: "moved back",
    }),
  );
  expect(await answer).toContain("こんにちは");
  expect(answersIn(local.line, user)).toHaveLength(2);
});

test("events that ask for nothing are acknowledged and logged with their type", async () => {
  const user = newUser();
  const group = local.line.addGroup({ name: "Family", members: [user] });
  await local.line.deliver([
    local.line.event({ type: "memberJoined", in: group.chatId, fields: { joined: { members: [] } } }),
    local.line.say({ from: user, in: group.chatId, text: "hi all" }),
    local.line.event({ type: "somethingNew", fields: { unheardOf: true } }),
  ]);
  await expect
    .poll(() =>
      log
        .filter(({ name }) => name === "event.ignored")
        .map(({ type }) => type)
        .sort(),
    )
    .toEqual(["memberJoined in a group", "message/text in a group", "somethingNew"]);
});

test("the console's connectivity check is answered 200", async () => {
  expect(await post(JSON.stringify({ destination: "U0", events: [] }))).toBe(200);
});

test.each([
  ["a wrong signature", 401, "webhook.bad_signature", () => post("{}", sign("another secret", "{}"))],
  ["malformed JSON", 400, "webhook.malformed", () => post('{"events": [')],
  ["a body without events", 400, "webhook.malformed", () => post("{}")],
  ["an oversized body", 413, "webhook.too_large", () => post(Buffer.alloc(1024 * 1024 + 1, "x"))],
] as const)("%s is answered %i: nothing enqueued, one clear log line", async (_what, status, line, send) => {
  expect(await send()).toBe(status);
  expect(log).toMatchObject([{ level: "warn", name: line, status }]);
});

test("no log line carries a message's text, a user id or a secret", async () => {
  const user = newUser();
  await ask(local.line, user, "my secret diary");
  local.line.faults.add({ on: "reply", times: 1, fault: { kind: "status", status: 500 } });
  await ask(local.line, user, "my other diary");
  const lines = JSON.stringify(log);
  for (const secret of ["diary", user, "local-channel-secret", "local-channel-access-token"]) {
    expect(lines).not.toContain(secret);
  }
});

const queueUrl = (name: string) => linksOf(local)[name]?.url;

async function receive(queue: string): Promise<Message[]> {
  const command = new ReceiveMessageCommand({ QueueUrl: queueUrl(queue), MessageAttributeNames: ["All"] });
  return (await sqs.send(command)).Messages ?? [];
}

async function settled(name: string) {
  await expect.poll(() => log.map((entry) => entry.name)).toContain(name);
}
