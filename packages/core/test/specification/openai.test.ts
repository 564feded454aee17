import { type BotConfig, defineBot, summarizerOf } from "@henji/core/bot";
import type { Clock } from "@henji/core/clock";
import type { BotError } from "@henji/core/error";
import { createLog } from "@henji/core/log";
import { withBreaker } from "@henji/core/model/breaker";
import { createModel } from "@henji/core/model/lazy";
import { createModelSimulator, type Fault } from "@henji/model-simulator";
import { beforeEach, describe, expect, test } from "vitest";

// OpenAI's SDK on the model simulator, with a bot's settings: what OpenAI refuses, and which chats that affects.

const clock: Clock = { now: () => 0, timeout: () => new AbortController().signal };
const context = {
  instructions: "Be kind.",
  input: [{ role: "user" as const, content: "Hi" }],
  tokensAtMost: 100,
};

let simulator: ReturnType<typeof createModelSimulator>;
let lines: string[];
beforeEach(() => {
  simulator = createModelSimulator();
  lines = [];
});

const botWith = (model: BotConfig["model"], memory: BotConfig["memory"] = {}) =>
  defineBot({ instructions: "Be kind.", model, memory });

function asking(settings = botWith({}).model) {
  const log = createLog({ write: (line) => lines.push(JSON.parse(line).name) });
  const model = withBreaker(createModel({ apiKey: "key", settings, fetch: simulator.fetch }), { clock, log });
  return () =>
    model
      .ask(context, {
        cacheKey: "",
        safetyIdentifier: "",
        signal: clock.timeout(0),
        beforeRequest: async () => {},
      })
      .then(
        () => "answered",
        ({ code }: BotError) => code,
      );
}

const status = (status: number, code: string | null): Fault => ({ kind: "status", status, code });

describe("a model of the Responses API", () => {
  test("without reasoning is asked without an effort", async () => {
    expect(await asking(botWith({ name: "gpt-4o" }).model)()).toBe("answered");
    expect(simulator.requests[0]!.body).not.toHaveProperty("reasoning");
  });

  test("that is the default is asked with effort none, unless another is set", async () => {
    expect(await asking(botWith({}).model)()).toBe("answered");
    expect(await asking(botWith({ reasoningEffort: "medium" }).model)()).toBe("answered");
    const efforts = simulator.requests.map(({ body }) => body.reasoning);
    expect(efforts).toEqual([{ effort: "none" }, { effort: "medium" }]);
  });

  test("with reasoning is asked with the effort that is set", async () => {
    expect(await asking(botWith({ reasoningEffort: "low" }).model)()).toBe("answered");
    expect(simulator.requests[0]!.body).toHaveProperty("reasoning", { effort: "low" });
  });

  test("that only takes the notes is asked without the bot's effort", async () => {
    const bot = botWith({ reasoningEffort: "none" }, { summaryModel: "gpt-4o" });
    expect(await asking(summarizerOf(bot))()).toBe("answered");
    const own = summarizerOf(botWith({ reasoningEffort: "none" }));
    expect(own).toMatchObject({ reasoningEffort: "none", maxOutputTokens: 800 });
    expect(summarizerOf(bot).maxOutputTokens).toBeGreaterThan(own.maxOutputTokens);
  });

  test("that does not support the effort is an error that names the setting", async () => {
    const { ask } = createModel({
      apiKey: "key",
      settings: botWith({ name: "gpt-4o", reasoningEffort: "none" }).model,
      fetch: simulator.fetch,
    });
    await expect(
      ask(context, {
        cacheKey: "",
        safetyIdentifier: "",
        signal: clock.timeout(0),
        beforeRequest: async () => {},
      }),
    ).rejects.toMatchObject({
      code: "model.rejected",
      message: "OpenAI answered 400 unsupported_parameter (reasoning.effort)",
    });
  });
});

test.each(["invalid_prompt", "content_filter"])(
  "%s is a refusal, and does not open the breaker",
  async (code) => {
    const ask = asking();
    simulator.faults.add({ fault: status(400, code) });
    expect(await ask()).toBe("model.refused");
    expect(await ask()).toBe("answered");
  },
);

describe("an error of one request does not open the breaker", () => {
  test.each([
    ["a region", status(403, "unsupported_country_region_territory"), "model.forbidden"],
    ["a blocked user", status(403, null), "model.forbidden"],
    ["an address", status(404, null), "model.not_found"],
  ])("%s", async (_what, fault, code) => {
    const ask = asking();
    simulator.faults.add({ fault });
    expect(await ask()).toBe(code);
    expect(await ask()).toBe("answered");
    expect(lines).toEqual([]);
  });
});

test.each([404, 403])("a model that the account does not have (%i) opens the breaker", async (code) => {
  const ask = asking();
  simulator.faults.add({ fault: status(code, "model_not_found") });
  expect(await ask()).toBe("model.unknown_model");
  expect(await ask()).toBe("model.unknown_model");
  expect(simulator.requests).toHaveLength(1);
  expect(lines).toEqual(["model.breaker_opened"]);
});

test("a single 401 is tried once more; a second one opens the breaker", async () => {
  const ask = asking();
  simulator.faults.add({ fault: status(401, "invalid_api_key") });
  expect(await ask()).toBe("answered");
  simulator.faults.add({ times: 2, fault: status(401, "account_deactivated") });
  expect(await ask()).toBe("model.unauthorized");
  expect(await ask()).toBe("model.unauthorized");
  expect(simulator.requests).toHaveLength(4);
  expect(lines).toEqual(["model.breaker_opened"]);
});
