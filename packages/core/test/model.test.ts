import { modelError } from "@henji/core/model/error";
import { createModel } from "@henji/core/model/lazy";
import type { AskOptions, AskTools } from "@henji/core/model/model";
import OpenAI from "openai";
import { beforeEach, describe, expect, test } from "vitest";

let requests: { url: string; body: Record<string, unknown> }[];
/** OpenAI's response. */
let respond: (signal: AbortSignal | null | undefined) => Response | Promise<Response>;
beforeEach(() => {
  requests = [];
});

const context = {
  instructions: "Be kind.",
  input: [{ role: "user" as const, content: "Hi" }],
  tokensAtMost: 100,
};

function ask(
  signal = new AbortController().signal,
  baseURL?: string,
  tools?: AskTools,
  hosted?: AskOptions["hosted"],
) {
  const model = createModel({
    apiKey: "key",
    baseURL,
    settings: { name: "gpt-6-luna", maxOutputTokens: 300, timeoutS: 60, reasoningEffort: "none" },
    async fetch(url, init) {
      requests.push({ url: String(url), body: JSON.parse(String(init?.body)) });
      return respond(init?.signal);
    },
  });
  return model.ask(context, {
    cacheKey: "chat",
    safetyIdentifier: "user",
    ...{ signal, tools, hosted },
    beforeRequest: async () => {},
  });
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

const said = (text: string) => ({
  type: "message",
  content: [{ type: "output_text", text, annotations: [] }],
});
const thought = { type: "reasoning", summary: [] };
const usage = {
  input_tokens: 50,
  input_tokens_details: { cached_tokens: 20 },
  output_tokens: 7,
  total_tokens: 57,
};

function answered(output: unknown[], more: Record<string, unknown> = {}): void {
  respond = () => json(200, { object: "response", status: "completed", output, usage, ...more });
}

test("OpenAI is asked for one answer, and told to store nothing", async () => {
  answered([said("Hello")]);
  await ask();
  expect(requests).toEqual([
    {
      url: "https://api.openai.com/v1/responses",
      body: {
        model: "gpt-6-luna",
        instructions: "Be kind.",
        input: context.input,
        store: false,
        max_output_tokens: 300,
        reasoning: { effort: "none" },
        prompt_cache_key: "chat",
        safety_identifier: "user",
      },
    },
  ]);
  await ask(undefined, "http://127.0.0.1:1/v1");
  expect(requests[1]?.url).toBe("http://127.0.0.1:1/v1/responses");
});

describe("a model whose tools OpenAI runs", () => {
  const web = { type: "web_search" } as const;
  const askHosted = (tools?: AskTools) => ask(undefined, undefined, tools, [web]);
  const searched = { type: "web_search_call", status: "completed", action: { type: "search", query: "q" } };
  const opened = {
    type: "web_search_call",
    status: "completed",
    action: { type: "open_page", url: "https://a" },
  };
  const looked = { type: "file_search_call", status: "failed", queries: ["q"], results: null };
  const listed = { type: "mcp_list_tools", server_label: "shop", tools: [] };
  const called = { type: "mcp_call", server_label: "shop", name: "status", arguments: "{}", output: "sent" };
  const function_ = { name: "look", description: "Looks.", parameters: { type: "object" } };
  const own: AskTools = { tools: [function_], rounds: [], mayCall: true };

  test("is given them after those of the bot, and may use them five times", async () => {
    answered([said("Hello")]);
    await askHosted();
    await askHosted(own);
    expect(requests[0]?.body).toMatchObject({ tools: [web], max_tool_calls: 5 });
    expect(requests[0]?.body).not.toHaveProperty("tool_choice");
    expect(requests[0]?.body).not.toHaveProperty("include");
    expect(requests[1]?.body).toMatchObject({ tools: [{ type: "function", name: "look" }, web] });
  });

  test("answers with what has run, what it goes by, each once, and what is charged for", async () => {
    const url = (at: string) => ({
      type: "url_citation",
      title: at,
      url: `https://${at}`,
      start_index: 0,
      end_index: 1,
    });
    const annotations = [
      url("a"),
      url("b"),
      url("a"),
      { type: "file_citation", file_id: "f", filename: "h.md", index: 3 },
    ];
    const message = { type: "message", content: [{ type: "output_text", text: "Hello", annotations }] };
    answered([thought, searched, opened, looked, listed, called, message]);
    expect(await askHosted()).toMatchObject({
      text: "Hello",
      usage: { inputTokens: 50, cachedTokens: 20, outputTokens: 7, searches: { web: 1, files: 1 } },
      hosted: {
        ran: [
          { tool: "web_search", outcome: "ok" },
          { tool: "web_search", outcome: "ok" },
          { tool: "file_search", outcome: "failed" },
          { tool: "shop/status", outcome: "ok" },
        ],
        sources: [{ title: "a", url: "https://a" }, { title: "b", url: "https://b" }, { title: "h.md" }],
      },
    });
  });

  test("is charged for as many searches as OpenAI counts, if it does", async () => {
    answered([searched, searched, said("Hello")], { tool_usage: { web_search: { num_requests: 1 } } });
    expect((await askHosted()).usage.searches).toEqual({ web: 1, files: 0 });
    answered([said("Hello")], { tool_usage: { web_search: { num_requests: 0 } } });
    expect((await askHosted()).usage).not.toHaveProperty("searches");
  });

  test("gets back all that it has put out, and has so many calls less", async () => {
    const call = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };
    const output = [thought, searched, listed, called, call];
    answered(output);
    const { calls } = await askHosted(own);
    expect(calls).toEqual({ output, calls: [{ id: "c1", name: "look", arguments: "{}" }] });
    answered([said("Hello")]);
    const round = { output, results: [{ id: "c1", text: "there" }] };
    await askHosted({ ...own, rounds: [round] });
    const result = { type: "function_call_output", call_id: "c1", output: "there" };
    expect(requests[1]?.body).toMatchObject({
      input: [...context.input, ...output, result],
      max_tool_calls: 3,
    });
    await askHosted({ ...own, rounds: [round, round, round] });
    expect(requests[2]?.body).toMatchObject({ max_tool_calls: 1 });
  });

  test("says which server it cannot use, and answers without", async () => {
    answered([{ ...listed, error: "401" }, { ...called, error: { type: "http_error" } }, said("Hello")]);
    expect((await askHosted()).hosted?.ran).toEqual([
      { tool: "shop", outcome: "unreachable" },
      { tool: "shop/status", outcome: "failed" },
    ]);
  });

  test("answers without its MCP servers if OpenAI cannot reach one", async () => {
    const mcp = { type: "mcp", server_label: "shop" } as const;
    const refuse = () =>
      json(424, { error: { message: "Error retrieving tool list from MCP server: 'shop'." } });
    const answer = () =>
      json(200, { object: "response", status: "completed", output: [said("Hello")], usage });
    respond = () => (requests.length === 1 ? refuse() : answer());
    expect(await ask(undefined, undefined, undefined, [web, mcp])).toMatchObject({
      text: "Hello",
      hosted: { ran: [{ tool: "mcp", outcome: "unreachable" }], sources: [] },
    });
    expect(requests.map(({ body }) => body.tools)).toEqual([[web, mcp], [web]]);
    respond = refuse;
    await expect(ask(undefined, undefined, undefined, [mcp])).rejects.toMatchObject({
      ...{ code: "model.mcp_unreachable", retry: "later" },
    });
  });

  test("cannot have a call approved", async () => {
    answered([{ type: "mcp_approval_request", server_label: "shop", name: "cancel", arguments: "{}" }]);
    await expect(askHosted()).rejects.toMatchObject({
      ...{ code: "model.approval_asked", retry: "never" },
      message: expect.stringContaining(
        "The MCP server shop wants a call of cancel approved: leave that tool out",
      ),
    });
  });

  test.each([
    [400, { message: "Invalid", param: "tools[0].server_url" }, "model.tool_rejected", "never"],
    [404, { message: "Vector store with id ['vs_1'] not found." }, "model.tool_rejected", "never"],
    [404, { message: "Nothing here" }, "model.not_found", "never"],
  ])("that answers %i %j fails with %s", async (status, error, code, retry) => {
    respond = () => json(status, { error });
    await expect(askHosted()).rejects.toMatchObject({ code, retry });
  });
});

