import { expect, test } from "vitest";
import { capacity } from "../../../packages/core/src/capacity.ts";
import { concurrencyOfEventSource } from "../../../packages/core/src/capacity-bounds.ts";
import * as settings from "../../../packages/core/src/settings.ts";
import { expectWithin, type Stage } from "./stage.ts";

/** Both functions. */
export function testFunctions(stage: Stage) {
  test("run on Node 24 and arm64, with limits that Lambda accepts", () => {
    for (const fn of [stage.ingress(), stage.worker()]) {
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
      [stage.ingress(), settings.ingress],
      [stage.worker(), settings.worker],
    ] as const) {
      expect([fn.timeout, fn.memorySize]).toEqual([timeoutS, memoryMb]);
    }
  });

  test("no secret is in their environment, nor in any other resource", () => {
    for (const fn of [stage.ingress(), stage.worker()]) {
      expect(Object.keys(fn.environment.variables).sort()).toEqual([
        "SST_KEY",
        "SST_KEY_FILE",
        "SST_RESOURCE_App",
      ]);
    }
    expect(stage.template.links.OpenAiApiKey?.value).toBe("dummy-OpenAiApiKey");
    expect(JSON.stringify(stage.template.resources.filter(({ custom }) => custom))).not.toContain("dummy-");
  });

  test("the operator's doctor and connect find them, and the alarms' topic, by links", () => {
    expect(stage.template.links).toMatchObject({
      Ingress: { name: stage.ingress().name, url: expect.stringMatching(/^https:/) },
      Worker: { name: stage.worker().name },
      Alarms: { arn: expect.stringMatching(/^arn:/) },
      AlarmEmail: { value: expect.any(String) },
    });
  });

  test("log text for a month, each to its own group", () => {
    for (const [name, fn] of [
      ["Ingress", stage.ingress()],
      ["Worker", stage.worker()],
    ] as const) {
      const group = stage.logGroup(name);
      expect(group).toEqual({
        name: `/aws/lambda/henji-${stage.template.app.stage}-${name}`,
        retentionInDays: capacity.logs.retentionDays,
      });
      expect(fn.loggingConfig).toEqual({ logFormat: "Text", logGroup: group.name });
    }
  });

  test("only ingress has a URL, without IAM, because LINE's signature is checked instead", () => {
    expect(stage.one("aws:lambda/functionUrl:FunctionUrl").inputs).toEqual({
      functionName: stage.ingress().name,
      authorizationType: "NONE",
      invokeMode: "BUFFERED",
    });
    const open = stage.all("aws:lambda/permission:Permission").map(({ inputs }) => inputs);
    expect(open).toEqual([
      {
        action: "lambda:InvokeFunction",
        function: stage.ingress().name,
        principal: "*",
        invokedViaFunctionUrl: true,
      },
      {
        action: "lambda:InvokeFunctionUrl",
        function: stage.ingress().name,
        principal: "*",
        functionUrlAuthType: "NONE",
      },
    ]);
    expect(stage.template.outputs.webhookUrl).toMatch(/^https:\/\/.+\.lambda-url\./);
  });
}

/** The worker's subscription to the event queue. */
export function testSubscription(stage: Stage) {
  test("receives batches from the event queue and returns the failed messages one by one", () => {
    expect(stage.subscription()).toMatchObject({
      eventSourceArn: stage.queueArn(stage.eventQueue()),
      functionName: stage.functionArn(stage.worker()),
      functionResponseTypes: ["ReportBatchItemFailures"],
      batchSize: settings.worker.batchSize,
      maximumBatchingWindowInSeconds: 0,
      ...concurrencyOfEventSource(settings.worker.maximumConcurrency),
    });
    expect(stage.subscription().filterCriteria).toBeUndefined();
  });

  test("is switched on", () => {
    expect(stage.subscription().enabled).toBe(true);
    expect(stage.subscription("Reminders").enabled).toBe(true);
  });

  test("the worker forwards reminders too, and returns those that it could not forward", () => {
    expect(stage.subscription("Reminders")).toMatchObject({
      eventSourceArn: stage.queueArn(stage.reminders()),
      functionName: stage.functionArn(stage.worker()),
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  test("Lambda accepts every number for a FIFO queue", () => {
    expectWithin(stage.subscription().batchSize, 1, 10);
    const { scalingConfig, provisionedPollerConfig } = stage.subscription();
    if (scalingConfig) expectWithin(scalingConfig.maximumConcurrency, 2, 1000);
    else expectWithin(provisionedPollerConfig.maximumPollers, 2, 2000);
  });

  test("is bounded at the event source, not by reserved concurrency that burns receive counts", () => {
    expect(stage.worker().reservedConcurrentExecutions).toBeUndefined();
    expect(stage.ingress().reservedConcurrentExecutions).toBe(capacity.ingress.reservedConcurrency);
  });
}
