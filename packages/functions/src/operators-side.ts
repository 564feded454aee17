import { systemClock } from "@henji/core/clock";
import { createDeadLetterQueue } from "@henji/core/queue/dead-letters";
import type { createQueueClient } from "@henji/core/queue/sqs";
import type { Table } from "@henji/core/table";
import { createTurnRegister } from "@henji/core/turn/register";
import { readers } from "./readers.ts";

export type OperatorsSideOptions = {
  sqs: ReturnType<typeof createQueueClient>;
  deadLetterQueueUrl: string;
  table: Table;
};

/** What an operator looks at: the dead-letter queue and the parked turns. */
export function createOperatorsSide({ sqs, deadLetterQueueUrl, table }: OperatorsSideOptions) {
  return {
    queue: createDeadLetterQueue(sqs, deadLetterQueueUrl),
    register: createTurnRegister(table),
    ...{ readers, clock: systemClock },
  };
}
