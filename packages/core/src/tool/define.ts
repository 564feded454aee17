import { en } from "zod/locales";
import * as z from "zod/mini";
import { BotError } from "../error.ts";
import { toolLimits } from "./limits.ts";
import { type JsonSchema, strict, withoutNulls } from "./strict.ts";
import { type Confirming, type Effect, isToolName, type Tool, type ToolRun } from "./tool.ts";

export {
  type FileSearchOptions,
  fileSearch,
  type McpServerOptions,
  mcpServer,
  type WebSearchOptions,
  webSearch,
} from "./hosted.ts";
export type { Confirming, HostedTool, Tool, ToolRun } from "./tool.ts";
export { z };

export type ToolOptions<Schema extends z.core.$ZodObject> = {
  /** By which the model calls it: letters, digits, `_` and `-`, at most 64. */
  name: string;
  /** For the model: what it does, and when to use it. */
  description: string;
  /** `z.object({ ... })` of `zod` or `zod/mini`; what `.describe` says of a property, the model reads. */
  input: Schema;
  /** `reads` may run any number of times; `writes` at most once for each call of the model's. */
  effect: Effect;
  /** At most 30,000. Default: 10,000. */
  timeoutMs?: number;
  /** The user is asked before it runs: with this question, or with one that shows the input. Default: false. */
  confirm?: boolean | ((input: z.output<Schema>, how: Confirming) => string);
  /**
   * The service that it calls takes the idempotency key, so that a call whose outcome is unknown may be made again.
   * Default: false.
   */
  idempotent?: boolean;
  /** What it returns, the model is told: a text, or anything that JSON has. It is data to the model, and no instruction. */
  run(input: z.output<Schema>, how: ToolRun): unknown;
};

/** A function that the model may call before it answers, for `tools` of `bot.config.ts`. */
export function defineTool<Schema extends z.core.$ZodObject>(options: ToolOptions<Schema>): Tool {
  const { name, description, input, effect, confirm = false, idempotent = false } = options;
  const { timeoutMs = toolLimits.timeoutMs } = options;
  const fail = (reason: string) =>
    new BotError("config.invalid_tool", `The tool ${JSON.stringify(name)}: ${reason}`, { retry: "never" });

  if (!isToolName(name)) throw fail("its name takes letters, digits, _ and -, at most 64");
  if (!description) throw fail("it needs a description, by which the model knows when to call it");
  if (input?._zod?.def?.type !== "object") throw fail("input must be z.object({ ... })");
  if (effect !== "reads" && effect !== "writes") throw fail('effect must be "reads" or "writes"');
  if (!(timeoutMs > 0 && timeoutMs <= toolLimits.maxTimeoutMs))
    throw fail(`timeoutMs must be above 0, and ${toolLimits.maxTimeoutMs} at the most`);
  if (effect === "reads" && (confirm || idempotent))
    throw fail("confirm and idempotent are for tools that write");

  const { given, parameters } = schemasOf(input, fail);
  return {
    ...{ name, description, parameters, effect, timeoutMs, isIdempotent: idempotent },
    confirm:
      typeof confirm === "function" ? (value, how) => confirm(value as z.output<Schema>, how) : confirm,
    read: (args) => readInput(args, input, given),
    run: (value, how) => options.run(value as z.output<Schema>, how),
  };
}

function schemasOf(input: z.core.$ZodObject, fail: (reason: string) => BotError) {
  try {
    const given = z.toJSONSchema(input, { io: "input" }) as JsonSchema;
    return { given, parameters: strict(given) };
  } catch (cause) {
    throw fail(`its input has no strict JSON schema: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function readInput(args: string, schema: z.core.$ZodObject, given: JsonSchema): ReturnType<Tool["read"]> {
  let value: unknown;
  try {
    value = JSON.parse(args);
  } catch {
    return { mistake: "the input is no JSON" };
  }
  const { data, error } = z.safeParse(schema, withoutNulls(value, given), { error: en().localeError });
  if (!error) return { input: data };
  const mistakes = error.issues.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`);
  return { mistake: mistakes.join("; ") };
}
