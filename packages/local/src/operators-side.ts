import type { SQSClient } from "@aws-sdk/client-sqs";
import { depthOf } from "@henji/core/queue/dead-letters";
import { createSender } from "@henji/core/queue/sqs";
import type { Table } from "@henji/core/table";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { createOperatorsSide as createBase } from "@henji/functions/operators-side";

export type OperatorsSide = ReturnType<typeof createOperatorsSide>;

type Queues = { client: SQSClient; eventQueue: { url: string }; deadLetterQueue: { url: string } };

/** What an operator looks at and changes: the dead-letter queue, the parked turns, and the queue of a replay. */
export function createOperatorsSide({ client, eventQueue, deadLetterQueue }: Queues, table: Table) {
  return {
    ...createBase({ sqs: client, deadLetterQueueUrl: deadLetterQueue.url, table }),
    turns: createTurns(createTurnStore(table)),
    sender: createSender(client, eventQueue.url),
    eventDepth: () => depthOf(client, eventQueue.url),
  };
}
