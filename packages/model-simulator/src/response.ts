import type { Conversation } from "./request.ts";

/** Tokens as `usage` in a response counts them. */
export type Usage = {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
};

/** What the model calls instead of answering. */
export type FunctionCall = { name: string; input: unknown };

/** A text of the model, with what it says of its sources. */
export type Text = { text: string; annotations?: readonly unknown[] };

/** How an answer ended. `failed` and `incomplete` come with status 200, as they do from OpenAI. */
export type Ending =
  | { status: "completed" }
  | { status: "incomplete"; reason: "max_output_tokens" | "content_filter" }
  | { status: "failed" };

/** The body of an answered request, as openai 7.55 types it. */
export function responseBody(
  { body, model }: Conversation,
  answer: {
    id: string;
    text: Text | undefined;
    calls?: readonly FunctionCall[] | undefined;
    /** What OpenAI has run itself. */
    ran?: readonly { type: string }[] | undefined;
    ending: Ending;
    usage: Usage;
    createdAtS: number;
  },
) {
  const { id, text, calls = [], ran = [], ending, usage, createdAtS } = answer;
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: createdAtS,
    completed_at: ending.status === "completed" ? createdAtS : null,
    status: ending.status,
    background: false,
    error:
      ending.status === "failed" ? { code: "server_error", message: "The simulated model failed." } : null,
    incomplete_details: ending.status === "incomplete" ? { reason: ending.reason } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model,
    output: [
      ...ran,
      ...calls.map((call, n) => functionCall(`${id}_${n}`, call)),
      ...(text === undefined ? [] : [message(id, text, ending)]),
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: body.reasoning ?? { effort: null, summary: null },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: "default",
    store: body.store ?? true,
    temperature: 1,
    text: body.text ?? { format: { type: "text" } },
    tool_choice: body.tool_choice ?? "auto",
    // OpenAI: a server's key is not in the response.
    tools: (body.tools ?? []).map(({ authorization: _, headers: __, ...tool }) => tool),
    tool_usage: {
      web_search: { num_requests: ran.filter(({ type }) => type === "web_search_call").length },
    },
    top_p: 1,
    truncation: "disabled",
    usage,
  };
}

function functionCall(id: string, { name, input }: FunctionCall) {
  return {
    id: `fc_${id}`,
    type: "function_call",
    status: "completed",
    call_id: `call_${id}`,
    name,
    arguments: JSON.stringify(input),
  };
}

function message(id: string, { text, annotations = [] }: Text, { status }: Ending) {
  return {
    id: `msg_${id}`,
    type: "message",
    status: status === "completed" ? "completed" : "incomplete",
    role: "assistant",
    content: [{ type: "output_text", text, annotations, logprobs: [] }],
  };
}
