/**
 * What has to be raised for more users, all in this place: docs/scale.md says which, when, and what it costs.
 * capacity-bounds.ts has what AWS allows; a deployment with anything beyond it is refused before it begins.
 */

type Unset = number | undefined;

export type Capacity = {
  worker: { maximumConcurrency: number; batchSize: number; memoryMb: number };
  ingress: { memoryMb: number; reservedConcurrency: Unset };
  table: { maxReadUnits: Unset; maxWriteUnits: Unset; warmReadUnits: Unset; warmWriteUnits: Unset };
  logs: { retentionDays: number };
  account: { concurrency: number; tableUnits: number };
};

export const capacity: Capacity = {
  worker: {
    /**
     * Workers at once: 20 × 10 chats wait for a model side by side. Bounds spending in a flood. Above 1,000 the event
     * source is in provisioned mode, and its pollers are paid by the hour.
     */
    maximumConcurrency: 20,
    /** Chats that one worker answers at once. Fewer cost more workers for the same wait. */
    batchSize: 10,
    /** Ten chats that show 8 MB each take 446, that write text 235: decision 44. Processor and price grow with it. */
    memoryMb: 512,
  },
  ingress: {
    memoryMb: 256,
    /**
     * Kept for webhooks, of the concurrency that all functions of the account share, so that workers cannot take
     * it. It is the most that ingress gets, too. Not set: what the others leave.
     */
    reservedConcurrency: undefined,
  },
  table: {
    /** Units a second that are refused beyond: a ceiling for the bill. Not set: the account's quota. */
    maxReadUnits: undefined,
    maxWriteUnits: undefined,
    /** Units a second that the table takes at once, without growing into them. Paid once. Not set: 12,000 and 4,000. */
    warmReadUnits: undefined,
    warmWriteUnits: undefined,
  },
  logs: {
    /** Twice the 14 days that a parked job waits in the dead-letter queue, so that its log is still there. */
    retentionDays: 30,
  },
  /** Quotas that AWS raises on request. Write here what it has granted: nothing above it is deployed. */
  account: {
    /** Of Lambda, for all functions of the account in a region. A new account may have ten. */
    concurrency: 1_000,
    /** Of DynamoDB, for one table: units a second, reads and writes each. */
    tableUnits: 40_000,
  },
};
