import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import * as settings from "@henji/core/settings";
import { fixesFor } from "../fixes.ts";
import { isCredentialsError } from "./aws-error.ts";
import type { Check } from "./check.ts";
import { fine, fineUnless, NotChecked, wrong } from "./finding.ts";
import { linked, type Subject } from "./subject.ts";

type Attributes = Partial<Record<string, string>>;

async function attributesOf(subject: Subject, name: "EventQueue" | "DeadLetterQueue"): Promise<Attributes> {
  const request = { QueueUrl: linked(subject, name), AttributeNames: ["All" as const] };
  const { Attributes = {} } = await subject.aws.sqs.send(new GetQueueAttributesCommand(request));
  return Attributes;
}

/** An attribute that is not as in settings.ts. */
const differs = (attributes: Attributes, name: string, expected: string | number) =>
  attributes[name] !== String(expected) && `${name} is ${attributes[name] ?? "not set"}, not ${expected}`;

export const credentials: Check = {
  name: "AWS credentials",
  async run(subject) {
    if (subject.isLocal) throw new NotChecked("the stand-ins take any");
    const queue = linked(subject, "EventQueue");
    const region = await subject.aws.region().catch(() => "");
    const [, stageRegion = region] = /^https:\/\/sqs\.([a-z]+-[a-z-]+-\d)\./.exec(queue) ?? [];
    if (region !== stageRegion) {
      const says = `AWS_REGION is ${region || "not set"}, and the stage is in ${stageRegion}`;
      return wrong(says, `export AWS_REGION=${stageRegion}`);
    }
    try {
      await attributesOf(subject, "EventQueue");
    } catch (error) {
      const { name, message } = error as Error;
      const fix = "sign in again (aws sso login), or set AWS_PROFILE";
      if (isCredentialsError(error)) return wrong(`AWS does not accept them: ${name}: ${message}`, fix);
      // Whatever else is wrong, the check of the queue says it.
    }
    return fine("AWS accepts them");
  },
};

export const eventQueue: Check = {
  name: "event queue",
  async run(subject) {
    const [own, letters] = await Promise.all([
      attributesOf(subject, "EventQueue"),
      attributesOf(subject, "DeadLetterQueue"),
    ]);
    const { visibilityTimeoutS, retentionS, maxReceiveCount } = settings.queue;
    const redrive = redrivePolicyOf(own);
    const differences = [
      differs(own, "FifoQueue", "true"),
      differs(own, "VisibilityTimeout", visibilityTimeoutS),
      differs(own, "MessageRetentionPeriod", retentionS),
      differs(own, "DeduplicationScope", "messageGroup"),
      differs(own, "FifoThroughputLimit", "perMessageGroupId"),
      !redrive && "what fails for ever goes to no dead-letter queue",
      redrive &&
        redrive.deadLetterTargetArn !== letters.QueueArn &&
        `its dead-letter queue is ${redrive.deadLetterTargetArn}, not the stage's`,
      redrive &&
        Number(redrive.maxReceiveCount) !== maxReceiveCount &&
        `maxReceiveCount is ${redrive.maxReceiveCount}, not ${maxReceiveCount}`,
    ];
    const waiting = Number(own.ApproximateNumberOfMessages ?? 0);
    const says = `FIFO, with its dead-letter queue; ${waiting} waiting`;
    return fineUnless(differences, says, fixesFor(subject).redeploy);
  },
};

export const deadLetterQueue: Check = {
  name: "dead-letter queue",
  async run(subject) {
    const own = await attributesOf(subject, "DeadLetterQueue");
    const { redeploy, henji } = fixesFor(subject);
    const { retentionS } = settings.deadLetterQueue;
    const finding = fineUnless(
      [differs(own, "FifoQueue", "true"), differs(own, "MessageRetentionPeriod", retentionS)],
      "FIFO, and empty",
      redeploy,
    );
    const count = Number(own.ApproximateNumberOfMessages ?? 0);
    if (finding.status !== "fine" || count === 0) return finding;
    return wrong(`${count} given up on: SQS deletes each after 14 days`, henji("dead list"));
  },
};

type RedrivePolicy = { deadLetterTargetArn?: string; maxReceiveCount?: number | string };

function redrivePolicyOf({ RedrivePolicy: policy }: Attributes): RedrivePolicy | undefined {
  return policy ? JSON.parse(policy) : undefined;
}
