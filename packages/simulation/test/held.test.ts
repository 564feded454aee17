import { hold } from "@henji/core/settings";
import { expect, test } from "vitest";
import bot from "../../core/test/shipped.config.ts";
import { createBook } from "../src/check/book.ts";
import { checkLimit } from "../src/check/limit.ts";
import { checkWorkers } from "../src/check/workers.ts";
import { createHistory } from "../src/history.ts";
import { createNetwork } from "../src/network.ts";
import { quietPlan } from "../src/plan.ts";
import { createProcess } from "../src/process.ts";
import { createMemoryQueue } from "../src/queue.ts";
import { createScheduler } from "../src/scheduler.ts";

/** A worker that freezes for a minute at its first call, when its work is done, and is handed a batch at that moment. */
function handedABatch({ freezes }: { freezes: boolean }) {
  const scheduler = createScheduler(0);
  const history = createHistory(scheduler);
  const table = () => expect.fail("not read");
  const options = { plan: quietPlan, bot, scheduler, history, table, count: () => 0 };
  const book = createBook(options);
  const check = checkWorkers(book, options, checkLimit(book, options));
  const network = createNetwork(scheduler, () => ({ requestMs: 10, responseMs: 10, arrivals: 1 }));
  const queue = createMemoryQueue({ clock: scheduler, network, watch: { hidden: check.hidden } });
  const fates = freezes ? [{ frozenMs: 60_000 }] : [];
  const worker = createProcess({
    name: "worker",
    scheduler,
    skewMs: 0,
    fateOf: () => fates.shift() ?? "lives",
    onDeath: () => {},
  });
  const wait = (ms: number) => scheduler.run(scheduler.now() + ms, () => false);
  return {
    async begin({ renews }: { renews: boolean }) {
      void worker.port("line", { profile: async () => undefined }).profile();
      await wait(0);
      queue.main.send({ chatId: "U1", deduplicationId: "E1", body: "E1" });
      const batch = queue.receive(10);
      check.began(worker, batch);
      if (renews) void worker.port("queue", queue.inbox).changeVisibility(batch, hold.forS);
      return batch;
    },
    async dies(batch: ReturnType<typeof queue.receive>, afterMs: number) {
      await wait(afterMs);
      worker.kill("");
      check.batchEnded("died", batch, [], worker, queue.main);
      return book.violations.map(({ what }) => what);
    },
  };
}

test("a worker that never renews its hold is noticed when it dies", async () => {
  const { begin, dies } = handedABatch({ freezes: false });
  expect(await dies(await begin({ renews: false }), 1_000)).toEqual([
    expect.stringContaining("by a worker that is dead"),
  ]);
});

test("a worker that was frozen from the first moment, and dies when it wakes, could not renew its hold", async () => {
  const { begin, dies } = handedABatch({ freezes: true });
  expect(await dies(await begin({ renews: true }), 60_000)).toEqual([]);
});

test("a worker that has woken renews its hold at once, or is noticed when it dies", async () => {
  const renewing = handedABatch({ freezes: true });
  expect(await renewing.dies(await renewing.begin({ renews: true }), 61_000)).toEqual([]);
  const idle = handedABatch({ freezes: true });
  expect(await idle.dies(await idle.begin({ renews: false }), 61_000)).toEqual([
    expect.stringContaining("by a worker that is dead"),
  ]);
});
