import { get, type IncomingMessage } from "node:http";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createModelSimulator, type ServedModel, serveModel } from "../src/index.ts";

let now = 0;
const slept: number[] = [];
const options = {
  clock: () => now,
  sleep: async (ms: number) => void slept.push(ms),
  contextWindowTokens: 20_000,
};
let model = createModelSimulator(options);
let server: ServedModel;

/** One server, with a new simulator for every test. */
beforeAll(async () => {
  const current = () => model;
  server = await serveModel({
    ...model,
    fetch: (input, init) => current().fetch(input, init),
  });
});
afterAll(() => server.close());
beforeEach(() => {
  now = Date.parse("2026-11-20T00:00:00Z");
  slept.length = 0;
  model = createModelSimulator(options);
});

const clients = {
  "over HTTP": (apiKey: string) => new OpenAI({ apiKey, baseURL: server.url, maxRetries: 0 }),
  "through its fetch option": (apiKey: string) => new OpenAI({ apiKey, fetch: model.fetch, maxRetries: 0 }),
};

describe.each(Object.entries(clients))("the openai package %s", (_, connect) => {
  const create = (
    more: Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming> = {},
    request?: OpenAI.RequestOptions,
    apiKey = "any",
  ) => connect(apiKey).responses.create({ model: "gpt-6-luna", input: "hello", ...more }, request);

  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable("it should have failed"),
      (error: unknown) => error,
    );

  test("finds a model that there is, and no other", async () => {
    const find = (name: string, apiKey = "any") => connect(apiKey).models.retrieve(name);
    expect(await find("gpt-6-luna")).toMatchObject({ id: "gpt-6-luna", object: "model" });
    expect(await failure(find("gpt-6-luna", "invalid"))).toMatchObject({
      status: 401,
      code: "invalid_api_key",
    });
    model = createModelSimulator({ ...options, models: ["mine"] });
    expect(await find("mine")).toMatchObject({ id: "mine" });
    for (const missing of [find("gpt-6-luna"), create()]) {
      expect(await failure(missing)).toMatchObject({ status: 404, code: "model_not_found" });
    }
  });

  test("is told of faults that concern the key, when it looks for a model", async () => {
    const { faults } = model;
    faults.add({ fault: { kind: "failed" } });
    faults.add({ fault: { kind: "status", status: 429, code: "insufficient_quota" } });
    faults.add({ fault: { kind: "status", status: 403, code: null } });
    const find = () => connect("any").models.retrieve("gpt-6-luna");
    expect(await failure(find())).toMatchObject({ status: 403 });
    expect(await find()).toMatchObject({ id: "gpt-6-luna" });
    expect(model.faults.list()).toHaveLength(2);
  });

  test("is refused an effort of reasoning for a model that has none", async () => {
    const reasoning = { effort: "none" } as const;
    expect(await failure(create({ model: "gpt-4o", reasoning }))).toMatchObject({
      ...{ status: 400, code: "unsupported_parameter", param: "reasoning.effort" },
    });
    expect(await create({ model: "gpt-4o" })).toMatchObject({ status: "completed" });
    expect(await create({ reasoning })).toMatchObject({ status: "completed" });
  });

  test("reads an answer, its usage and its request id", async () => {
    const response = await create({ store: false, prompt_cache_key: "chat", instructions: "Be kind." });
    expect(response).toMatchObject({
      object: "response",
      status: "completed",
      model: "gpt-6-luna",
      created_at: now / 1000,
      error: null,
      incomplete_details: null,
      instructions: "Be kind.",
      store: false,
      output: [{ type: "message", role: "assistant", status: "completed" }],
    });
    expect(response.output_text).toContain("“hello”");
    expect(response._request_id).toMatch(/^req_/);
    const { input_tokens, output_tokens, total_tokens } = response.usage!;
    // system + "Be kind." + user + "hello" + assistant are 3 roles and 4 tokens of text; 3 + 3 + 2 marks.
    expect(input_tokens).toBe(3 + 4 + 8);
    expect(output_tokens).toBeGreaterThan(10);
    expect(total_tokens).toBe(input_tokens + output_tokens);
  });

  test("lists models", async () => {
    expect((await connect("any").models.list()).data.map(({ id }) => id)).toEqual(["gpt-6-luna"]);
  });

  test("gets its own errors for a bad key, a wrong path and a wrong body", async () => {
    expect(await failure(create({}, {}, "invalid"))).toMatchObject({ status: 401, code: "invalid_api_key" });
    expect(await failure(connect("any").responses.retrieve("resp_1"))).toBeInstanceOf(OpenAI.NotFoundError);
    expect(await failure(create({ max_output_tokens: 3 }))).toMatchObject({
      status: 400,
      code: "integer_below_min_value",
      param: "max_output_tokens",
    });
    const wrongPart = [{ role: "assistant", content: [{ type: "input_text", text: "no" }] }] as never;
    expect(await failure(create({ input: wrongPart }))).toMatchObject({
      status: 400,
      param: "input[0].content[0]",
    });
    expect(await failure(create({ input: [] }))).toMatchObject({ status: 400, param: "input" });
  });

  test("is refused a context longer than the window", async () => {
    const error = await failure(create({ input: "word ".repeat(20_000) }));
    expect(error).toMatchObject({
      status: 400,
      code: "context_length_exceeded",
      type: "invalid_request_error",
    });
  });

  test("gets what fits into max_output_tokens, marked as cut", async () => {
    model.answerWith(() => "日本語の長い答え 👨‍👩‍👧‍👦".repeat(20));
    for (let limit = 16; limit < 48; limit++) {
      const response = await create({ max_output_tokens: limit });
      expect(response.status).toBe("incomplete");
      expect(response.incomplete_details).toEqual({ reason: "max_output_tokens" });
      expect(response.usage!.output_tokens).toBe(limit);
      expect(response.output_text).not.toContain("\uFFFD");
      expect("日本語の長い答え 👨‍👩‍👧‍👦".repeat(20).startsWith(response.output_text)).toBe(true);
    }
  });

  test("gets each fault once, then an answer", async () => {
    model.faults.add({
      fault: { kind: "status", status: 429, code: "rate_limit_exceeded", headers: { "retry-after": "7" } },
    });
    const limited = (await failure(create())) as InstanceType<typeof OpenAI.APIError>;
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect(limited).toMatchObject({ code: "rate_limit_exceeded" });
    expect(limited.headers?.get("retry-after")).toBe("7");

    model.faults.add({ fault: { kind: "lose-response" } });
    const lost = await failure(create());
    expect(lost).toBeInstanceOf(OpenAI.APIConnectionError);
    expect(model.requests.at(-1)?.usage?.output_tokens).toBeGreaterThan(0);

    model.faults.add({ fault: { kind: "failed" } });
    expect(await create()).toMatchObject({
      status: "failed",
      error: { code: "server_error" },
      output_text: "",
    });

    model.faults.add({ fault: { kind: "empty" } });
    expect(await create()).toMatchObject({ status: "completed", output_text: "" });

    model.faults.add({ fault: { kind: "incomplete", reason: "content_filter" } });
    expect(await create()).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "content_filter" },
      output_text: "",
    });

    model.faults.add({ fault: { kind: "incomplete", reason: "max_output_tokens" } });
    const half = await create();
    expect(half.incomplete_details).toEqual({ reason: "max_output_tokens" });
    const whole = await create();
    expect(whole.status).toBe("completed");
    expect(whole.output_text.startsWith(half.output_text)).toBe(true);
    expect(half.output_text.length).toBeLessThan(whole.output_text.length);
  });

  test("waits for an answer that is late", async () => {
    model.faults.add({ fault: { kind: "delay", ms: 30_000 } });
    expect((await create()).status).toBe("completed");
    expect(slept).toEqual([30_000]);
  });

  test("ends a hanging request by its own abort, and by its own deadline", async () => {
    model.faults.add({ times: 2, fault: { kind: "hang" } });
    const abort = new AbortController();
    const pending = failure(create({}, { signal: abort.signal }));
    while (model.requests.length === 0) await new Promise(setImmediate);
    abort.abort();
    expect(await pending).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(await failure(create({}, { timeout: 20 }))).toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    expect(model.requests.every(({ usage }) => usage === undefined)).toBe(true);
  });
});

