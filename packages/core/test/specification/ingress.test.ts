import { createIngress } from "@henji/core/ingress";
import { createLog, type LogEntry } from "@henji/core/log";
import type { LineEvent } from "@henji/core/platform/line/event";
import { createLineWebhook } from "@henji/core/platform/line/webhook";
import { decodeJob } from "@henji/core/queue/job";
import { sign } from "@henji/line-simulator";
import { createMemoryQueue, createScheduler } from "@henji/simulation";
import fc from "fast-check";
import { expect, test } from "vitest";

const channelSecret = "secret";
const now = 1_800_000_000_000;

/** The real ingress with a queue that refuses what SQS refuses. */
function open() {
  const clock = createScheduler(now);
  const { sender, main } = createMemoryQueue({ clock });
  const log: LogEntry[] = [];
  const ingress = createIngress({
    webhook: createLineWebhook({ channelSecret }),
    queue: sender,
    clock,
    log: createLog({ write: (line) => log.push(JSON.parse(line)) }),
  });
  return {
    log,
    queued: () => main.messages().map(({ body }) => decodeJob(body).event as LineEvent),
    post(body: string | Buffer<ArrayBuffer>) {
      const headers = { "x-line-signature": sign(channelSecret, body) };
      return ingress(new Request("https://henji.example/", { method: "POST", body, headers }));
    },
  };
}

const webhookOf = (events: unknown[]) => JSON.stringify({ destination: "Ubot", events });

const message = (n: number, source: unknown, text = `hello ${n}`) => ({
  type: "message",
  webhookEventId: `01JEVENT${n}`,
  timestamp: now,
  mode: "active",
  deliveryContext: { isRedelivery: false },
  source,
  replyToken: `token ${n}`,
  message: { type: "text", id: String(n), quoteToken: "q", text, emojis: [{ index: 0, length: 1 }] },
});

const webhook = [
  message(0, { type: "user", userId: "Ua" }),
  message(1, { type: "user", userId: "Ub" }),
  message(2, { type: "group", groupId: "Ca", userId: "Ua" }),
  { ...message(3, { type: "room", roomId: "Ra" }), type: "unsend", unsend: { messageId: "1" } },
  message(4, { type: "user", userId: "Ua" }),
];

test.each([
  ["characters outside the BMP", "😀 𠮷"],
  ["half a surrogate pair", "\uD83D x \uDE00"],
  ["U+FFFE and U+FFFF", "a\uFFFEb\uFFFFc"],
  ["control characters", "\u0000 \u0007 \u000b \u001f \u007f \u0085 \u2028"],
])("a text with %s is queued unchanged", async (_what, text) => {
  const { post, queued } = open();
  const event = message(1, { type: "user", userId: "Ua" }, text);
  expect((await post(webhookOf([event]))).status).toBe(200);
  expect(queued()).toEqual([event]);
});

test.each([
  ["no", ""],
  ["a letter that SQS does not know in", "Uあ"],
  ["a blank in", "U a"],
  ["129 characters in", "U".repeat(129)],
])(
  "an event with %s the id of its chat is skipped and logged, and the others are queued",
  async (_what, userId) => {
    const { post, queued, log } = open();
    const others = [webhook[1], webhook[2]];
    const odd = message(9, { type: "user", userId });
    expect((await post(webhookOf([odd, ...others]))).status).toBe(200);
    expect(queued()).toEqual(others);
    const line = log.find(({ name }) => name === "event.unreadable");
    expect(line).toMatchObject({ eventId: "01JEVENT9", reason: "source" });
  },
);

