import { beforeAll, expect } from "vitest";
import { account } from "../synth/mocks.ts";
import { synthesize, type Template } from "../synth/template.ts";

export const synthesisMs = 60_000;
export const region = "ap-northeast-1";

/** A stage as it would be deployed, synthesized once for the tests of the surrounding describe. */
export type Stage = ReturnType<typeof useStage>;

export function useStage(name: string) {
  let template: Template;
  beforeAll(async () => {
    template = await synthesize(name, { env: { SST_SECRET_AlarmEmail: "operator@example.com" } });
  }, synthesisMs);

  const all = (type: string) => template.resources.filter((resource) => resource.type === type);
  const one = (type: string, name = "") => {
    const found = all(type).filter((resource) => resource.name.startsWith(name));
    expect(found, `${type} ${name}`).toHaveLength(1);
    return found[0]!;
  };
  const table = () => one("aws:dynamodb/table:Table").inputs;

  return {
    get template() {
      return template;
    },
    all,
    one,
    table,
    eventQueue: () => one("aws:sqs/queue:Queue", "EventQueue").inputs,
    deadLetterQueue: () => one("aws:sqs/queue:Queue", "DeadLetterQueue").inputs,
    ingress: () => one("aws:lambda/function:Function", "Ingress").inputs,
    worker: () => one("aws:lambda/function:Function", "Worker").inputs,
    reminders: () => one("aws:sqs/queue:Queue", "Reminders").inputs,
    subscription: (queue = "EventQueue") =>
      one("aws:lambda/eventSourceMapping:EventSourceMapping", queue).inputs,
    logGroup: (name: "Ingress" | "Worker") => one("aws:cloudwatch/logGroup:LogGroup", `${name}Logs`).inputs,
    topicArn: () => template.links.Alarms?.arn,
    queueArn: (queue: { name: string }) => `arn:aws:sqs:${region}:${account}:${queue.name}`,
    tableArn: () => `arn:aws:dynamodb:${region}:${account}:table/${table().name}`,
    functionArn: (fn: { name: string }) => `arn:aws:lambda:${region}:${account}:function:${fn.name}`,
  };
}

/** Code and source maps for SST's bucket, and the key of the links. */
export const isBuildArtifact = (type: string) =>
  type === "aws:s3/bucketObjectv2:BucketObjectv2" || type === "random:index/randomBytes:RandomBytes";

export function expectWithin(actual: number, lowest: number, highest: number) {
  expect(actual).toBeGreaterThanOrEqual(lowest);
  expect(actual).toBeLessThanOrEqual(highest);
}
