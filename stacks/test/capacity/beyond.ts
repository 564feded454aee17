import { type Capacity, capacity as shipped } from "../../../packages/core/src/capacity.ts";

/** More workers than Lambda's event source takes, even in provisioned mode. */
export const capacity: Capacity = { ...shipped, worker: { ...shipped.worker, maximumConcurrency: 20_001 } };