test("a server aborts a request when its caller disconnects", async () => {
  const hanging = createModelSimulator();
  hanging.faults.add({ fault: { kind: "hang" } });
  const rejected = Promise.withResolvers<unknown>();
  const fetch: typeof hanging.fetch = async (input, init) => {
    const response = hanging.fetch(input, init);
    response.catch(rejected.resolve);
    return response;
  };
  const own = await serveModel({ ...hanging, fetch });
  const client = new OpenAI({ apiKey: "any", baseURL: own.url, maxRetries: 0 });
  const abort = new AbortController();
  const pending = client.responses.create({ model: "m", input: "hello" }, { signal: abort.signal });
  while (hanging.requests.length === 0) await new Promise(setImmediate);
  abort.abort();
  await expect(pending).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  await rejected.promise;
  await own.close();
});

test("a server that closes ends hanging requests", async () => {
  const hanging = createModelSimulator();
  hanging.faults.add({ fault: { kind: "hang" } });
  const own = await serveModel(hanging);
  const client = new OpenAI({ apiKey: "any", baseURL: own.url, maxRetries: 0 });
  const pending = client.responses.create({ model: "m", input: "hello" }).catch((error: unknown) => error);
  while (hanging.requests.length === 0) await new Promise(setImmediate);
  await own.close();
  expect(await pending).toBeInstanceOf(OpenAI.APIConnectionError);
});

