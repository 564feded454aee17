import { beforeAll, expect, test } from "vitest";
import { publish } from "../cloudwatch/filter-pattern.ts";
import { type LogLines, realLogLines } from "../cloudwatch/log-lines.ts";
import { filtersOf, publishedOf } from "../cloudwatch/metrics.ts";
import type { Stage } from "./stage.ts";

/** Metric filters, over lines that core really writes. */
export function testMetrics(stage: Stage) {
  let lines: LogLines;
  beforeAll(async () => {
    lines = await realLogLines();
  });

  test("each is made of these lines of these fields, and of nothing else that the functions log", () => {
    const madeOf = filtersOf(stage, lines).map(({ inputs, name, lines }) => {
      const { value, unit, dimensions } = inputs.metricTransformation;
      const matched = lines.filter((line) => publish(inputs, line)).map((line) => JSON.parse(line).name);
      return [name, [value, unit, ...Object.keys(dimensions ?? {}), ...new Set(matched)]];
    });
    expect(Object.fromEntries(madeOf)).toEqual({
      Sends: ["1", "Count", "by", "turn.delivered"],
      ClaimMs: ["$.ms", "Milliseconds", "turn.claimed"],
      ModelMs: ["$.ms", "Milliseconds", "model.answered"],
      DeliveryMs: ["$.ms", "Milliseconds", "turn.delivered"],
      WaitMs: ["$.waitMs", "Milliseconds", "turn.delivered"],
      InputTokens: ["$.inputTokens", "Count", "model.answered", "window.folded"],
      CachedTokens: ["$.cachedTokens", "Count", "model.answered", "window.folded"],
      OutputTokens: ["$.outputTokens", "Count", "model.answered", "window.folded"],
      CostUsd: ["$.costUsd", "None", "model.answered", "window.folded"],
      JobsParked: ["1", "Count", "job.parked"],
      JobsParkedByCode: ["1", "Count", "code", "job.parked"],
      JobsRetried: ["1", "Count", "job.retry"],
      ChatsFlooded: ["1", "Count", "chat.flooded"],
      ModelRateLimited: ["1", "Count", "model.rate_limited"],
      TurnsPostponed: ["1", "Count", "turn.postponed"],
      SlotWaitMs: ["$.waitMs", "Milliseconds", "model.slot_taken"],
      TurnsIsolated: ["1", "Count", "turn.isolated"],
      ModelBreakerOpened: ["1", "Count", "model.breaker_opened"],
      LineBreakerOpened: ["1", "Count", "line.breaker_opened"],
      QuotaLow: ["1", "Count", "line.quota_low"],
      TokenCapReached: ["1", "Count", "bot.token_cap_reached"],
      InvocationTooShort: ["1", "Count", "invocation.too_short"],
      BadSignatures: ["1", "Count", "webhook.bad_signature"],
    });
  });

  test("replies and pushes are told apart, and so is what was parked by its code", () => {
    const published = publishedOf(stage, lines);
    const dimensions = (name: string) =>
      published
        .filter(({ metric }) => metric.endsWith(` ${name}`))
        .map(({ dimensions }) => Object.values(dimensions).join());
    expect(new Set(dimensions("Sends"))).toEqual(new Set(["reply", "push"]));
    expect(dimensions("JobsParkedByCode").sort()).toEqual([
      "line.unauthorized",
      "model.quota_exhausted",
      "model.unavailable",
    ]);
  });

  test("waits and costs come as they are in the line", () => {
    const published = publishedOf(stage, lines);
    const valuesOf = (name: string) =>
      published.filter(({ metric }) => metric.endsWith(` ${name}`)).map(({ value }) => value);
    expect(Math.max(...valuesOf("WaitMs"))).toBe(50_000);
    const costs = lines.worker.map((line) => JSON.parse(line).costUsd).filter((cost) => cost !== undefined);
    expect(valuesOf("CostUsd")).toEqual(costs);
    for (const cost of costs) expect(cost).toBeGreaterThan(0);
  });

  test("ten metrics have values whenever the bot answers: those are what a stage pays for", () => {
    const rare = /^(Jobs|Chats|Turns|Bad|Slot)|Limited|Breaker|Cap|QuotaLow|TooShort/;
    const usual = publishedOf(stage, lines)
      .map(({ metric, dimensions }) => `${metric.split(" ")[1]} ${Object.values(dimensions)}`)
      .filter((metric) => !rare.test(metric));
    expect(new Set(usual).size).toBe(10);
  });

  test("they would read nothing of a line that Lambda's console has put its prefix on", () => {
    const prefixed = (all: readonly string[]) =>
      all.map((line) => `2026-11-28T14:39:32.920Z\t0-0\tINFO\t${line}`);
    expect(publishedOf(stage, { ingress: prefixed(lines.ingress), worker: prefixed(lines.worker) })).toEqual(
      [],
    );
  });

  test("the operator's commands find them, and both logs, by links", () => {
    expect(stage.template.links).toMatchObject({
      Metrics: { namespace: `henji/${stage.template.app.stage}` },
      IngressLogs: { name: stage.logGroup("Ingress").name },
      WorkerLogs: { name: stage.logGroup("Worker").name },
    });
  });

  test("none has a default value: a metric that has no values costs nothing", () => {
    for (const { inputs } of filtersOf(stage, lines)) {
      expect(inputs.metricTransformation).not.toHaveProperty("defaultValue");
      expect(inputs.metricTransformation.namespace).toBe(`henji/${stage.template.app.stage}`);
    }
  });
}
