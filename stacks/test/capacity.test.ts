import { join } from "node:path";
import { expect, test } from "vitest";
import { type Capacity, capacity } from "../../packages/core/src/capacity.ts";
import { boundsOf, concurrencyOfEventSource, mistakesIn } from "../../packages/core/src/capacity-bounds.ts";
import { type Resource, synthesize } from "./synth/template.ts";
import { expectWithin, synthesisMs } from "./template/stage.ts";

const file = (name: string) => join(import.meta.dirname, "capacity", `${name}.ts`);
const deployed = (name: string) => synthesize(name, { env: { HENJI_CAPACITY: file(name) } });

test("every setting reaches the resource that it is for", { timeout: synthesisMs }, async () => {
  const { resources } = await deployed("raised");
  const find = (type: string, name: string): Resource["inputs"] =>
    resources.find((one) => one.type === type && one.name.startsWith(name))!.inputs;

  const subscription = find("aws:lambda/eventSourceMapping:EventSourceMapping", "EventQueue");
  expect(subscription).toMatchObject({
    batchSize: 5,
    provisionedPollerConfig: { minimumPollers: 2, maximumPollers: 141 },
  });
  // AWS refuses both together.
  expect(subscription.scalingConfig).toBeUndefined();
  expect(find("aws:lambda/function:Function", "Worker").memorySize).toBe(capacity.worker.memoryMb * 2);
  expect(find("aws:lambda/function:Function", "Worker").reservedConcurrentExecutions).toBeUndefined();
  expect(find("aws:lambda/function:Function", "Ingress")).toMatchObject({
    memorySize: capacity.ingress.memoryMb * 2,
    reservedConcurrentExecutions: 200,
  });
  expect(find("aws:dynamodb/table:Table", "Conversations")).toMatchObject({
    onDemandThroughput: { maxReadRequestUnits: 30_000, maxWriteRequestUnits: 8_000 },
    warmThroughput: { readUnitsPerSecond: 20_000, writeUnitsPerSecond: 6_000 },
    deletionProtectionEnabled: false,
  });
  expect(find("aws:cloudwatch/logGroup:LogGroup", "Worker").retentionInDays).toBe(90);
});

test("nothing is deployed with more than AWS allows: the error names the setting and its bounds", {
  timeout: synthesisMs,
}, async () => {
  await expect(deployed("beyond")).rejects.toThrow(
    "capacity.worker.maximumConcurrency: a whole number from 2 to 20,000 (Lambda's event source for SQS), not 20001",
  );
});

// As AWS documents them, written down a second time: a bound that is moved by mistake is red here.
test("what is shipped is within AWS's bounds, and within the quotas of an account", () => {
  const { worker, ingress, table, logs, account } = capacity;
  expectWithin(worker.maximumConcurrency, 2, 20_000);
  expectWithin(worker.batchSize, 1, 10);
  for (const { memoryMb } of [worker, ingress]) expectWithin(memoryMb, 128, 10_240);
  expectWithin(worker.maximumConcurrency + (ingress.reservedConcurrency ?? 0), 2, account.concurrency);
  expectWithin(ingress.reservedConcurrency ?? 1, 1, account.concurrency - 100);
  for (const units of [table.maxReadUnits, table.maxWriteUnits])
    expectWithin(units ?? 1, 1, account.tableUnits);
  expectWithin(table.warmReadUnits ?? 12_000, 12_000, account.tableUnits);
  expectWithin(table.warmWriteUnits ?? 4_000, 4_000, account.tableUnits);
  expect([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192]).toContain(
    logs.retentionDays,
  );
  expect(mistakesIn(capacity)).toEqual([]);
});

test("the event source is told its most by its own setting up to 1,000, and by pollers of ten above", () => {
  expect(concurrencyOfEventSource(1_000)).toEqual({ scalingConfig: { maximumConcurrency: 1_000 } });
  expect(concurrencyOfEventSource(1_001)).toEqual({
    provisionedPollerConfig: { minimumPollers: 2, maximumPollers: 101 },
  });
  expect(concurrencyOfEventSource(20_000)).toMatchObject({
    provisionedPollerConfig: { maximumPollers: 2_000 },
  });
});

type Change = { [Part in keyof Capacity]?: Partial<Capacity[Part]> };
const changed = (change: Change): Capacity => ({
  worker: { ...capacity.worker, ...change.worker },
  ingress: { ...capacity.ingress, ...change.ingress },
  table: { ...capacity.table, ...change.table },
  logs: { ...capacity.logs, ...change.logs },
  account: { ...capacity.account, ...change.account },
});

const settings = Object.entries(boundsOf).flatMap(([part, settings]) =>
  Object.entries(settings).map(([setting, bounds]) => ({
    name: `${part}.${setting}`,
    part,
    setting,
    bounds,
  })),
);

test.each(settings)("$name is refused just beyond its bounds, and not at them", (one) => {
  const { name, part, setting, bounds } = one;
  const account = { concurrency: 100_000, tableUnits: 1_000_000, ...(part === "account" && small) };
  const mistakesWith = (value: number) => mistakesIn(changed({ account, ...change(value) }));
  const change = (value: number): Change =>
    part === "account" ? { account: { ...account, [setting]: value } } : { [part]: { [setting]: value } };
  const [within, beyond] = "oneOf" in bounds ? [bounds.oneOf, [0, 31]] : edgesOf(bounds);
  for (const value of within) expect([value, mistakesWith(value).filter(isRefusal)]).toEqual([value, []]);
  for (const value of beyond)
    expect(mistakesWith(value)).toEqual([expect.stringContaining(`capacity.${name}: `)]);
});

const small = { concurrency: 1_000, tableUnits: 40_000 };
const isRefusal = (mistake: string) => !mistake.includes(" with capacity.account.");

function edgesOf({ least, most }: { least: number; most: number }): [number[], number[]] {
  if (Number.isFinite(most))
    return [
      [least, most],
      [least - 1, most + 1, least + 0.5],
    ];
  return [[least], [least - 1, least + 0.5]];
}

test.each<[Change, string]>([
  [
    { worker: { maximumConcurrency: 1_001 } },
    "capacity.worker.maximumConcurrency: at most 1,000 with capacity.account.concurrency 1,000, not 1,001",
  ],
  [
    { worker: { maximumConcurrency: 801 }, ingress: { reservedConcurrency: 200 } },
    "capacity.worker.maximumConcurrency: at most 800 with capacity.account.concurrency 1,000, not 801",
  ],
  [
    { ingress: { reservedConcurrency: 901 } },
    "capacity.ingress.reservedConcurrency: at most 900 with capacity.account.concurrency 1,000, not 901",
  ],
  [
    { table: { warmReadUnits: 40_001 } },
    "capacity.table.warmReadUnits: at most 40,000 with capacity.account.tableUnits 40,000, not 40,001",
  ],
])("%o takes more than the account has", (change, mistake) => {
  expect(mistakesIn(changed(change))).toEqual([mistake]);
});

test("what is reserved for webhooks is taken by the function of each platform", () => {
  const two = (change: Change) => mistakesIn(changed(change), 2);
  expect(two({ ingress: { reservedConcurrency: 451 } })).toEqual([
    "capacity.ingress.reservedConcurrency: at most 450 with capacity.account.concurrency 1,000, not 451",
  ]);
  expect(two({ worker: { maximumConcurrency: 601 }, ingress: { reservedConcurrency: 200 } })).toEqual([
    "capacity.worker.maximumConcurrency: at most 600 with capacity.account.concurrency 1,000, not 601",
  ]);
});