describe("a model with tools", () => {
  const parameters = { type: "object", properties: {}, required: [], additionalProperties: false };
  const tools: AskTools = {
    tools: [{ name: "look", description: "Looks.", parameters }],
    rounds: [],
    mayCall: true,
  };
  const call = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };
  const askWith = (fields: Partial<AskTools> = {}) => ask(undefined, undefined, { ...tools, ...fields });

  test("is given them, and what it has put out with its calls, whole, before their results", async () => {
    answered([thought, call]);
    const { calls } = await askWith();
    expect(calls).toEqual({
      output: [thought, call],
      calls: [{ id: "c1", name: "look", arguments: "{}" }],
    });
    answered([said("Hello")]);
    const rounds = [{ output: calls!.output, results: [{ id: "c1", text: "Nothing there" }] }];
    expect(await askWith({ rounds })).toMatchObject({ text: "Hello" });
    expect(requests[1]?.body).toMatchObject({
      input: [
        ...context.input,
        thought,
        call,
        { type: "function_call_output", call_id: "c1", output: "Nothing there" },
      ],
      tools: [{ type: "function", name: "look", description: "Looks.", parameters, strict: true }],
    });
    expect(requests.map(({ body }) => body.tool_choice)).toEqual([undefined, undefined]);
  });

  test("must answer when it may not call any more, with the tools as they were", async () => {
    answered([said("Hello")]);
    await askWith({ mayCall: false });
    expect(requests[0]?.body).toMatchObject({ tool_choice: "none", tools: [{ name: "look" }] });
    answered([call]);
    await expect(askWith({ mayCall: false })).rejects.toMatchObject({ code: "model.no_answer" });
  });

  test("has called nothing if the call was cut", async () => {
    answered([call], { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    await expect(askWith()).rejects.toMatchObject({ code: "model.no_room" });
  });
});

describe("an answer", () => {
  const used = { inputTokens: 50, cachedTokens: 20, outputTokens: 7 };

  test("has its text, trimmed, and its token usage", async () => {
    answered([thought, said(" Hello\n")]);
    expect(await ask()).toEqual({ text: "Hello", cut: false, refused: false, usage: used });
  });

  test("that reached its limit is the text so far, marked as cut", async () => {
    answered([said("Hel")], { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    expect(await ask()).toEqual({ text: "Hel", cut: true, refused: false, usage: used });
  });

  test("that is incomplete for another reason than a filter is not a refusal", async () => {
    answered([said("Hel")], { status: "incomplete", incomplete_details: { reason: "other" } });
    expect(await ask()).toEqual({ text: "Hel", cut: false, refused: false, usage: used });
  });

  test("that was filtered is a refusal, and its text is not shown", async () => {
    answered([said("Hel")], { status: "incomplete", incomplete_details: { reason: "content_filter" } });
    expect(await ask()).toEqual({ text: "", cut: false, refused: true, usage: used });
  });

  test("in which the model declines is a refusal, whatever else it contains", async () => {
    const content = [...said("Well,").content, { type: "refusal", refusal: "I can't help with that." }];
    answered([thought, { type: "message", content }]);
    expect(await ask()).toEqual({ text: "", cut: false, refused: true, usage: used });
  });

  test("has the id of its request, as an error has", async () => {
    const headers = { "x-request-id": "req_1" };
    const response = { object: "response", status: "completed", output: [said("Hello")], usage };
    respond = () => json(200, response, headers);
    expect(await ask()).toMatchObject({ text: "Hello", requestId: "req_1" });
    respond = () => json(500, { error: {} }, headers);
    await expect(ask()).rejects.toMatchObject({ code: "model.unavailable", requestId: "req_1" });
  });

  test("without token counts counts as zero tokens", async () => {
    const nothing = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
    answered([said("Hello")], { usage: undefined });
    expect(await ask()).toMatchObject({ usage: nothing });
    answered([said("Hello")], { usage: { input_tokens: 5, output_tokens: 6 } });
    expect(await ask()).toMatchObject({ usage: { inputTokens: 5, cachedTokens: 0, outputTokens: 6 } });
  });

  test("for which reasoning left no room is an error that tells the operator what to change", async () => {
    answered([thought], { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    await expect(ask()).rejects.toMatchObject({
      ...{ code: "model.no_room", retry: "never" },
      message:
        "The model used its output up before the answer: raise model.maxOutputTokens in bot.config.ts, or set a lower model.reasoningEffort",
    });
  });

  test("for which there was no room tells what it has taken: it is paid for", async () => {
    const status = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    answered([thought], { ...status, usage: { input_tokens: 5, output_tokens: 6 } });
    const usage = { inputTokens: 5, cachedTokens: 0, outputTokens: 6 };
    await expect(ask()).rejects.toMatchObject({ usage });
    answered([said(" ")], { usage: { input_tokens: 5, output_tokens: 6 } });
    await expect(ask()).rejects.toMatchObject({ usage });
  });

  test.each([
    [{ status: "failed", error: { code: "server_error", message: "" } }, said("Hel"), "server_error"],
    [{ status: "completed" }, said(" "), "completed"],
    [{ status: undefined }, said(""), "empty"],
  ])("that is missing is retried: %j", async (more, output, detail) => {
    answered([output], more);
    await expect(ask()).rejects.toMatchObject({
      ...{ code: "model.no_answer", retry: "later", message: `The model gave no answer: ${detail}` },
    });
  });
});

describe("an error", () => {
  const never = "never" as const;
  const later = "later" as const;

  test.each([
    [400, { code: "invalid_value" }, "model.rejected", never, "invalid_value"],
    [400, { code: "unsupported_parameter" }, "model.rejected", never, "unsupported_parameter"],
    [400, { code: "invalid_value", param: "my secret" }, "model.rejected", never, "invalid_value"],
    [
      ...([400, { code: "unsupported_parameter", param: "reasoning.effort" }, "model.rejected"] as const),
      ...([never, "unsupported_parameter (reasoning.effort)"] as const),
    ],
    [400, { code: "context_length_exceeded" }, "model.context_too_long", never, "context_length_exceeded"],
    [400, { code: "invalid_prompt" }, "model.refused", never, "invalid_prompt"],
    [400, { code: "content_filter" }, "model.refused", never, "content_filter"],
    [400, { type: "invalid_request_error" }, "model.rejected", never, "invalid_request_error"],
    [400, {}, "model.rejected", never, ""],
    [
      ...([404, { code: "model_not_found" }, "model.unknown_model", never] as const),
      "model_not_found: check model.name in bot.config.ts",
    ],
    [401, {}, "model.unauthorized", never, ": check the OpenAiApiKey secret"],
    [403, {}, "model.forbidden", never, ": this request, its user or its region"],
    [
      ...([404, {}, "model.not_found", never] as const),
      ": if OPENAI_BASE_URL is set, check that it ends with /v1 and knows model.name",
    ],
    [408, {}, "model.unavailable", later, ""],
    [409, {}, "model.unavailable", later, ""],
    [422, {}, "model.rejected", never, ""],
    [499, {}, "model.rejected", never, ""],
    [500, {}, "model.unavailable", later, ""],
    [503, { code: "overloaded" }, "model.unavailable", later, "overloaded"],
    [429, { code: "rate_limit_exceeded" }, "model.rate_limited", later, "rate_limit_exceeded"],
    [429, { code: "slow_down" }, "model.rate_limited", later, "slow_down"],
    [429, {}, "model.rate_limited", later, ""],
    ...[
      { code: "insufficient_quota" },
      { code: "credit_balance_exhausted" },
      { code: "spend_limit_exceeded" },
    ].map(
      ({ code }) =>
        [
          ...([429, { code }, "model.quota_exhausted", never] as const),
          `${code}: add credit or raise the limit`,
        ] as const,
    ),
    [
      ...([429, { type: "insufficient_quota" }, "model.quota_exhausted", never] as const),
      "insufficient_quota: add credit or raise the limit",
    ],
  ] as const)("%i %j is %s, retried %s", async (status, error, code, retry, told) => {
    respond = () => json(status, { error: { message: "my secret", ...error } });
    const message = `OpenAI answered ${status}${told === "" || told.startsWith(":") ? told : ` ${told}`}`;
    await expect(ask()).rejects.toMatchObject({ code, retry, message, retryAfterMs: undefined });
    expect(requests).toHaveLength(1);
  });

  test.each([
    [429, "7", 7_000],
    [503, "0.5", 500],
    [503, "Fri, 15 Jan 2027 08:00:00 GMT", undefined],
  ])("%i with Retry-After: %s is not retried before that", async (status, after, retryAfterMs) => {
    respond = () => json(status, { error: {} }, { "retry-after": after });
    await expect(ask()).rejects.toMatchObject({ retry: "later", retryAfterMs });
  });

  const stated = { "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0" };

  test("a refusal for the account's limit says what the limit is, and so does an answer", async () => {
    const limits = { requestMs: 1_000, requestsLeft: 0 };
    respond = () => json(429, { error: { code: "rate_limit_exceeded" } }, stated);
    await expect(ask()).rejects.toMatchObject({ code: "model.rate_limited", limits });
    const done = { object: "response", status: "completed", output: [said("Hello")], usage };
    respond = () => json(200, done, stated);
    expect(await ask()).toMatchObject({ limits });
  });

  test("without a status is retried", () => {
    const { signal } = new AbortController();
    const error = new OpenAI.APIError(undefined, {}, undefined, undefined);
    expect(modelError(error, signal)).toMatchObject({ code: "model.unavailable", retry: "later" });
  });

  test("of the connection is retried", async () => {
    respond = () => Promise.reject(new TypeError("fetch failed: my secret"));
    const message = "OpenAI could not be reached";
    await expect(ask()).rejects.toMatchObject({ code: "model.unreachable", retry: "later", message });
  });

  test("because of an invalid response is retried", async () => {
    respond = () =>
      new Response("<html>my secret", { status: 200, headers: { "content-type": "application/json" } });
    const message = "OpenAI's response could not be read";
    await expect(ask()).rejects.toMatchObject({ code: "model.unreadable", retry: "later", message });
  });

  test("because of the deadline also aborts the request", async () => {
    const deadline = new AbortController();
    let isEnded = false;
    respond = (signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          isEnded = true;
          reject(signal.reason);
        });
        deadline.abort();
      });
    const message = "The model did not answer within model.timeoutS (bot.config.ts, 120 at the most)";
    await expect(ask(deadline.signal)).rejects.toMatchObject({
      code: "model.timeout",
      retry: "later",
      message,
    });
    expect(isEnded).toBe(true);
  });
});
