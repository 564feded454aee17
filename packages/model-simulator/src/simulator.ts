import { setTimeout as wait } from "node:timers/promises";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { requestId } from "hono/request-id";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { standInAnswer } from "./answer.ts";
import { ApiError } from "./error.ts";
import { createFaults, type Fault, type Faults, faultRule } from "./faults.ts";
import { createKnowledge, type Knowledge } from "./knowledge.ts";
import { knowledgeApi } from "./knowledge-api.ts";
import { type Judge, type Moderated, moderationBody, readModerated } from "./moderation.ts";
import { createPromptCache } from "./prompt-cache.ts";
import { type Conversation, readRequest } from "./request.ts";
import { createRequestLog, type LoggedRequest, type RequestLog, withoutKeys } from "./request-log.ts";
import { responseBody, type Usage } from "./response.ts";
import { promptTokens } from "./tokens.ts";
import { type Listener, type Recording, readRecording, standInWords } from "./transcription.ts";
import { type Answerer, createWriter } from "./write.ts";

export type ModelSimulatorOptions = {
  /** Epoch milliseconds. Default: `Date.now`. */
  clock?: () => number;
  /** From 0 up to 1, for faults with a probability. Default: `Math.random`. */
  random?: () => number;
  /** Latency of every answer. Default: 0. */
  latencyMs?: number;
  /** Waits, and rejects when the signal aborts. Default: a timer. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Longer prompts are a 400 `context_length_exceeded`. Default: 1,050,000, as `gpt-6-luna` has. */
  contextWindowTokens?: number;
  /** The models that there are. Default: every model that is asked for. */
  models?: readonly string[];
};

export type ModelSimulator = {
  /** Answers like `https://api.openai.com`; usable as the `fetch` of the openai package. */
  fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  faults: Faults;
  /** The newest requests, oldest first. */
  readonly requests: RequestLog;
  /** What was to be written down, oldest first: the newest ten. */
  readonly recordings: readonly Recording[];
  /** Files and vector stores, in memory. */
  knowledge: Knowledge;
  /** Replaces what the stand-in hears, until called with `undefined`. */
  listenWith(listener: Listener | undefined): void;
  /** What was to be moderated, oldest first: the newest ten. */
  readonly moderated: readonly Moderated[];
  /** Replaces the stand-in's judgement, which is that all is harmless, until called with `undefined`. */
  judgeWith(judge: Judge | undefined): void;
  /** Replaces the stand-in's answers, until called with `undefined`. */
  answerWith(answerer: Answerer | undefined): void;
};

const KEPT_RECORDINGS = 10;

