import * as z from "zod";
import { ApiError } from "./error.ts";

/**
 * What the simulator reads of `POST /v1/responses`. Unknown fields are accepted, because OpenAI adds new
 * ones often.
 */
const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  detail: z.string().nullish(),
});

const item = z.looseObject({
  type: z.string().optional(),
  role: z.enum(["user", "assistant", "system", "developer"]).optional(),
  content: z.union([z.string(), z.array(part)]).optional(),
  call_id: z.string().optional(),
  output: z.union([z.string(), z.array(part)]).optional(),
});

const tool = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  vector_store_ids: z.array(z.string()).optional(),
  max_num_results: z.int().optional(),
  server_label: z.string().optional(),
  allowed_tools: z.array(z.string()).nullish(),
});

const body = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(item).min(1)]),
  instructions: z.string().nullish(),
  /** OpenAI: "integer below minimum value. Expected a value >= 16". */
  max_output_tokens: z.int().min(16).nullish(),
  prompt_cache_key: z.string().nullish(),
  stream: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z.unknown().optional(),
  /** Of what OpenAI runs itself. */
  max_tool_calls: z.int().min(1).nullish(),
  include: z.array(z.string()).nullish(),
  reasoning: z.looseObject({ effort: z.string().nullish() }).nullish(),
});

/** OpenAI's models that refuse `reasoning.effort`, "none" too: https://github.com/BerriAI/litellm/pull/38842. */
const withoutReasoning = /^(gpt-3|gpt-4|chatgpt-|gpt-5-chat)/;

export type ResponsesBody = z.infer<typeof body>;
type Item = z.infer<typeof item>;

export type Message = {
  role: "user" | "assistant" | "system" | "developer" | "tool";
  /** Its text parts, joined by line breaks; of a tool's call, and of its result, the item as JSON. */
  text: string;
  /** Parts without text: images, files, sounds. */
  attachments: Attachment[];
};

/** How closely it is looked at; OpenAI: as closely as can be, if nothing is said. */
export type Attachment = { type: string; detail: string };

/** What OpenAI runs itself, as `call web_search {"query": "…"}` is written: by the model, for this request. */
export type HostedTool =
  | { type: "web_search" }
  | { type: "file_search"; stores: readonly string[]; most: number }
  | { type: "mcp"; label: string; tool: string };

/** A request, as it is passed to an answerer. */
export type Conversation = {
  model: string;
  instructions: string;
  messages: Message[];
  /** Names of the functions that may be called; none, if it must answer. */
  tools: string[];
  /** What OpenAI may run itself, by the name that a script calls it by; an MCP server's tools as `label/tool`. */
  hosted: ReadonlyMap<string, HostedTool>;
  /** What the functions that it has called returned, oldest first. */
  results: string[];
  body: ResponsesBody;
};

/** @throws ApiError the 400 that OpenAI would answer, if the body is invalid */
export function readRequest(raw: string): Conversation {
  const parsed = body.safeParse(parseJson(raw));
  if (!parsed.success) throw invalid(parsed.error.issues[0]!);
  const request = parsed.data;
  if (request.stream) throw unsupported("stream");
  if (request.previous_response_id) throw unsupported("previous_response_id");
  if (request.reasoning?.effort && withoutReasoning.test(request.model)) throw noReasoning();
  const items =
    typeof request.input === "string" ? [{ role: "user" as const, content: request.input }] : request.input;
  const called = new Set(
    items.flatMap(({ type, call_id: id }) => (type === "function_call" ? (id ?? []) : [])),
  );
  const results = items.filter(({ type }) => type === "function_call_output");
  const orphan = results.find(({ call_id: id }) => !called.has(id ?? ""));
  if (orphan) throw noSuchCall(orphan.call_id);
  return {
    model: request.model,
    instructions: request.instructions ?? "",
    messages: items.flatMap(readItem),
    ...callable(request),
    results: results.map(({ output = "" }) => (typeof output === "string" ? output : JSON.stringify(output))),
    body: request,
  };
}

/** Nothing, if it must answer. */
function callable({ tools, tool_choice: choice }: ResponsesBody): Pick<Conversation, "tools" | "hosted"> {
  const given = choice === "none" ? [] : (tools ?? []);
  return { tools: given.flatMap(({ name }) => name ?? []), hosted: new Map(given.flatMap(hostedBy)) };
}

function hostedBy(given: z.infer<typeof tool>): [string, HostedTool][] {
  switch (given.type) {
    case "web_search":
      return [["web_search", { type: "web_search" }]];
    case "file_search": {
      const { vector_store_ids: stores = [], max_num_results: most = 20 } = given;
      return [["file_search", { type: "file_search", stores, most }]];
    }
    case "mcp": {
      const { server_label: label = "", allowed_tools: allowed } = given;
      return (allowed ?? []).map((tool) => [`${label}/${tool}`, { type: "mcp", label, tool }]);
    }
    default:
      return [];
  }
}

/** Reasoning and other items without a role are ignored. */
function readItem(item: Item, index: number): Message[] {
  const { type, role, content } = item;
  if (type === "function_call" || type === "function_call_output")
    return [{ role: "tool", text: JSON.stringify(item), attachments: [] }];
  if (role === undefined || content === undefined) return [];
  if (typeof content === "string") return [{ role, text: content, attachments: [] }];
  checkPartTypes(role, content, index);
  const texts = content.flatMap((each) => each.text ?? each.refusal ?? []);
  const attachments = content
    .filter((each) => each.text === undefined && each.refusal === undefined)
    .map(({ type, detail }) => ({ type, detail: detail ?? "auto" }));
  return [{ role, text: texts.join("\n"), attachments }];
}

/** OpenAI accepts only output parts from the assistant, and only input parts from all others. */
function checkPartTypes(role: Message["role"], parts: z.infer<typeof part>[], index: number) {
  const output = ["output_text", "refusal"];
  const input = ["input_text", "input_image", "input_file", "input_audio"];
  const supported = role === "assistant" ? output : input;
  const wrong = parts.findIndex(({ type }) => !supported.includes(type));
  if (wrong === -1) return;
  const quoted = supported.map((type) => `'${type}'`).join(", ");
  throw new ApiError(400, {
    message: `Invalid value: '${parts[wrong]!.type}'. Supported values are: ${quoted}.`,
    param: `input[${index}].content[${wrong}]`,
    code: "invalid_value",
  });
}

function noSuchCall(id: string | undefined) {
  return new ApiError(400, {
    message: `No tool call found for function call output with call_id ${id}.`,
    param: "input",
  });
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new ApiError(400, { message: "We could not parse the JSON body of your request." });
  }
}

function unsupported(param: string) {
  return new ApiError(400, {
    message: `Unsupported parameter: '${param}' is not simulated.`,
    param,
    code: "unsupported_parameter",
  });
}

function noReasoning() {
  const param = "reasoning.effort";
  return new ApiError(400, {
    message: `Unsupported parameter: '${param}' is not supported with this model.`,
    param,
    code: "unsupported_parameter",
  });
}

function invalid(issue: z.core.$ZodIssue) {
  const param = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const name = param.replace(/^\./, "");
  if (issue.code === "too_small" && name === "max_output_tokens") {
    return new ApiError(400, {
      message: `Invalid '${name}': integer below minimum value. Expected a value >= ${issue.minimum}.`,
      param: name,
      code: "integer_below_min_value",
    });
  }
  return new ApiError(400, {
    message: `Invalid '${name}': ${issue.message}.`,
    param: name,
    code: "invalid_value",
  });
}
