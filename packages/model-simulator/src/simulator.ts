import { setTimeout as wait } from "node:timers/promises";
import { standInAnswer } from "./answer.ts";
import { createFaults, type Fault, type Faults, faultRule } from "./faults.ts";
import { createPromptCache } from "./prompt-cache.ts";
import { type Conversation, readRequest } from "./request.ts";
import { createRequestLog, type LoggedRequest, type RequestLog } from "./request-log.ts";
import { ApiError, type Ending, json, responseBody, type Usage } from "./response.ts";
import { cutToTokens, promptTokens } from "./tokens.ts";

export type ModelSimulatorOptions = {
  /** Epoch milliseconds. Default: `Date.now`. */
  clock?: () => number;
  /** From 0 up to 1, for faults with a probability. Default: `Math.random`. */
  random?: () => number;
  /** What every answer takes. Default: 0. */
  latencyMs?: number;
  /** Waits, and rejects when the signal aborts. Default: a timer. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Longer prompts are a 400 `context_length_exceeded`. Default: 1,050,000, as `gpt-6-luna` has. */
  contextWindowTokens?: number;
};

/** The text of an answer; what it throws becomes a 500. */
export type Answerer = (conversation: Conversation) => string | Promise<string>;

export type ModelSimulator = {
  /** Answers like `https://api.openai.com`; usable as the `fetch` of the openai package. */
  fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  faults: Faults;
  /** The newest requests, oldest first. */
  readonly requests: RequestLog;
  /** Replaces the stand-in's words, until called with `undefined`. */
  answerWith(answerer: Answerer | undefined): void;
};