describe("the simulator's admin API", () => {
  const origin = () => server.url.replace("/v1", "");
  const admin = (method: string, path: string, body?: unknown, headers = {}) =>
    fetch(`${origin()}/_simulator/${path}`, { method, headers, body: body ? JSON.stringify(body) : null });

  test("sets, lists and clears faults, and shows requests", async () => {
    const rule = { times: 2, fault: { kind: "failed" } };
    expect((await admin("POST", "faults", rule)).status).toBe(201);
    const client = new OpenAI({ apiKey: "any", baseURL: server.url, maxRetries: 0 });
    expect((await client.responses.create({ model: "m", input: "one" })).status).toBe("failed");
    expect(await (await admin("GET", "faults")).json()).toEqual({ faults: [{ ...rule, times: 1 }] });
    expect((await admin("DELETE", "faults")).status).toBe(204);
    expect((await client.responses.create({ model: "m", input: "two" })).status).toBe("completed");
    const { requests } = (await (await admin("GET", "requests")).json()) as { requests: { raw: string }[] };
    expect(requests.map(({ raw }) => JSON.parse(raw).input)).toEqual(["one", "two"]);
    expect(JSON.stringify(requests)).not.toContain("Bearer");
  });

  test("refuses a fault that does not exist", async () => {
    const response = await admin("POST", "faults", { fault: { kind: "explode" } });
    expect(response.status).toBe(400);
    expect(model.faults.list()).toEqual([]);
  });

  test("refuses web pages of other sites", async () => {
    const rule = { fault: { kind: "failed" } };
    expect((await admin("POST", "faults", rule, { origin: "https://evil.example" })).status).toBe(403);
    expect((await admin("POST", "faults", rule, { origin: "http://localhost:5173" })).status).toBe(201);
    // A host name that resolves to loopback: fetch cannot set the Host header, a browser would.
    const rebound = await new Promise<IncomingMessage>((resolve) =>
      get(`${origin()}/_simulator/requests`, { headers: { host: "evil.example" } }, resolve),
    );
    rebound.resume();
    expect(rebound.statusCode).toBe(403);
  });
});
