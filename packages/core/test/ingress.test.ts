import { systemClock } from "@henji/core/clock";
import { BotError } from "@henji/core/error";
import { createIngress } from "@henji/core/ingress";
import { chatHash, createLog, type LogEntry } from "@henji/core/log";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import { decodeJob } from "@henji/core/queue/job";
import { createQueueClient, createSender, type Outgoing, type Sender } from "@henji/core/queue/sqs";
import { sign } from "@henji/line-simulator";
import { expect, test } from "vitest";

const channelSecret = "secret";
const user = (n: number) => `U${String(n).padStart(32, "0")}`;

function event(chat: number, id: string, text = "hi") {
  return {
    type: "message",
    webhookEventId: id,
    timestamp: 1_700_000_000_000,
    source: { type: "user", userId: user(chat) },
    message: { type: "text", id: "1", text },
  };
}

function post(events: unknown[], headers: Record<string, string> = {}) {
  const body = JSON.stringify({ destination: "U0", events });
  return new Request("https://henji.example/", {
    method: "POST",
    body,
    headers: { "x-line-signature": sign(channelSecret, body), ...headers },
  });
}

/** An ingress over a queue that accepts everything except the events in `refused`. */
function open(options: { refused?: string[]; queue?: Sender } = {}) {
  const batches: Outgoing[][] = [];
  const log: LogEntry[] = [];
  const queue: Sender = options.queue ?? {
    async send(messages) {
      batches.push([...messages]);
      return new Set(messages.map(({ eventId }) => eventId).filter((id) => options.refused?.includes(id)));
    },
  };
  const ingress = createIngress({
    webhook: createLineWebhook({ channelSecret }),
    queue,
    clock: systemClock,
    log: createLog({ write: (line) => log.push(JSON.parse(line)) }),
  });
  return { ingress, batches, log };
}

const ids = (batches: Outgoing[][]) => batches.map((batch) => batch.map(({ eventId }) => eventId));

test("every event is on the queue, grouped by its chat, before LINE gets 200", async () => {
  const { ingress, batches } = open();
  const response = await ingress(post([event(1, "a"), event(2, "b")]));
  expect(response.status).toBe(200);
  expect(batches.flat().map(({ chatId, eventId }) => [chatId, eventId])).toEqual([
    [user(1), "a"],
    [user(2), "b"],
  ]);
});

test.each([
  [{ type: "group", groupId: "Cg", userId: user(1) }, "Cg"],
  [{ type: "room", roomId: "Rr" }, "Rr"],
  [undefined, "channel"],
])("the chat of source %j is %s", async (source, chatId) => {
  const { ingress, batches } = open();
  await ingress(post([{ ...event(1, "a"), source }]));
  expect(batches.flat()[0]?.chatId).toBe(chatId);
});

test("a batch has at most one event of a chat, so that a refused event is never overtaken", async () => {
  const { ingress, batches } = open();
  await ingress(post([event(1, "a1"), event(1, "a2"), event(2, "b1"), event(1, "a3"), event(2, "b2")]));
  expect(ids(batches)).toEqual([["a1", "b1"], ["a2", "b2"], ["a3"]]);
});

test("after an event that SQS refused, the rest of its chat is not sent, and other chats go on", async () => {
  const { ingress, batches, log } = open({ refused: ["a1"] });
  const response = await ingress(post([event(1, "a1"), event(2, "b1"), event(1, "a2"), event(2, "b2")]));
  expect(response.status).toBe(503);
  expect(ids(batches)).toEqual([["a1", "b1"], ["b2"]]);
  expect(log.filter(({ name }) => name === "event.not_queued").map(({ eventId }) => eventId)).toEqual([
    "a1",
    "a2",
  ]);
});

test("a batch has at most ten entries and 1 MiB", async () => {
  const { ingress, batches } = open();
  await ingress(post(Array.from({ length: 23 }, (_, n) => event(n, `e${n}`))));
  expect(batches.map((batch) => batch.length)).toEqual([10, 10, 3]);

  const large = open();
  await large.ingress(post(Array.from({ length: 4 }, (_, n) => event(n, `e${n}`, "😀".repeat(30_000)))));
  expect(large.batches.map((batch) => batch.length)).toEqual([2, 2]);
});

