import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Resource, root, synthesize } from "./synth/template.ts";
import { testAlarms } from "./template/alarms.ts";
import { testDashboard } from "./template/dashboard.ts";
import { testFunctions, testSubscription } from "./template/functions.ts";
import { testMetrics } from "./template/metrics.ts";
import { testQueries } from "./template/queries.ts";
import { testRoles } from "./template/roles.ts";
import { isBuildArtifact, synthesisMs, useStage } from "./template/stage.ts";
import { testQueues, testTable } from "./template/storage.ts";

describe.each(["dev-someone", "production"])("stage %s", (stageName) => {
  const stage = useStage(stageName);

  test("deploys these resources and no others", () => {
    const physical = stage.template.resources.filter(({ custom, type }) => custom && !isBuildArtifact(type));
    expect(countBy(physical.map(({ type }) => type))).toEqual({
      "aws:cloudwatch/dashboard:Dashboard": 1,
      "aws:cloudwatch/logGroup:LogGroup": 2,
      "aws:cloudwatch/logMetricFilter:LogMetricFilter": 23,
      "aws:cloudwatch/metricAlarm:MetricAlarm": 19,
      "aws:cloudwatch/queryDefinition:QueryDefinition": 9,
      "aws:dynamodb/table:Table": 1,
      "aws:iam/role:Role": 2,
      "aws:lambda/eventSourceMapping:EventSourceMapping": 2,
      "aws:lambda/function:Function": 2,
      "aws:lambda/functionUrl:FunctionUrl": 1,
      "aws:lambda/permission:Permission": 2,
      "aws:sns/topic:Topic": 1,
      "aws:sns/topicSubscription:TopicSubscription": 1,
      "aws:sqs/queue:Queue": 3,
      "aws:sqs/queuePolicy:QueuePolicy": 3,
    });
  });

  describe("queues", () => testQueues(stage));
  describe("table", () => testTable(stage));
  describe("functions", () => testFunctions(stage));
  describe("subscription", () => testSubscription(stage));
  describe("roles", () => testRoles(stage));
  describe("metrics", () => testMetrics(stage));
  describe("alarms", () => testAlarms(stage));
  describe("dashboard", () => testDashboard(stage));
  describe("queries", () => testQueries(stage));

  test("what holds data is retained in production, and removed with the app elsewhere", () => {
    const production = stageName === "production";
    expect(stage.template.app).toMatchObject({
      protect: production,
      removal: production ? "retain" : "remove",
    });
    expect(stage.table().deletionProtectionEnabled).toBe(production);
    const kept = stage.template.resources.filter(
      ({ custom, type, retainOnDelete }) => custom && retainOnDelete && !isBuildArtifact(type),
    );
    expect(kept.map(({ name }) => name).sort()).toEqual(
      production
        ? [
            "ConversationsTable",
            "DeadLetterQueuePolicy",
            "DeadLetterQueueQueue",
            "EventQueuePolicy",
            "EventQueueQueue",
            "RemindersPolicy",
            "RemindersQueue",
          ]
        : [],
    );
  });

  test("every name contains the stage, so that two stages in one account never collide", () => {
    const names = stage.template.resources
      .filter(({ custom, type }) => custom && !isBuildArtifact(type))
      .flatMap(({ type, inputs }) => {
        const name = inputs.name ?? inputs.dashboardName;
        return name ? [{ type, name }] : [];
      });
    expect(names).toHaveLength(63);
    for (const { name } of names) expect(name).toContain(`henji-${stageName}-`);
    expect(new Set(names.map(({ type, name }) => `${type} ${name}`)).size).toBe(names.length);
  });
});

test("the same source gives the same template, byte for byte", { timeout: synthesisMs }, async () => {
  const run = async (out: string) => {
    await synthesize("twice", { out });
    return readFile(join(root, out), "utf8");
  };
  expect(await run(".sst/synth/twice.2.json")).toBe(await run(".sst/synth/twice.1.json"));
});

test("until a mailbox is set nobody is subscribed, and no previous channel secret is accepted", {
  timeout: synthesisMs,
}, async () => {
  const { resources, links } = await synthesize("unset", {
    unset: ["AlarmEmail", "LineChannelSecretPrevious"],
  });
  expect(resources.filter(({ type }) => type === "aws:sns/topicSubscription:TopicSubscription")).toEqual([]);
  expect(links.LineChannelSecretPrevious).toMatchObject({ value: "" });
});

const countBy = (items: Resource["type"][]) =>
  Object.fromEntries(Object.entries(Object.groupBy(items, (item) => item)).map(([k, v]) => [k, v?.length]));
