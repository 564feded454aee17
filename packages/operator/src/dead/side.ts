import type { DeadLetter, DescribedLetter } from "@henji/core/dead-letter/dead-letter";
import { createDescribe, describeEach } from "@henji/core/dead-letter/describe";
import { createOperatorsSide } from "@henji/functions/operators-side";
import type { Session } from "../environment.ts";
import type { Stage } from "../stage.ts";

/** The operator's side of a stage: its dead-letter queue and its parked turns. */
export function operatorsSide(stage: Stage) {
  return createOperatorsSide({
    sqs: stage.sqs(),
    deadLetterQueueUrl: stage.queueUrl("DeadLetterQueue"),
    table: stage.table(),
  });
}

/** Describes any number of letters, and shows how far it is. */
export async function describeAll<T>(
  { stage, terminal }: Session,
  letters: readonly DeadLetter[],
  make: (letter: DescribedLetter, index: number) => T,
): Promise<T[]> {
  const made = await describeEach(createDescribe(operatorsSide(stage)), letters, make, (count) =>
    terminal.progress(`${count} of ${letters.length} turns read`),
  );
  terminal.endProgress();
  return made;
}
