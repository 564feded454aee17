import { togetherWaitS } from "@henji/core/settings";
import type { Random } from "@henji/simulation";
import { createRandom } from "@henji/simulation";
import { createDeliver } from "../specification/deliver.ts";
import { createWorld, type World } from "../specification/world.ts";
import { type WebhookBody, webhooks } from "../webhooks.ts";
import { type Json, mutate, written } from "./mutate.ts";

/** So many share a world, and so its chats: SQS must remember the first of them when the last one comes. */
const EVENTS_OF_A_WORLD = 60;
/** SQS forgets after five minutes. */
const REDELIVERED_AFTER_MS = 6 * 60_000;
/** The longest that a picture waits for others, and a second. */
const GATHERED_MS = 1_000 + 1_000 * Math.max(...Object.values(togetherWaitS));
/** DynamoDB: 400 KB an item, in UTF-8. */
const MAX_ITEM_BYTES = 400_000;

/** Enough for every field that a line has. */
const MAX_LOG_CHARACTERS = 1_500;

/** What came of the events, and what must not have. */
export type Findings = {
  events: number;
  /** Of them, those that ingress put on the queue. */
  queued: number;
  /** The bot's messages to users. */
  sent: number;
  ignored: number;
  erasures: number;
  mistakes: { what: string; body: string }[];
};

const samples = [...webhooks.values()].flatMap(({ events }) => events) as unknown as Json[];
const sampleBodies = [...webhooks.values()].filter(({ events }) => events.length > 0);

/** Brings mutated webhooks to the real ingress and worker, twice, and looks at what comes of them. */
export async function fuzz(
  events: number,
  seed: string,
  onWorld?: (findings: Findings) => void,
): Promise<Findings> {
  const findings: Findings = { events: 0, queued: 0, sent: 0, ignored: 0, erasures: 0, mistakes: [] };
  for (let world = 1; findings.events < events && findings.mistakes.length < 20; world += 1) {
    await fuzzWorld(
      createRandom(`${seed}/${world}`),
      Math.min(EVENTS_OF_A_WORLD, events - findings.events),
      findings,
    );
    onWorld?.(findings);
  }
  return findings;
}

async function fuzzWorld(random: Random, events: number, findings: Findings): Promise<void> {
  let body = "";
  /** Two happenings may have one id by now: by their times or chats they are two. */
  const turns = new Set<string>();
  const report = (what: string) => findings.mistakes.push({ what, body: body.slice(0, 3_000) });
  const world = createWorld({
    // What it repeats shows what it was asked; all of it would take minutes to lay out.
    model: { answer: (question) => `You said: ${question.slice(0, 6_000)}`.toWellFormed() },
    line: {
      onMistakes: (mistakes) => report(`LINE's schema refuses a request: ${mistakes.join("; ")}`),
      onSent: ({ messages }) => {
        if (!isText(JSON.stringify(messages))) report("a message to the user is no Unicode text");
      },
    },
    table: {
      onWrite: (what, item) => {
        turns.add(`${item.chatId}/${item.key}`);
        const values = JSON.stringify(item);
        const bytes = Buffer.byteLength(values);
        if (bytes > MAX_ITEM_BYTES) report(`${what} writes an item of ${bytes} bytes`);
        if (!isText(values)) report(`${what} writes what is no Unicode text`);
      },
    },
  });
  const deliver = createDeliver(world);
  const bodies: string[] = [];

  async function bring(one: string): Promise<void> {
    body = one;
    const before = world.line.sent.length;
    const status = await deliver(one).catch((error: unknown) => String(error));
    if (![200, 400, 413].some((known) => known === status)) report(`ingress answered ${status}`);
    const queued = world.queue.main.messages().length;
    const gathered = world.logged("turn.gathered").length;
    await settle(world, report);
    if (world.logged("turn.gathered").length > gathered) {
      // Pictures that wait for others are asked about with this webhook, and not with a later one.
      await world.scheduler.run(world.scheduler.now() + GATHERED_MS, () => false);
      await settle(world, report);
    }
    if (!isText(JSON.stringify(world.contexts.splice(0))))
      report("the model is asked what is no Unicode text");
    const sent = world.line.sent.length - before;
    if (sent > queued) report(`${sent} sends for ${queued} events`);
  }

  for (let n = 0; n < events; ) {
    const webhook = fresh(random.pick(sampleBodies), random);
    if (!random.chance(0.1)) {
      for (let times = random.int(1, 4); times > 0; times -= 1) {
        const { events } = webhook as { events?: unknown };
        const isWhole = random.chance(0.03) || !Array.isArray(events) || events.length === 0;
        mutate((isWhole ? webhook : random.pick(events)) as Json, samples, random);
      }
    }
    n += 1;
    findings.events += 1;
    bodies.push(written(webhook as unknown as Json));
    await bring(bodies.at(-1)!);
  }
  for (const error of errorsIn(world, turns)) report(error);
  findings.queued += world.logged("event.queued").length;
  findings.ignored += world.logged("event.ignored").length;
  findings.erasures += world.logged("message.erased").length + world.logged("chat.erased").length;
  findings.sent += world.line.sent.length;

  await world.scheduler.run(world.scheduler.now() + REDELIVERED_AFTER_MS, () => false);
  // What has waited, as pictures do for others, is answered before anything comes again.
  await settle(world, report);
  const sent = world.line.sent.length;
  for (const again of bodies) {
    const before = world.line.sent.length;
    await bring(again);
    if (world.line.sent.length > before) report("it is answered again when it is delivered again");
  }
  if (world.line.sent.length > sent) report("answered twice");
}

