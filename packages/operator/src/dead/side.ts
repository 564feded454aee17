import { systemClock as clock } from "@henji/core/clock";
import { createDeadLetterQueue } from "@henji/core/queue/dead-letters";
import { createTurnRegister } from "@henji/core/turn/register";
import { readers } from "@henji/functions/readers";
import type { Stage } from "../stage.ts";

/** The operator's side of a stage: its dead-letter queue and its parked turns. */
export function operatorsSide(stage: Stage) {
  return {
    queue: createDeadLetterQueue(stage.sqs(), stage.queueUrl("DeadLetterQueue")),
    register: createTurnRegister(stage.table()),
    ...{ readers, clock },
  };
}
