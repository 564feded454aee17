import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import * as settings from "@henji/core/settings";
import { fixesFor } from "../fixes.ts";
import { isCredentialsError } from "./aws-error.ts";
import type { Check } from "./check.ts";
import { fine, fineUnless, NotChecked, wrong } from "./finding.ts";
import { linked, type Subject } from "./subject.ts";

type QueueName = "EventQueue" | "DeadLetterQueue" | "Reminders";
type Attributes = Partial<Record<string, string>>;

async function attributesOf(subject: Subject, name: QueueName): Promise<Attributes> {
  const request = { QueueUrl: linked(subject, name), AttributeNames: ["All" as const] };
  const { Attributes = {} } = await subject.aws.sqs.send(new GetQueueAttributesCommand(request));
  return Attributes;
}

/** An attribute that is not as in settings.ts. */
const differs = (attributes: Attributes, name: string, expected: string | number) =>
  attributes[name] !== String(expected) && `${name} is ${attributes[name] ?? "not set"}, not ${expected}`;

/** What the stand-in on this machine does not do. */
const isPlain = ({ isLocal }: Subject, attributes: Attributes) =>
  !isLocal && attributes.SqsManagedSseEnabled !== "true" && "it is not encrypted with SQS's own keys";

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
      isPlain(subject, own),
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
      [
        differs(own, "FifoQueue", "true"),
        differs(own, "MessageRetentionPeriod", retentionS),
        isPlain(subject, own),
      ],
      "FIFO, and empty",
      redeploy,
    );
    const count = Number(own.ApproximateNumberOfMessages ?? 0);
    if (finding.status !== "fine" || count === 0) return finding;
    return wrong(`${count} given up on: SQS deletes each after 14 days`, henji("dead list"));
  },
};

/** Without it, or while it is not forwarded, answers that wait are not pushed: only their users' next messages bring them. */
export const reminders: Check = {
  name: "reminders",
  async run(subject) {
    const own = await attributesOf(subject, "Reminders");
    const { visibilityTimeoutS, retentionS } = settings.reminderQueue;
    const differences = [
      own.FifoQueue === "true" && "it is FIFO, which delays no single message",
      differs(own, "VisibilityTimeout", visibilityTimeoutS),
      differs(own, "MessageRetentionPeriod", retentionS),
      isPlain(subject, own),
    ];
    const [due, toCome] = [own.ApproximateNumberOfMessages, own.ApproximateNumberOfMessagesDelayed].map(
      (count) => Number(count ?? 0),
    );
    const says = `a standard queue; ${toCome} to come, ${due} due`;
    return fineUnless(differences, says, fixesFor(subject).redeploy);
  },
};

type RedrivePolicy = { deadLetterTargetArn?: string; maxReceiveCount?: number | string };

function redrivePolicyOf({ RedrivePolicy: policy }: Attributes): RedrivePolicy | undefined {
  return policy ? JSON.parse(policy) : undefined;
}