/** JSON writes half of a surrogate pair as an escape: OpenAI and LINE refuse it, DynamoDB replaces it. */
function isText(json: string): boolean {
  return !/\\u+d[89a-f]/i.test(json);
}

const eventIdIn = (turn: string) => turn.slice(turn.indexOf("#") + 1);

/** Not as a test does: it ends, whatever happens. */
async function settle(world: World, report: (what: string) => void): Promise<void> {
  for (let batches = 0; world.queue.main.messages().length > 0; batches += 1) {
    if (batches > 30) {
      report("the worker does not come to an end");
      for (const { messageId } of world.queue.main.messages()) world.queue.main.discard(messageId);
      return;
    }
    await world.run(world.worker(), 1_000);
  }
}

function errorsIn(world: World, turns: ReadonlySet<string>): string[] {
  const entries = world.printed.map((entry) => JSON.parse(entry));
  const odd = entries.filter(
    ({ name, code }) => code === "unexpected" || ["job.retry", "job.parked"].includes(name),
  );
  const delivered = entries.filter(({ name }) => name === "turn.delivered").map(({ eventId }) => eventId);
  const long = world.printed.filter((entry) => entry.length > MAX_LOG_CHARACTERS);
  return [
    ...long.map((entry) => `a log line of ${entry.length} characters: ${entry.slice(0, 200)}`),
    ...odd.map((entry) => JSON.stringify(entry)),
    ...[...Map.groupBy(delivered, (id) => id)]
      .filter(([id, { length }]) => length > Map.groupBy(turns, eventIdIn).get(id)!.length)
      .map(([id]) => `${id} is answered twice`),
    ...world.queue.deadLetters.messages().map(({ reason }) => `parked as ${reason?.code}`),
  ];
}

/** With ids that no other webhook of the world has. */
function fresh(body: WebhookBody, random: Random): WebhookBody {
  const id = () => Array.from({ length: 4 }, () => random.int(0, 2 ** 31).toString(36)).join("");
  const copy = structuredClone(body);
  for (const event of copy.events) {
    event.webhookEventId = id();
    if (event.replyToken !== undefined) event.replyToken = id();
    if (event.message) event.message.id = id();
  }
  return copy;
}