/** OpenAI accepts more; a bot that sends this much is broken. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A stand-in for OpenAI's Responses API, its transcriptions and its moderation, without a network. */
export function createModelSimulator({
  clock = Date.now,
  random = Math.random,
  latencyMs = 0,
  sleep = (ms, signal) => wait(ms, undefined, { signal }),
  contextWindowTokens = 1_050_000,
  models,
}: ModelSimulatorOptions = {}): ModelSimulator {
  const faults = createFaults(random);
  const cache = createPromptCache(clock);
  const log = createRequestLog();
  const knowledge = createKnowledge({ newId, clock });
  const write = createWriter({ newId, knowledge });
  const recordings: Recording[] = [];
  const moderated: Moderated[] = [];
  let answerer: Answerer = standInAnswer;
  let listener: Listener = standInWords;
  let judge: Judge = () => [];
  let serial = 0;

  /** As long as OpenAI's ids, and the same in every run. */
  function newId(): string {
    serial += 1;
    return String(serial).padStart(32, "0");
  }

  const isKnown = (model: string) => models?.includes(model) ?? true;

  const app = new Hono();
  app.use(requestId({ generator: () => `req_${newId()}` }));
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }));
  app.post("/v1/responses", authorize, async (c) =>
    c.json(await respond(await c.req.text(), c.req.raw.signal)),
  );
  app.post("/v1/audio/transcriptions", authorize, async (c) => {
    const recording = await readRecording(await c.req.formData());
    if (!isKnown(recording.model)) throw modelNotFound(recording.model);
    const { signal } = c.req.raw;
    const fault = faults.take((one) => ["status", "hang", "delay", "lose-response"].includes(one.kind));
    recordings.push(recording);
    if (recordings.length > KEPT_RECORDINGS) recordings.shift();
    if (fault?.kind === "status") throw statusFault(fault);
    if (fault?.kind === "hang") await aborted(signal);
    if (fault?.kind === "delay") await sleep(fault.ms, signal);
    const text = await listener(recording);
    if (fault?.kind === "lose-response") throw new ConnectionLost();
    return c.json({ text, languages: recording.languages.map((code) => ({ code })) });
  });
  app.post("/v1/moderations", authorize, async (c) => {
    const what = readModerated(await c.req.json().catch(() => undefined));
    moderated.push(what);
    if (moderated.length > KEPT_RECORDINGS) moderated.shift();
    return c.json(moderationBody(what.model, newId(), await judge(what)));
  });
  app.get("/v1/models", authorize, (c) =>
    c.json({
      object: "list",
      data: (models ?? ["gpt-6-luna"]).map(modelObject),
    }),
  );
  app.get("/v1/models/:model", authorize, (c) => {
    // OpenAI counts neither credit nor rates here.
    const fault = faults.take((one) => one.kind === "status" && one.status !== 429);
    if (fault?.kind === "status") throw statusFault(fault);
    const model = c.req.param("model");
    if (!isKnown(model)) throw modelNotFound(model);
    return c.json(modelObject(model));
  });
  app.use("/v1/files/*", authorize);
  app.use("/v1/vector_stores/*", authorize);
  app.route("/v1", knowledgeApi(knowledge));
  app.get("/_simulator/requests", (c) => c.json({ requests: log.requests }));
  app.get("/_simulator/faults", (c) => c.json({ faults: faults.list() }));
  app.post("/_simulator/faults", async (c) => {
    const parsed = faultRule.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) throw new ApiError(400, { message: parsed.error.message });
    faults.add(parsed.data);
    return c.json({ faults: faults.list() }, 201);
  });
  app.delete("/_simulator/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.notFound((c) =>
    refuse(c, new ApiError(404, { message: `Invalid URL (${c.req.method} ${c.req.path})` })),
  );
  app.onError((error, c) => {
    if (error instanceof ApiError) return refuse(c, error);
    if (error instanceof ConnectionLost || c.req.raw.signal.aborted) throw error;
    return refuse(c, new ApiError(500, { message: String(error), type: "server_error" }));
  });

  async function respond(raw: string, signal: AbortSignal) {
    signal.throwIfAborted();
    const conversation = readRequest(raw);
    if (!isKnown(conversation.model)) throw modelNotFound(conversation.model);
    const fault = faults.take();
    const entry: LoggedRequest = {
      atMs: clock(),
      ...withoutKeys(conversation.body, raw),
      ...(fault && { fault }),
    };
    log.add(entry);
    if (fault?.kind === "status") throw statusFault(fault);
    if (fault?.kind === "hang") await aborted(signal);

    const prompt = await promptTokens(conversation);
    if (prompt.length > contextWindowTokens) throw contextLengthExceeded();
    const waitMs = latencyMs + (fault?.kind === "delay" ? fault.ms : 0);
    if (waitMs > 0) await sleep(waitMs, signal);
    const { text, calls, ran, foundTokens = 0, tokens, ending } = await write(conversation, answerer, fault);
    signal.throwIfAborted();

    const { cached, written } = cache.use(cacheKey(conversation), prompt);
    const usage: Usage = {
      input_tokens: prompt.length + foundTokens,
      input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
      output_tokens: tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: prompt.length + foundTokens + tokens,
    };
    entry.usage = usage;
    if (text !== undefined) entry.answer = text.text;
    if (fault?.kind === "lose-response") throw new ConnectionLost();
    const createdAtS = Math.floor(clock() / 1000);
    return responseBody(conversation, { id: newId(), text, calls, ran, ending, usage, createdAtS });
  }

  return {
    fetch: async (input, init) => app.request(input, init),
    faults,
    requests: log.requests,
    recordings,
    moderated,
    knowledge,
    judgeWith: (next) => {
      judge = next ?? (() => []);
    },
    listenWith: (next) => {
      listener = next ?? standInWords;
    },
    answerWith: (next) => {
      answerer = next ?? standInAnswer;
    },
  };
}

function refuse(c: Context, { body, status, headers }: ApiError): Response {
  return c.json(body, status as ContentfulStatusCode, headers);
}

function tooLarge(): never {
  throw new ApiError(413, { message: "The request body is too large." });
}

/** Accepts any key except "invalid". Keys are neither stored nor logged. */
const authorize: MiddlewareHandler = async (c, next) => {
  const bearer = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
  if (bearer === undefined) throw new ApiError(401, { message: "You didn't provide an API key." });
  if (bearer === "invalid") {
    throw new ApiError(401, { message: "Incorrect API key provided: invalid.", code: "invalid_api_key" });
  }
  await next();
};

const cacheKey = ({ model, body }: Conversation) => JSON.stringify([model, body.prompt_cache_key ?? null]);

function statusFault({ status, code, type, message, headers }: Extract<Fault, { kind: "status" }>) {
  const fallback = status === 429 ? "requests" : status >= 500 ? "server_error" : "invalid_request_error";
  return new ApiError(
    status,
    { message: message ?? `Simulated ${status}.`, type: type ?? fallback, code },
    headers,
  );
}

const modelObject = (id: string) => ({ id, object: "model", created: 0, owned_by: "openai" });

const modelNotFound = (model: string) =>
  new ApiError(404, {
    message: `The model '${model}' does not exist or you do not have access to it.`,
    code: "model_not_found",
  });

const contextLengthExceeded = () =>
  new ApiError(400, {
    message: "Your input exceeds the context window of this model. Please adjust your input and try again.",
    param: "input",
    code: "context_length_exceeded",
  });

/** The answer was made but is not sent: the caller gets the error that Node's `fetch` has for it. */
class ConnectionLost extends TypeError {
  constructor() {
    super("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}
