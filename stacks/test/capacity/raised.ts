import { type Capacity, capacity as shipped } from "../../../packages/core/src/capacity.ts";

/** Every setting, at another value than the one that is shipped. */
export const capacity: Capacity = {
  worker: { maximumConcurrency: 1_405, batchSize: 5, memoryMb: shipped.worker.memoryMb * 2 },
  ingress: { memoryMb: shipped.ingress.memoryMb * 2, reservedConcurrency: 200 },
  table: { maxReadUnits: 30_000, maxWriteUnits: 8_000, warmReadUnits: 20_000, warmWriteUnits: 6_000 },
  logs: { retentionDays: 90 },
  account: { concurrency: 2_000, tableUnits: 40_000 },
};