test("an event that is too deep or too large for the queue is skipped and logged, and the others are queued", async () => {
  const { post, queued, log } = open();
  const deep = webhookOf([webhook[0], { ...message(8, undefined), deep: "deep" }]);
  expect((await post(deep.replace('"deep"}', `${"[".repeat(100_000)}${"]".repeat(100_000)}}`))).status).toBe(
    200,
  );
  // Each emoji has four bytes in the webhook and twelve in the queue message.
  const large = message(9, { type: "user", userId: "Ua" }, "😀".repeat(100_000));
  expect((await post(webhookOf([webhook[1], large]))).status).toBe(200);
  expect(queued()).toEqual([webhook[0], webhook[1]]);
  expect(log.filter(({ name }) => name === "event.unreadable")).toMatchObject([
    { eventId: "01JEVENT8", reason: "size" },
    { eventId: "01JEVENT9", reason: "size" },
  ]);
});

test("the log line of an unreadable event has its own time", async () => {
  const { post, log } = open();
  await post(webhookOf([{ ...webhook[0], timestamp: "now" }]));
  const [line] = log;
  expect(line).toMatchObject({ name: "event.unreadable", reason: "timestamp" });
  expect(new Date(line!.at).getTime()).toBeGreaterThan(0);
});

/** Values that LINE should never send. */
const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 150 }),
  fc.constantFrom("", " ", "\uFFFE", "\uFFFF", "\uD800", "\u0000", "😀", "x".repeat(200), "__proto__"),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
);
const oddValue = fc.oneof(
  { weight: 3, arbitrary: oddText },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  fc.constantFrom(-0, 1e308, -1, 0.5, 9_999_999_999_999, 1e16, true, null),
);

type Mutation = { at: number; kind: "replace" | "remove" | "add"; value: unknown; name: string };
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(100),
  kind: fc.constantFrom("replace", "replace", "remove", "add"),
  value: oddValue,
  name: oddText,
});

/** Every object inside a value with each of its keys. */
function placesOf(value: unknown): [object, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key): [object, string][] => [
    [value, key],
    ...placesOf(Reflect.get(value, key)),
  ]);
}

function mutate(event: unknown, mutations: Mutation[]): unknown {
  const mutated = structuredClone(event);
  for (const { at, kind, value, name } of mutations) {
    const places = placesOf(mutated);
    const place = places[at % places.length];
    if (!place) continue;
    const [object, key] = place;
    if (kind === "remove") Reflect.deleteProperty(object, key);
    else
      Object.defineProperty(object, kind === "add" ? name : key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return mutated;
}

// A fixed seed, so that a failure can be repeated; fast-check prints it with the smallest case.
const runs = { seed: 20_260_701, numRuns: 1_500 };

test("however one event of a webhook is mutated, the others are queued and LINE gets 200", async () => {
  const position = fc.nat(webhook.length - 1);
  await fc.assert(
    fc.asyncProperty(position, fc.array(mutation, { minLength: 1, maxLength: 3 }), async (odd, mutations) => {
      const { post, queued, log } = open();
      const events = webhook.map((event, n) => (n === odd ? mutate(event, mutations) : event));
      const response = await post(webhookOf(events));
      const ids = queued().map(({ webhookEventId }) => webhookEventId);
      expect(response.status).toBe(200);
      const others = webhook.filter((_event, n) => n !== odd);
      expect(
        queued().filter(({ webhookEventId }) =>
          others.some((other) => other.webhookEventId === webhookEventId),
        ),
      ).toEqual(others);
      // The mutated one is queued too, or the log says why it is not.
      expect(ids.length + log.filter(({ name }) => name === "event.unreadable").length).toBe(webhook.length);
    }),
    runs,
  );
});

test("however a signed webhook's bytes are damaged, LINE gets no 5xx", async () => {
  const body = Buffer.from(webhookOf(webhook));
  const damage = fc.record({
    at: fc.nat(body.length - 1),
    bytes: fc.uint8Array({ maxLength: 4 }),
    cut: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 5 }), async (damages) => {
      let bytes = body;
      for (const { at, bytes: inserted, cut } of damages) {
        bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + cut)]);
      }
      expect((await open().post(bytes)).status).toBeLessThan(500);
    }),
    runs,
  );
});
