import { beforeAll, expect, test } from "vitest";
import type { DataPoint } from "../cloudwatch/filter-pattern.ts";
import { realLogLines } from "../cloudwatch/log-lines.ts";
import { expectMetric, publishedOf } from "../cloudwatch/metrics.ts";
import type { Untyped } from "../synth/template.ts";
import { expectWithin, region, type Stage } from "./stage.ts";

/** The dashboard of the stage. */
export function testDashboard(stage: Stage) {
  let published: DataPoint[];
  beforeAll(async () => {
    published = publishedOf(stage, await realLogLines());
  });
  const widgets = (): Untyped[] =>
    JSON.parse(stage.one("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody).widgets;
  const graphs = () => widgets().filter(({ type }) => type === "metric");
  const linesOf = (graph: Untyped) => (graph.properties.metrics as Untyped[][]).map(readLine);

  test("shows the state of every alarm, and these graphs", () => {
    const [first] = widgets();
    expect(first.type).toBe("alarm");
    const names = stage.all("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs.name);
    expect(first.properties.alarms.map((arn: string) => arn.split(":").at(-1)).sort()).toEqual(names.sort());
    const labels = graphs().map((graph) => linesOf(graph).map(({ label }) => label));
    expect(labels).toEqual([
      ["replies", "pushes"],
      ["p50", "p90", "p99", "of it for the model's limit, longest"],
      ["claim", "model", "delivery"],
      [undefined], // a line for each code
      [
        ...["retries", "requests above the model's limit", "questions postponed for it"],
        ...["messages of flooded chats", "isolated after crashes", "bad signatures"],
      ],
      [
        ...[
          "OpenAI refuses the account",
          "LINE refuses the channel",
          "the month's pushes are nearly used up",
        ],
        ...["the bot's tokens of the day are used up", "invocations too short"],
      ],
      ["US$"],
      ["input", "output", "cached", "cached %"],
      ["read units", "write units", "reads throttled", "writes throttled"],
      ["waiting", "in work", "age of the oldest", "reminders to come", "reminders due"],
      ["letters", "age of the oldest"],
      ["p99", "slowest", "requests", "4xx", "5xx"],
      ["invocations", "crashes and time-outs", "throttles"],
      ["workers"],
      ["p90", "longest"],
    ]);
  });

  test("every graph is of metrics that exist, with the right dimensions and a statistic that CloudWatch knows", () => {
    for (const graph of graphs()) {
      expect(graph.properties).toMatchObject({ region, view: "timeSeries" });
      for (const line of linesOf(graph)) {
        if (line.metric) expectMetric(stage, line.metric, published);
        expect(line.stat ?? graph.properties.stat).toMatch(/^(Sum|Maximum|p50|p90|p99)$/);
      }
    }
  });

  test("it has at most 50 metrics, as the dashboards may that are free", () => {
    const metrics = graphs().flatMap((graph) => linesOf(graph).flatMap(({ metric }) => metric ?? []));
    const parked = published.filter(({ metric }) => metric.endsWith("JobsParkedByCode"));
    expectWithin(metrics.length + parked.length, 1, 50);
  });

  test("an expression uses the ids of its own graph, or searches a metric that exists", () => {
    const expressions = graphs().flatMap((graph) => {
      const ids = linesOf(graph).flatMap(({ id }) => id ?? []);
      return linesOf(graph).flatMap(({ expression }) => (expression ? [{ expression, ids }] : []));
    });
    expect(expressions).toHaveLength(2);
    for (const { expression, ids } of expressions) {
      const search = /^SEARCH\('\{"([^"]+)",(\w+)\} MetricName="(\w+)"', 'Sum', 300\)$/.exec(expression);
      if (search) {
        const [, namespace, dimension, name] = search;
        const found = published.filter(({ metric }) => metric === `${namespace} ${name}`);
        expect(found.length).toBeGreaterThan(0);
        for (const { dimensions } of found) expect(Object.keys(dimensions)).toEqual([dimension]);
      } else {
        for (const word of expression.match(/[a-z]\w*/g) ?? []) expect(ids).toContain(word);
      }
    }
  });

  test("no two widgets overlap, and none is wider than the page", () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of widgets()) {
      expectWithin(x + width, 1, 24);
      for (let column = x; column < x + width; column += 1) {
        for (let row = y; row < y + height; row += 1) {
          expect(taken.has(`${column},${row}`)).toBe(false);
          taken.add(`${column},${row}`);
        }
      }
    }
  });
}

type GraphLine = {
  metric?: { namespace: string; metricName: string; dimensions: Record<string, string> };
  expression?: string;
  label?: string;
  stat?: string;
  id?: string;
};

/** `[namespace, name, dimension, value…, options]`, or `[{ expression }]`. */
function readLine(line: Untyped[]): GraphLine {
  const options = line.at(-1);
  if (line.length === 1) return options;
  const [namespace, metricName, ...pairs] = line.slice(0, -1);
  const dimensions = Object.fromEntries(
    pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1]]] : [])),
  );
  return { ...options, metric: { namespace, metricName, dimensions } };
}
