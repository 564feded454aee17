import { systemClock as clock } from "@henji/core/clock";
import type { DeadLetter, DescribedLetter } from "@henji/core/dead-letter/dead-letter";
import { createDescribe } from "@henji/core/dead-letter/describe";
import { createDeadLetterQueue } from "@henji/core/queue/dead-letters";
import { createTurnRegister } from "@henji/core/turn/register";
import { readers } from "@henji/functions/readers";
import type { Session } from "../environment.ts";
import type { Stage } from "../stage.ts";

/** The operator's side of a stage: its dead-letter queue and its parked turns. */
export function operatorsSide(stage: Stage) {
  return {
    queue: createDeadLetterQueue(stage.sqs(), stage.queueUrl("DeadLetterQueue")),
    register: createTurnRegister(stage.table()),
    ...{ readers, clock },
  };
}

/** Turns in memory at once. */
const READ_AT_ONCE = 500;

/** Describes letters a few hundred at a time, and keeps only what is made of each. */
export async function describeEach<T>(
  { stage, terminal }: Session,
  letters: readonly DeadLetter[],
  make: (letter: DescribedLetter) => T,
): Promise<T[]> {
  const describe = createDescribe(operatorsSide(stage));
  const made: T[] = [];
  for (let start = 0; start < letters.length; start += READ_AT_ONCE) {
    made.push(...(await describe(letters.slice(start, start + READ_AT_ONCE), "facts")).map(make));
    terminal.progress(`${made.length} of ${letters.length} turns read`);
  }
  terminal.endProgress();
  return made;
}
