import { systemClock } from "@henji/core/clock";
import { encodeJob } from "@henji/core/queue/job";
import { listedAs } from "@henji/core/turn/listed-as";
import { turnKeyOf } from "@henji/core/turn/place";
import { createTurns } from "@henji/core/turn/turns";
import { readers } from "@henji/functions/readers";
import { expect, test } from "vitest";
import { createParked } from "../src/parked.ts";
import type { ParkedList, ParkedResult } from "../src/parked-view.ts";
import type { View, ViewChange } from "../src/studio-view.ts";
import { useStudio, viewOf } from "./page.ts";

const studio = useStudio();

const reason = { code: "model.rejected", reason: "No", attempts: 1, receivedAt: 0, parkedAt: Date.now() };

/** Puts a letter on the dead-letter queue, as a worker does that cannot reach the table. */
function park(n: number, body = jobOf(n)): void {
  studio.queue.deadLetters.send({ chatId: `U${n}`, body, deduplicationId: `M${n}`, reason });
}

function jobOf(n: number): string {
  const event = {
    ...{ type: "message", mode: "active", webhookEventId: `E${n}`, timestamp: 1_000 + n, replyToken: "r" },
    source: { type: "user", userId: `U${n}` },
    deliveryContext: { isRedelivery: false },
    message: { type: "text", id: `${n}`, text: "Hello" },
  };
  return encodeJob({ version: 2, platform: "line", eventId: `E${n}`, event, receivedAt: 2_000 });
}

const list = async (query = "") =>
  (await (await fetch(`${studio.url}/api/dead${query}`)).json()) as ParkedList;
const look = () => studio.post("/api/dead/look", {});
const change = async (verb: "replay" | "drop", ids: string[] | "all") =>
  (await (await studio.post(`/api/dead/${verb}`, { ids })).json()) as ParkedResult;

test("a letter that cannot be read is listed, shown as it is, not replayed, and dropped", async () => {
  park(1, "no job");
  await look();
  const [letter] = (await list()).shown;
  expect(letter).toMatchObject({ code: "model.rejected", onReplay: { kind: "none", because: "unreadable" } });
  const { id } = letter!;
  const history = await (await fetch(`${studio.url}/api/dead/${id}`)).json();
  expect(history).toMatchObject({ steps: [], job: { text: '"no job"' } });
  expect(await change("replay", [id])).toEqual({
    ...{ done: 0, untouched: 0 },
    others: [{ id, outcome: "left", because: "unreadable" }],
  });
  expect(await change("drop", [id])).toMatchObject({ done: 1, others: [] });
  expect(studio.queue.deadLetters.messages()).toEqual([]);
});

test("the list is bounded, in the order of the events, says how many there are, and has the one that is asked for", async () => {
  for (const n of [5, 3, 4, 1, 2]) park(n);
  await look();
  const { count, codes, shown } = await list("?limit=2&also=E5");
  expect([count, codes]).toEqual([5, [["model.rejected", 5]]]);
  expect(shown.map(({ id, sentAt }) => [id, sentAt])).toEqual([
    ["E1", 1_001],
    ["E2", 1_002],
    ["E5", 1_005],
  ]);
  expect((await list("?limit=2&also=E1")).shown.map(({ id }) => id)).toEqual(["E1", "E2"]);
  expect((await list("?limit=many")).shown).toEqual([]);
});

test("letters that no log line tells of are found while the queues are shown", async () => {
  await look();
  park(1);
  expect((await list()).count).toBe(0);
  const depths = await (await fetch(`${studio.url}/api/queues`)).json();
  expect(depths).toMatchObject({ deadLetters: { waiting: 1, inFlight: 0 } });
  await expect.poll(async () => (await viewOf(studio.url)).parked.count).toBe(1);
});

test("a list that is asked for while it is looked waits for what is found", async () => {
  const { deadLetterQueue, sender } = studio.queue;
  const held = Promise.withResolvers<void>();
  let gate = Promise.resolve();
  const begun = Promise.withResolvers<void>();
  const parked = createParked({
    queue: {
      ...deadLetterQueue,
      async receive(...args) {
        if (gate === held.promise) begun.resolve();
        await gate;
        return deadLetterQueue.receive(...args);
      },
    },
    ...{ register: studio.table.register, turns: createTurns(studio.table.turnStore), sender },
    ...{ readers, clock: systemClock, eventDepth: () => deadLetterQueue.depth(), retentionDays: () => 30 },
    ...{ onChange: () => {}, onDone: () => {} },
  });
  expect((await parked.listing()).letters.size).toBe(0);
  park(1);
  gate = held.promise;
  void parked.look();
  await begun.promise;
  const listing = parked.listing();
  held.resolve();
  expect([...(await listing).letters.keys()]).toEqual(["E1"]);
  await parked.close();
});

test("what was put back on the queue is not listed, though its turn is parked until a worker claims it", async () => {
  const { turnStore } = studio.table;
  const key = turnKeyOf("U1", { eventId: "E1", at: 1_001 });
  const place = (at: number) => ({
    list: "parked",
    listedAs: listedAs({ at, code: "model.rejected", sequence: "" }),
  });
  await turnStore.create({
    ...{ ...key, eventId: "E1", sequence: "", status: "parked", owner: "", leaseUntil: 0, attempts: 1 },
    ...{ ...place(reason.parkedAt), job: jobOf(1), expiresAt: 9_000_000_000 },
  });
  park(1);
  await look();
  expect((await list()).shown).toMatchObject([{ id: "E1", status: "parked" }]);
  expect(await change("replay", ["E1"])).toMatchObject({ done: 1 });
  expect(studio.queue.main.messages()).toHaveLength(1);
  expect((await list()).count).toBe(0);
  // It is given up on once more.
  const again = { name: "park", when: { status: ["parked"] }, set: place(reason.parkedAt + 1) } as const;
  await turnStore.update(key, again);
  await look();
  expect((await list()).count).toBe(1);
});

test("one change at a time, told to every page; when it is stopped, the rest stays", async () => {
  const all = 200;
  for (let n = 1; n <= all; n += 1) park(n);
  await look();
  const { changes } = await studio.open();
  const first = change("replay", "all");
  const running = await nextRun(changes);
  expect(running).toMatchObject({ verb: "replay" });
  expect((await viewOf(studio.url)).parked.running).toMatchObject({ verb: "replay" });
  expect((await studio.post("/api/dead/drop", { ids: "all" })).status).toBe(409);
  await studio.post("/api/dead/stop", {});
  const { done, untouched } = await first;
  expect(done).toBeGreaterThan(0);
  expect(untouched).toBe(all - done);
  expect((await list()).count).toBe(untouched);
  const view = await viewOf(studio.url);
  expect(view.parked).toMatchObject({ count: untouched });
  expect(view.parked.running).toBeUndefined();
  expect(studio.queue.main.messages()).toHaveLength(done);
});

/** The first word of how far a change is. */
async function nextRun(changes: AsyncGenerator<View | ViewChange>) {
  for await (const change of changes) {
    if (!("type" in change) || change.type !== "parked") continue;
    if (change.parked.running?.left !== undefined) return change.parked.running;
  }
  throw new Error("the stream ended");
}
