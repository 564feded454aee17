import { type BotConfig, defineBot } from "@henji/core/bot";
import { defineTool, type Tool, z } from "@henji/core/tool";
import { describe, expect, test } from "vitest";
import { z as classic } from "zod";

const order = defineTool({
  name: "order_status",
  description: "Says where an order is.",
  input: z.object({
    order: z.string().check(z.minLength(1)),
    since: z.optional(z.string()),
    lines: z.optional(z.array(z.object({ note: z.optional(z.string()) }))),
  }),
  effect: "reads",
  run: ({ order, since }) => `${order} since ${since}`,
});

describe("what the model is told of a tool's input", () => {
  test("is strict: all is required, what is optional may be null, and nothing else may be there", () => {
    expect(order.parameters).toEqual({
      type: "object",
      properties: {
        order: { type: "string", minLength: 1 },
        since: { anyOf: [{ type: "string" }, { type: "null" }] },
        lines: {
          anyOf: [
            {
              type: "array",
              items: {
                type: "object",
                properties: { note: { anyOf: [{ type: "string" }, { type: "null" }] } },
                required: ["note"],
                additionalProperties: false,
              },
            },
            { type: "null" },
          ],
        },
      },
      required: ["order", "since", "lines"],
      additionalProperties: false,
    });
  });

  test("is the same from zod itself, with descriptions and defaults", () => {
    const input = classic.object({
      size: classic.enum(["s", "m"]).default("m").describe("Of the shirt"),
      at: classic.union([classic.string(), classic.number()]),
    });
    const tool = defineTool({ name: "a", description: "b", input, effect: "reads", run: ({ size }) => size });
    expect(tool.parameters).toEqual({
      type: "object",
      properties: {
        size: {
          description: "Of the shirt",
          anyOf: [{ type: "string", enum: ["s", "m"] }, { type: "null" }],
        },
        at: { type: ["string", "number"] },
      },
      required: ["size", "at"],
      additionalProperties: false,
    });
    expect(tool.read('{"size":null,"at":1}')).toEqual({ input: { size: "m", at: 1 } });
  });
});

describe("an input that the model wrote", () => {
  test("is read by the schema: null stands for what is not there", () => {
    expect(order.read('{"order":"7","since":null,"lines":[{"note":null}]}')).toEqual({
      input: { order: "7", lines: [{}] },
    });
  });

  test("is read within a union too", () => {
    const byId = z.object({ id: z.string(), year: z.optional(z.string()) });
    const input = z.object({ by: z.union([z.object({ name: z.string() }), byId]) });
    const tool = defineTool({ name: "a", description: "b", input, effect: "reads", run: () => "" });
    expect(tool.read('{"by":{"id":"7","year":null}}')).toEqual({ input: { by: { id: "7" } } });
  });

  test.each([
    ["{", "the input is no JSON"],
    ['{"order":7,"since":null}', "order: Invalid input: expected string, received number"],
    ["[]", "(top): Invalid input: expected object, received array"],
  ])("and says what is wrong with %s", (args, mistake) => {
    expect(order.read(args)).toEqual({ mistake });
  });
});

const valid = {
  name: "a",
  description: "b",
  input: z.object({}),
  effect: "writes" as const,
  run: () => "done",
};

test.each<[object, string]>([
  [{ name: "a b" }, 'The tool "a b": its name takes letters, digits, _ and -, at most 64'],
  [{ description: "" }, 'The tool "a": it needs a description, by which the model knows when to call it'],
  [{ input: z.string() }, 'The tool "a": input must be z.object({ ... })'],
  [{ effect: "both" }, 'The tool "a": effect must be "reads" or "writes"'],
  [{ timeoutMs: 31_000 }, 'The tool "a": timeoutMs must be above 0, and 30000 at the most'],
  [{ effect: "reads", confirm: true }, 'The tool "a": confirm and idempotent are for tools that write'],
  [
    { input: z.object({ a: z.record(z.string(), z.number()) }) },
    'The tool "a": its input has no strict JSON schema: an object with any keys is not possible in strict mode: name its keys',
  ],
  [{ input: z.object({ a: z.date() }) }, 'The tool "a": its input has no strict JSON schema'],
])("a tool with %j is refused", (change, message) => {
  expect(() => defineTool({ ...valid, ...change } as typeof valid)).toThrow(message);
});

describe("a bot", () => {
  const botWith = (...tools: unknown[]) =>
    defineBot({ instructions: "Be kind.", tools: tools as Tool[] } satisfies BotConfig);

  test("has the tools that it is given, and without any none", () => {
    expect(botWith(order).tools).toEqual([order]);
    expect(defineBot({ instructions: "Be kind." }).tools).toEqual([]);
  });

  test("takes no two tools of one name, and nothing that is no tool", () => {
    expect(() => botWith(order, order)).toThrow("tools: two tools have one name");
    expect(() => botWith({ name: "a" })).toThrow(
      "tools.0: not a tool; defineTool of @henji/core/tool makes one",
    );
  });
});

test.each([["a tuple", z.object({ at: z.tuple([z.number(), z.number()]) })]])(
  "%s, which strict mode does not take, is a mistake in the definition",
  (_, input) => {
    const define = () => defineTool({ name: "t", description: "d", input, effect: "reads", run: () => 1 });
    expect(define).toThrow("use an object");
  },
);

test("of a format that strict mode does not take the model is told nothing, and the input is checked", () => {
  const input = z.object({ at: z.url(), by: z.email() });
  const tool = defineTool({ name: "t", description: "d", input, effect: "reads", run: () => 1 });
  expect(JSON.stringify(tool.parameters)).not.toContain('"uri"');
  expect(JSON.stringify(tool.parameters)).toContain('"format":"email"');
  expect(tool.read('{"at":"nowhere","by":"a@b.example"}')).toHaveProperty("mistake");
});

test("a null that one option of a union means stays", () => {
  const a = z.object({ type: z.literal("a"), note: z.optional(z.string()) });
  const b = z.object({ type: z.literal("b"), note: z.nullable(z.string()) });
  const input = z.object({ what: z.discriminatedUnion("type", [a, b]) });
  const tool = defineTool({ name: "t", description: "d", input, effect: "reads", run: () => 1 });
  expect(tool.read('{"what":{"type":"b","note":null}}')).toEqual({
    input: { what: { type: "b", note: null } },
  });
  expect(tool.read('{"what":{"type":"a","note":null}}')).toEqual({ input: { what: { type: "a" } } });
});
