export { createFifoQueue, type FifoQueue } from "./fifo-queue.ts";
export {
  createMemoryLine,
  type MemoryContent,
  type MemoryLine,
  type MemoryLineOptions,
  type Refusal,
} from "./line.ts";
export { type Behaviour, createMemoryModel, type MemoryModelOptions } from "./model.ts";
export { createMemoryModerator, type MemoryModeratorOptions } from "./moderator.ts";
export { createNetwork, directNetwork, type Network, type Trip } from "./network.ts";
export { createProcess } from "./process.ts";
export { createMemoryQueue, type MemoryQueue } from "./queue.ts";
export { createRandom, type Random } from "./random.ts";
export { createScheduler, type Scheduler } from "./scheduler.ts";
export { createMemoryTable, type MemoryTable, type MemoryTableOptions } from "./table.ts";
export { createMemoryTranscriber, type MemoryTranscriberOptions } from "./transcriber.ts";
