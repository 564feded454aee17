import { describe, expect, test } from "vitest";
import { matcherOf, publish } from "./cloudwatch/filter-pattern.ts";

// The examples of AWS's page on filter patterns, as far as our patterns go.
const event = {
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [{ name: "a", id: 1 }],
  SomeObject: null,
  cluster: { name: "c" },
  bandwidth: 60.5,
  latency: 50,
};

test.each([
  ['{ $.eventType = "UpdateTrail" }', true],
  ['{ $.eventType = "updatetrail" }', false],
  ['{ $.eventType = "Update" }', false],
  ['{ $.eventType = "Update*" }', true],
  ['{ $.eventType = "*" }', true],
  ['{ $.missing = "*" }', false],
  ['{ $.sourceIPAddress != "123.123.*" }', true],
  ['{ $.sourceIPAddress != "111.111.*" }', false],
  ['{ $.missing != "x" }', false],
  ['{ $.cluster.name = "c" }', true],
  ["{ $.bandwidth > 75 }", false],
  ["{ $.bandwidth >= 60.5 }", true],
  ["{ $.latency < 50 }", false],
  ["{ $.latency <= 50 }", true],
  ["{ $.latency = 50 }", true],
  ['{ $.latency = "50" }', false],
  ["{ $.eventType > 1 }", false],
  ["{ $.latency = 5e1 }", true],
  ['{ ($.eventType = "x") || ($.latency = 50) }', true],
  ['{ ($.eventType = "UpdateTrail") && ($.latency = 51) }', false],
  // && before ||: true or (false and …).
  ['{ $.latency = 50 || $.latency = 51 && $.eventType = "x" }', true],
  ['{ ($.latency = 50 || $.latency = 51) && $.eventType = "x" }', false],
])("%s matches: %s", (pattern, matches) => {
  expect(matcherOf(pattern)(event)).toBe(matches);
});

test.each([
  "",
  "ERROR",
  "{ $.a }",
  '{ $.a = "x"',
  '{ $.a = "x" } more',
  '{ a = "x" }',
  "{ $.a = x }",
  '{ ($.a = "x" }',
  "{ $.a IS TRUE }",
  "{ $.a NOT EXISTS }",
  '{ $.a = "x" && }',
  "{ $.a = %x% }",
])("%j is refused rather than misread", (pattern) => {
  expect(() => matcherOf(pattern)).toThrow(/^Filter pattern/);
});

describe("a metric filter", () => {
  const filter = (fields: object = {}) => ({
    pattern: '{ $.name = "a" }',
    metricTransformation: { namespace: "n", name: "m", value: "1", ...fields },
  });
  const line = JSON.stringify({ name: "a", ms: 12, code: "x", text: "12" });

  test("publishes its value for a line that matches, and nothing for any other", () => {
    expect(publish(filter(), line)).toEqual({ metric: "n m", value: 1, dimensions: {} });
    expect(publish(filter(), '{"name":"b"}')).toBeUndefined();
    expect(publish(filter(), `INFO\t${line}`)).toBeUndefined();
    expect(publish(filter(), '"a"')).toBeUndefined();
  });

  test("publishes a field of the line, if it is a number", () => {
    expect(publish(filter({ value: "$.ms" }), line)).toMatchObject({ value: 12 });
    expect(publish(filter({ value: "$.text" }), line)).toBeUndefined();
    expect(publish(filter({ value: "$.missing" }), line)).toBeUndefined();
  });

  test("publishes under dimensions of the line, if it has them all", () => {
    expect(publish(filter({ dimensions: { code: "$.code" } }), line)).toMatchObject({
      dimensions: { code: "x" },
    });
    expect(publish(filter({ dimensions: { code: "$.missing" } }), line)).toBeUndefined();
  });
});
