import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as settings from "../../packages/core/src/settings.ts";
import { type Resource, root, synthesize, type Template } from "./synth/template.ts";

const synthesisMs = 60_000;
const DAY_S = 24 * 60 * 60;

describe.each(["dev-someone", "production"])("stage %s", (stage) => {
  let template: Template;
  beforeAll(async () => {
    template = await synthesize(stage, { env: { ALARM_EMAIL: "operator@example.com" } });
  }, synthesisMs);

  const all = (type: string) => template.resources.filter((resource) => resource.type === type);
  const one = (type: string, name = "") => {
    const found = all(type).filter((resource) => resource.name.startsWith(name));
    expect(found, `${type} ${name}`).toHaveLength(1);
    return found[0]!;
  };
  const eventQueue = () => one("aws:sqs/queue:Queue", "EventQueue").inputs;
  const deadLetterQueue = () => one("aws:sqs/queue:Queue", "DeadLetterQueue").inputs;
  const table = () => one("aws:dynamodb/table:Table").inputs;
  const ingress = () => one("aws:lambda/function:Function", "Ingress").inputs;
  const worker = () => one("aws:lambda/function:Function", "Worker").inputs;
  const subscription = () => one("aws:lambda/eventSourceMapping:EventSourceMapping").inputs;
  const topicArn = () => template.links.Alarms?.arn;

  const queueArn = (queue: { name: string }) => `arn:aws:sqs:ap-northeast-1:123456789012:${queue.name}`;
  const tableArn = () => `arn:aws:dynamodb:ap-northeast-1:123456789012:table/${table().name}`;

  test("deploys these resources and no others", () => {
    const physical = template.resources.filter(({ custom, type }) => custom && !isBuildArtifact(type));
    expect(countBy(physical.map(({ type }) => type))).toEqual({
      "aws:cloudwatch/logGroup:LogGroup": 2,
      "aws:cloudwatch/logMetricFilter:LogMetricFilter": 5,
      "aws:cloudwatch/metricAlarm:MetricAlarm": 6,
      "aws:dynamodb/table:Table": 1,
      "aws:iam/role:Role": 2,
      "aws:lambda/eventSourceMapping:EventSourceMapping": 1,
      "aws:lambda/function:Function": 2,
      "aws:lambda/functionUrl:FunctionUrl": 1,
      "aws:lambda/permission:Permission": 2,
      "aws:sns/topic:Topic": 1,
      "aws:sns/topicSubscription:TopicSubscription": 1,
      "aws:sqs/queue:Queue": 2,
    });
  });

  describe("queues", () => {
    test("both are FIFO with high throughput, and never guess at duplicates from the body", () => {
      for (const queue of [eventQueue(), deadLetterQueue()]) {
        expect(queue).toMatchObject({
          fifoQueue: true,
          contentBasedDeduplication: false,
          deduplicationScope: "messageGroup",
          fifoThroughputLimit: "perMessageGroupId",
          delaySeconds: 0,
        });
        expect(queue.name).toMatch(/^.{1,75}\.fifo$/);
      }
    });

    test("what crashes again and again ends in the dead-letter queue, and nothing leaves that one by itself", () => {
      expect(JSON.parse(eventQueue().redrivePolicy)).toEqual({
        deadLetterTargetArn: queueArn(deadLetterQueue()),
        maxReceiveCount: settings.queue.maxReceiveCount,
      });
      expect(deadLetterQueue().redrivePolicy).toBeUndefined();
      expect(deadLetterQueue().messageRetentionSeconds).toBe(14 * DAY_S);
    });

    test("a message stays hidden longer than a worker may take, as AWS requires, and not much longer", () => {
      expectWithin(eventQueue().visibilityTimeoutSeconds, worker().timeout + 1, worker().timeout + 30);
    });

    test("a message that the worker keeps trying is not redriven under its hands, nor by a deployment that is broken for two hours", () => {
      const { maxReceiveCount } = JSON.parse(eventQueue().redrivePolicy);
      expect(maxReceiveCount).toBeGreaterThan(settings.retry.maxAttempts);
      expect(maxReceiveCount * settings.hold.forS).toBeGreaterThan(2 * 60 * 60);
    });

    test("every number is one that SQS accepts", () => {
      for (const queue of [eventQueue(), deadLetterQueue()]) {
        expectWithin(queue.messageRetentionSeconds, 60, 14 * DAY_S);
        expectWithin(queue.visibilityTimeoutSeconds, 0, 12 * 60 * 60);
      }
      expectWithin(JSON.parse(eventQueue().redrivePolicy).maxReceiveCount, 1, 1000);
    });
  });

  describe("worker", () => {
    test("receives batches from the event queue and returns the failed messages one by one", () => {
      expect(subscription()).toMatchObject({
        eventSourceArn: queueArn(eventQueue()),
        functionName: `arn:aws:lambda:ap-northeast-1:123456789012:function:${worker().name}`,
        functionResponseTypes: ["ReportBatchItemFailures"],
        batchSize: settings.worker.batchSize,
        maximumBatchingWindowInSeconds: 0,
        scalingConfig: { maximumConcurrency: settings.worker.maximumConcurrency },
      });
      expect(subscription().filterCriteria).toBeUndefined();
    });

    test("every number is one that Lambda accepts of a FIFO queue", () => {
      expectWithin(subscription().batchSize, 1, 10);
      expectWithin(subscription().scalingConfig.maximumConcurrency, 2, 1000);
    });

    test("is bounded at the event source, not by reserved concurrency that burns receive counts", () => {
      expect(worker().reservedConcurrentExecutions).toBeUndefined();
    });
  });

  describe("functions", () => {
    test("run on Node 24 and arm64, with limits that Lambda accepts", () => {
      for (const fn of [ingress(), worker()]) {
        expect(fn).toMatchObject({
          runtime: "nodejs24.x",
          architectures: ["arm64"],
          handler: "bundle.handler",
          packageType: "Zip",
        });
        expectWithin(fn.timeout, 1, 900);
        expectWithin(fn.memorySize, 128, 10_240);
        expect(fn.name.length).toBeLessThanOrEqual(64);
      }
      for (const [fn, { timeoutS, memoryMb }] of [
        [ingress(), settings.ingress],
        [worker(), settings.worker],
      ] as const) {
        expect([fn.timeout, fn.memorySize]).toEqual([timeoutS, memoryMb]);
      }
    });

    test("find no secret in their environment, nor does anything else that is deployed hold one", () => {
      for (const fn of [ingress(), worker()]) {
        expect(Object.keys(fn.environment.variables).sort()).toEqual([
          "SST_KEY",
          "SST_KEY_FILE",
          "SST_RESOURCE_App",
        ]);
      }
      expect(template.links.OpenAiApiKey?.value).toBe("dummy-OpenAiApiKey");
      expect(JSON.stringify(template.resources.filter(({ custom }) => custom))).not.toContain("dummy-");
    });

    test("keep their lines as they print them, for a month, each in a group of its own", () => {
      const groups = all("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs);
      expect(groups.map(({ retentionInDays }) => retentionInDays)).toEqual([30, 30]);
      expect([ingress(), worker()].map(({ loggingConfig }) => loggingConfig)).toEqual(
        groups.map(({ name }) => ({ logFormat: "Text", logGroup: name })),
      );
    });

    test("only ingress has a URL; it is open, since LINE's signature is what opens it", () => {
      expect(one("aws:lambda/functionUrl:FunctionUrl").inputs).toEqual({
        functionName: ingress().name,
        authorizationType: "NONE",
        invokeMode: "BUFFERED",
      });
      const open = all("aws:lambda/permission:Permission").map(({ inputs }) => inputs);
      expect(open).toEqual([
        {
          action: "lambda:InvokeFunction",
          function: ingress().name,
          principal: "*",
          invokedViaFunctionUrl: true,
        },
        {
          action: "lambda:InvokeFunctionUrl",
          function: ingress().name,
          principal: "*",
          functionUrlAuthType: "NONE",
        },
      ]);
      expect(template.outputs.webhookUrl).toMatch(/^https:\/\/.+\.lambda-url\./);
    });
  });

  describe("roles", () => {
    const role = (name: string) => one("aws:iam/role:Role", name).inputs;
    const statements = (name: string) => {
      const [policy, ...others] = role(name).inlinePolicies;
      expect(others).toEqual([]);
      return JSON.parse(policy.policy).Statement;
    };

    test("ingress may add to the event queue and nothing else", () => {
      expect(statements("Ingress")).toEqual([
        { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queueArn(eventQueue())] },
      ]);
    });

    test("the worker may use the table, work off the event queue and park, and nothing else", () => {
      expect(statements("Worker")).toEqual([
        {
          Effect: "Allow",
          Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"],
          Resource: [tableArn()],
        },
        {
          Effect: "Allow",
          Action: [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
          ],
          Resource: [queueArn(eventQueue())],
        },
        { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queueArn(deadLetterQueue())] },
      ]);
    });

    test("no wildcard anywhere; writing logs is AWS's own policy, and the only one attached", () => {
      for (const name of ["Ingress", "Worker"]) {
        expect(JSON.stringify(statements(name))).not.toContain("*");
        expect(role(name).managedPolicyArns).toEqual([
          "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        ]);
      }
    });

    test("only Lambda may take them on", () => {
      for (const name of ["Ingress", "Worker"]) {
        expect(JSON.parse(role(name).assumeRolePolicy).Statement).toEqual([
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
        ]);
      }
    });
  });

  test("the table has the keys, index and time to live that core writes, and can be restored to any second", () => {
    expect(table()).toMatchObject({
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      globalSecondaryIndexes: [
        { name: "gsi1", hashKey: "gsi1pk", rangeKey: "gsi1sk", projectionType: "KEYS_ONLY" },
      ],
      attributes: ["pk", "sk", "gsi1pk", "gsi1sk"].map((name) => ({ name, type: "S" })),
      ttl: { attributeName: "expiresAt", enabled: true },
      pointInTimeRecovery: { enabled: true },
      streamEnabled: false,
    });
  });

  describe("alarms", () => {
    const watches = (name: string) => one("aws:cloudwatch/metricAlarm:MetricAlarm", name).inputs;

    test("ring for the first dead letter, for late answers and for a webhook that fails", () => {
      expect(watches("DeadLetters")).toMatchObject({
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: deadLetterQueue().name },
        threshold: 0,
      });
      expect(watches("OldestEvent")).toMatchObject({
        namespace: "AWS/SQS",
        metricName: "ApproximateAgeOfOldestMessage",
        dimensions: { QueueName: eventQueue().name },
      });
      const { maxAttempts, delaysS, jitter } = settings.retry;
      const retriesS = maxAttempts * worker().timeout + (1 + jitter) * delaysS.reduce((sum, s) => sum + s, 0);
      expectWithin(watches("OldestEvent").threshold, retriesS, 15 * 60);
      expect(watches("WebhookErrors")).toMatchObject({
        namespace: "AWS/Lambda",
        metricName: "Url5xxCount",
        dimensions: { FunctionName: ingress().name },
        threshold: 0,
      });
    });

    test("count log lines of the worker that its code really writes", () => {
      const filters = all("aws:cloudwatch/logMetricFilter:LogMetricFilter").map(({ inputs }) => inputs);
      const names = filters.map(({ pattern }) => /name\\":\\"([a-z._]+)\\"/.exec(pattern)?.[1]);
      expect(names.sort()).toEqual([
        "bot.token_cap_reached",
        "chat.flooded",
        "job.parked",
        "line.breaker_opened",
        "model.breaker_opened",
      ]);
      for (const name of names) expect(source()).toContain(`"${name}"`);
      for (const { logGroupName } of filters) expect(logGroupName).toBe(`/aws/lambda/${worker().name}`);
      const { namespace } = filters[0].metricTransformation;
      for (const name of ["ModelBreakerOpened", "LineBreakerOpened", "TokenCapReached"])
        expect(watches(name)).toMatchObject({ namespace, metricName: name, threshold: 0 });
    });

    test("tell the operator's mailbox when they begin and when they are over", () => {
      for (const { inputs } of all("aws:cloudwatch/metricAlarm:MetricAlarm")) {
        expect(inputs).toMatchObject({
          comparisonOperator: "GreaterThanThreshold",
          period: 60,
          evaluationPeriods: 1,
          treatMissingData: "notBreaching",
          alarmActions: [topicArn()],
          okActions: [topicArn()],
        });
      }
      expect(one("aws:sns/topicSubscription:TopicSubscription").inputs).toEqual({
        topic: topicArn(),
        protocol: "email",
        endpoint: "operator@example.com",
      });
    });
  });

  test("what holds data outlives the app in production, and goes with it elsewhere", () => {
    const production = stage === "production";
    expect(template.app).toMatchObject({
      protect: production,
      removal: production ? "retain" : "remove",
    });
    expect(table().deletionProtectionEnabled).toBe(production);
    const kept = template.resources.filter(
      ({ custom, type, retainOnDelete }) => custom && retainOnDelete && !isBuildArtifact(type),
    );
    expect(kept.map(({ name }) => name).sort()).toEqual(
      production ? ["ConversationsTable", "DeadLetterQueueQueue", "EventQueueQueue"] : [],
    );
  });

  test("every name carries the stage, so that two stages in one account never meet", () => {
    const names = template.resources
      .filter(({ custom, type, inputs }) => custom && inputs.name && !isBuildArtifact(type))
      .map(({ inputs }) => inputs.name);
    expect(names).toHaveLength(21);
    for (const name of names) expect(name).toContain(`henji-${stage}-`);
    // A log group is named after its function, on purpose.
    expect(new Set(names).size).toBe(names.length);
  });
});

test("the same source gives the same template, byte for byte", { timeout: synthesisMs }, async () => {
  const run = async (out: string) => {
    await synthesize("twice", { out });
    return readFile(join(root, out), "utf8");
  };
  expect(await run(".sst/synth/twice.2.json")).toBe(await run(".sst/synth/twice.1.json"));
});

test("without ALARM_EMAIL nobody is subscribed, and `sst dev` has the trust that a laptop needs", {
  timeout: synthesisMs,
}, async () => {
  const { resources } = await synthesize("laptop", { dev: true, env: { ALARM_EMAIL: "" } });
  expect(resources.filter(({ type }) => type === "aws:sns/topicSubscription:TopicSubscription")).toEqual([]);
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role");
  expect(roles).toHaveLength(2);
  for (const { inputs } of roles) expect(inputs.assumeRolePolicy).toContain("123456789012:root");
});

/** Code and source maps on their way to SST's bucket, and the key of the links. */
const isBuildArtifact = (type: string) =>
  type === "aws:s3/bucketObjectv2:BucketObjectv2" || type === "random:index/randomBytes:RandomBytes";

const expectWithin = (actual: number, lowest: number, highest: number) => {
  expect(actual).toBeGreaterThanOrEqual(lowest);
  expect(actual).toBeLessThanOrEqual(highest);
};

const countBy = (items: Resource["type"][]) =>
  Object.fromEntries(Object.entries(Object.groupBy(items, (item) => item)).map(([k, v]) => [k, v?.length]));

/** All of the worker's source text. */
function source(): string {
  const core = join(root, "packages/core/src");
  const files = readdirSync(core, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return files.map((file) => readFileSync(join(core, file), "utf8")).join("\n");
}