/** OpenAI takes more; a bot that sends this much has a fault of its own. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A stand-in for OpenAI's Responses API, without a network. */
export function createModelSimulator({
  clock = Date.now,
  random = Math.random,
  latencyMs = 0,
  sleep = (ms, signal) => wait(ms, undefined, { signal }),
  contextWindowTokens = 1_050_000,
}: ModelSimulatorOptions = {}): ModelSimulator {
  const faults = createFaults(random);
  const cache = createPromptCache(clock);
  const log = createRequestLog();
  let answerer: Answerer = standInAnswer;
  let serial = 0;

  /** As long as OpenAI's, and the same in every run. */
  function newId(): string {
    serial += 1;
    return String(serial).padStart(32, "0");
  }

  async function route(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case "POST /v1/responses":
        authorize(request);
        return respond(await readBody(request), request.signal);
      case "GET /v1/models":
        authorize(request);
        return json({
          object: "list",
          data: [{ id: "gpt-6-luna", object: "model", created: 0, owned_by: "openai" }],
        });
      case "GET /_simulator/requests":
        return json({ requests: log.requests });
      case "GET /_simulator/faults":
        return json({ faults: faults.list() });
      case "POST /_simulator/faults":
        return addFault(await readBody(request));
      case "DELETE /_simulator/faults":
        faults.clear();
        return new Response(null, { status: 204 });
      default:
        throw new ApiError(404, { message: `Invalid URL (${request.method} ${pathname})` });
    }
  }

  async function respond(raw: string, signal: AbortSignal): Promise<Response> {
    const conversation = readRequest(raw);
    const fault = faults.take();
    const entry: LoggedRequest = { atMs: clock(), body: conversation.body, raw, ...(fault && { fault }) };
    log.add(entry);
    if (fault?.kind === "status") throw statusFault(fault);
    if (fault?.kind === "hang") await aborted(signal);

    const prompt = await promptTokens(conversation);
    if (prompt.length > contextWindowTokens) throw contextLengthExceeded();
    const waitMs = latencyMs + (fault?.kind === "delay" ? fault.ms : 0);
    if (waitMs > 0) await sleep(waitMs, signal);
    const { text, tokens, ending } = await write(conversation, fault);
    signal.throwIfAborted();

    const { cached, written } = cache.use(cacheKey(conversation), prompt);
    const usage: Usage = {
      input_tokens: prompt.length,
      input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
      output_tokens: tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: prompt.length + tokens,
    };
    entry.usage = usage;
    if (text !== undefined) entry.answer = text;
    if (fault?.kind === "lose-response") throw connectionLost();
    const createdAtS = Math.floor(clock() / 1000);
    return json(responseBody(conversation, { id: newId(), text, ending, usage, createdAtS }));
  }

  /** The answer, as far as its fault and the request's own limit let it come. */
  async function write(
    conversation: Conversation,
    fault: Fault | undefined,
  ): Promise<{ text: string | undefined; tokens: number; ending: Ending }> {
    const completed: Ending = { status: "completed" };
    if (fault?.kind === "failed") return { text: undefined, tokens: 0, ending: { status: "failed" } };
    if (fault?.kind === "empty") return { text: undefined, tokens: 0, ending: completed };
    const filtered = fault?.kind === "incomplete" && fault.reason === "content_filter";
    if (filtered)
      return { text: undefined, tokens: 0, ending: { status: "incomplete", reason: "content_filter" } };

    const limit = conversation.body.max_output_tokens ?? Number.POSITIVE_INFINITY;
    const whole = await cutToTokens(await answerer(conversation), limit);
    const half = Math.ceil(whole.tokens / 2);
    const { text, tokens, cut } = fault?.kind === "incomplete" ? await cutToTokens(whole.text, half) : whole;
    return { text, tokens, ending: cut ? { status: "incomplete", reason: "max_output_tokens" } : completed };
  }

  function addFault(raw: string): Response {
    const parsed = faultRule.safeParse(parseJson(raw));
    if (!parsed.success) throw new ApiError(400, { message: parsed.error.message });
    faults.add(parsed.data);
    return json({ faults: faults.list() }, 201);
  }

  async function answer(request: Request): Promise<Response> {
    try {
      return await route(request);
    } catch (error) {
      if (error instanceof ApiError) return error.toResponse();
      if (request.signal.aborted) throw request.signal.reason;
      if (error instanceof ConnectionLost) throw new TypeError("fetch failed", { cause: error });
      return new ApiError(500, { message: String(error), type: "server_error" }).toResponse();
    }
  }

  return {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const response = await answer(request);
      // OpenAI puts it on everything.
      response.headers.set("x-request-id", `req_${newId()}`);
      return response;
    },
    faults,
    requests: log.requests,
    answerWith: (next) => {
      answerer = next ?? standInAnswer;
    },
  };
}

/** Any key will do, except "invalid". It is compared and forgotten, never logged. */
function authorize(request: Request) {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (bearer === undefined) throw new ApiError(401, { message: "You didn't provide an API key." });
  if (bearer === "invalid") {
    throw new ApiError(401, { message: "Incorrect API key provided: invalid.", code: "invalid_api_key" });
  }
}

async function readBody(request: Request): Promise<string> {
  const bytes = await request.bytes();
  if (bytes.length > MAX_BODY_BYTES) throw new ApiError(413, { message: "The request body is too large." });
  return new TextDecoder().decode(bytes);
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

const cacheKey = ({ model, body }: Conversation) => JSON.stringify([model, body.prompt_cache_key ?? null]);

function statusFault({ status, code, type, message, headers }: Extract<Fault, { kind: "status" }>) {
  const fallback = status === 429 ? "requests" : status >= 500 ? "server_error" : "invalid_request_error";
  return new ApiError(
    status,
    { message: message ?? `Simulated ${status}.`, type: type ?? fallback, code },
    headers,
  );
}

const contextLengthExceeded = () =>
  new ApiError(400, {
    message: "Your input exceeds the context window of this model. Please adjust your input and try again.",
    param: "input",
    code: "context_length_exceeded",
  });

/** The answer existed and did not arrive: the caller cannot know whether it was made. */
class ConnectionLost extends Error {
  readonly code = "ECONNRESET";
}
const connectionLost = () => new ConnectionLost("read ECONNRESET");

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}