test("with the queue down, LINE gets 503 and the log says why", async () => {
  const client = createQueueClient({
    region: "local",
    endpoint: "http://127.0.0.1:9",
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
  const { ingress, log } = open({ queue: createSender(client, "http://127.0.0.1:9/0/queue.fifo") });
  expect((await ingress(post([event(1, "a", "private text")]))).status).toBe(503);
  expect(log.map(({ name }) => name)).toEqual(["queue.unavailable", "event.not_queued"]);
  expect(JSON.stringify(log)).not.toContain("private text");
});

test("an event without an id is skipped, and the others are queued", async () => {
  const { ingress, batches, log } = open();
  const { webhookEventId, ...nameless } = event(1, "a");
  expect((await ingress(post([nameless, "what?", event(1, "b")]))).status).toBe(200);
  expect(ids(batches)).toEqual([["b"]]);
  expect(log.filter(({ name }) => name === "event.unreadable")).toHaveLength(2);
});

test("the signature is verified over the received bytes", async () => {
  const body = Buffer.from('{ "events" : [] , "destination":"\u00e9" }');
  const { ingress } = open();
  const signed = (signature: string | undefined) =>
    new Request("https://henji.example/", {
      method: "POST",
      body,
      headers: signature === undefined ? {} : { "X-Line-Signature": signature },
    });
  expect((await ingress(signed(sign(channelSecret, body)))).status).toBe(200);
  const others = [undefined, "", "x", sign("other", body), sign(channelSecret, body.subarray(1))];
  for (const signature of others) expect((await ingress(signed(signature))).status).toBe(401);
});

test.each<[string, number, string, () => Buffer<ArrayBuffer>]>([
  ["a body of more than 1 MiB", 413, "webhook.too_large", () => Buffer.alloc(1024 * 1024 + 1, " ")],
  ["invalid JSON", 400, "webhook.malformed", () => Buffer.from('{"events":[')],
  [
    "invalid UTF-8",
    400,
    "webhook.malformed",
    () => Buffer.from([...Buffer.from('{"events":["'), 0xff, ...Buffer.from('"]}')]),
  ],
  ["a body without events", 400, "webhook.malformed", () => Buffer.from('{"destination":"U0"}')],
  ["an empty body", 400, "webhook.malformed", () => Buffer.alloc(0)],
])("%s, even if signed, is answered %i and logged, and nothing is queued", async (_, status, name, make) => {
  const { ingress, batches, log } = open();
  const body = make();
  const headers = { "x-line-signature": sign(channelSecret, body) };
  const response = await ingress(new Request("https://henji.example/", { method: "POST", body, headers }));
  expect([response.status, response.text, batches]).toEqual([status, "", []]);
  expect(log).toMatchObject([{ level: "warn", name, status }]);
});

test("a body of 1 MiB is accepted", async () => {
  const { ingress, batches } = open();
  const body = JSON.stringify({ events: [event(1, "a")] }).padEnd(1024 * 1024);
  const headers = { "x-line-signature": sign(channelSecret, body) };
  expect(
    (await ingress(new Request("https://henji.example/", { method: "POST", body, headers }))).status,
  ).toBe(200);
  expect(ids(batches)).toEqual([["a"]]);
});

test("an event that SQS would refuse is skipped and logged, and the others are queued", async () => {
  const { ingress, batches, log } = open();
  const large = event(1, "large", "😀".repeat(90_000));
  const odd = { ...event(1, "odd"), source: { type: "user", userId: "U 1" } };
  const { webhookEventId, ...nameless } = event(1, "");
  expect((await ingress(post([large, odd, nameless, event(2, "b")]))).status).toBe(200);
  expect(ids(batches)).toEqual([["b"]]);
  expect(log.filter(({ name }) => name === "event.unreadable")).toMatchObject([
    { level: "warn", reason: "webhookEventId" },
    { level: "warn", eventId: "large", reason: "size" },
    { level: "warn", eventId: "odd", reason: "source" },
  ]);
});

test("a forged webhook is logged, and nothing is queued", async () => {
  const { ingress, batches, log } = open();
  const forged = post([event(1, "a")], { "x-line-signature": sign("other", "{}") });
  expect((await ingress(forged)).status).toBe(401);
  expect([log.map(({ name, level }) => [level, name]), batches]).toEqual([
    [["warn", "webhook.bad_signature"]],
    [],
  ]);
});

test("an error of the queue is logged with its code, and LINE gets 503", async () => {
  const error = new BotError("queue.timeout", "SQS did not answer", { retry: "later" });
  const { ingress, log } = open({ queue: { send: () => Promise.reject(error) } });
  const response = await ingress(post([event(1, "a")]));
  expect([response.status, response.text]).toEqual([503, "Try again"]);
  expect(log[0]).toMatchObject({ level: "error", name: "queue.unavailable", code: "queue.timeout" });
});

test("a queued event is logged with its type, and with whether it is a redelivery", async () => {
  const { ingress, log } = open();
  const again = (isRedelivery: unknown) => ({ deliveryContext: { isRedelivery } });
  await ingress(
    post([
      { ...event(1, "a"), ...again(true) },
      { ...event(1, "b"), ...again(false), type: "follow" },
      ...[undefined, null, "yes", {}].map((deliveryContext, n) => ({
        ...event(1, `c${n}`),
        deliveryContext,
      })),
      { ...event(1, "d"), ...again("true") },
    ]),
  );
  expect(log.map(({ name, eventId, type, redelivery }) => [name, eventId, type, redelivery])).toEqual([
    ["event.queued", "a", "message", true],
    ["event.queued", "b", "follow", false],
    ...["c0", "c1", "c2", "c3", "d"].map((id) => ["event.queued", id, "message", false]),
  ]);
  expect(log[0]).toMatchObject({ level: "info", chat: chatHash(user(1)) });
});

test("anything but a POST is answered 405", async () => {
  const { ingress, log } = open();
  expect((await ingress(new Request("https://henji.example/"))).status).toBe(405);
  expect(log.map(({ name }) => name)).toEqual(["webhook.wrong_method"]);
});

test("a job is unchanged by the queue, and has only characters that every queue accepts", async () => {
  const text = "😀 𠮷 👩‍👩‍👧‍👦 \uFEFF <|endoftext|> \\ud83d";
  const { ingress, batches } = open();
  await ingress(post([event(1, "a", text)]));
  const body = batches.flat()[0]!.body;
  expect(body).not.toMatch(/[\uD800-\uDFFF]/);
  expect(decodeJob(body).event).toEqual(event(1, "a", text));
});

test.each(["", "{", "[]", '{"version":2}', '{"version":1,"event":{},"receivedAt":1}'])(
  "a queue message %j is not a job, and is never retried",
  (body) => {
    expect(() => decodeJob(body)).toThrow(
      expect.objectContaining({
        code: "job.unreadable",
        retry: "never",
        message: "The queue message is not a job",
      }),
    );
  },
);

test("a request that only asks whether the bot is here is answered, and puts nothing on the queue", async () => {
  const ingress = createIngress({
    webhook: { platform: "elsewhere", open: () => ({ kind: "challenge", answer: "3eZbrw1a" }) },
    queue: { send: () => Promise.reject(new Error("Nothing was to be sent")) },
    clock: systemClock,
    log: createLog({ write: (line) => expect(line).toBe("") }),
  });
  const response = await ingress(new Request("https://henji.example/", { method: "POST", body: "{}" }));
  expect([response.status, response.text]).toEqual([200, "3eZbrw1a"]);
});

test("what asks for nothing is logged, and not put on the queue", async () => {
  const log: LogEntry[] = [];
  const arrival = { eventId: "E1", chatId: "C1", type: "message", isRedelivery: false };
  const ingress = createIngress({
    webhook: {
      platform: "elsewhere",
      open: () => ({ kind: "events", events: [], ignored: [arrival], unreadable: [] }),
    },
    queue: { send: () => Promise.reject(new Error("Nothing was to be sent")) },
    clock: systemClock,
    log: createLog({ write: (line) => void log.push(JSON.parse(line)) }),
  });
  const response = await ingress(new Request("https://henji.example/", { method: "POST", body: "{}" }));
  expect(response.status).toBe(200);
  expect(log).toMatchObject([
    { name: "event.ignored", eventId: "E1", chat: chatHash("C1"), type: "message" },
  ]);
});
