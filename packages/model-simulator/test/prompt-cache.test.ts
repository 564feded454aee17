import OpenAI from "openai";
import { beforeEach, describe, expect, test } from "vitest";
import { createModelSimulator } from "../src/index.ts";

type Turn = OpenAI.Responses.EasyInputMessage;

let now = 0;
let model = createModelSimulator();
beforeEach(() => {
  now = 0;
  model = createModelSimulator({ clock: () => now });
});

/** @returns tokens of the prompt, of those read from the cache, and of those written to it */
async function ask(input: Turn[], key = "chat", instructions = "Be kind.") {
  const client = new OpenAI({ apiKey: "any", fetch: model.fetch, maxRetries: 0 });
  const { usage } = await client.responses.create({ model: "m", input, instructions, prompt_cache_key: key });
  const { cached_tokens: cached, cache_write_tokens: written } = usage!.input_tokens_details;
  return { tokens: usage!.input_tokens, cached, written };
}

/** About 60 tokens a turn. */
const turns = (count: number, from = 0): Turn[] =>
  Array.from({ length: count }, (_, i) => ({
    role: "user",
    content: `turn ${from + i}: ${"word ".repeat(50)}`,
  }));

describe("cached tokens", () => {
  test("are the prefix of an earlier request, in steps of 128", async () => {
    const first = await ask(turns(30));
    expect(first.cached).toBe(0);
    expect(first.written).toBe(first.tokens - (first.tokens % 128));
    const second = await ask(turns(32));
    expect(second.cached).toBe(first.written);
    expect(second.cached % 128).toBe(0);
    expect(second.written).toBe(second.tokens - (second.tokens % 128) - second.cached);
  });

  test("need 1,024 tokens", async () => {
    const short = await ask(turns(10));
    expect(short.tokens).toBeLessThan(1_024);
    expect(await ask(turns(10))).toMatchObject({ cached: 0, written: 0 });
    // A long prompt that shares too little.
    await ask(turns(30));
    expect((await ask([...turns(10), ...turns(20, 100)])).cached).toBe(0);
  });

  test("end where one character differs", async () => {
    await ask(turns(60));
    const changed = turns(60);
    changed[40] = { role: "user", content: "another turn" };
    const { cached, tokens } = await ask(changed);
    expect(cached).toBeGreaterThan(1_024);
    expect(cached).toBeLessThan(tokens * 0.75);
    expect((await ask(turns(60), "chat", "Be kind!")).cached).toBe(0);
  });

  test("vanish when a window slides by one turn", async () => {
    await ask(turns(60));
    expect((await ask(turns(60, 1))).cached).toBe(0);
  });

  test("belong to one key", async () => {
    await ask(turns(30), "a");
    expect((await ask(turns(30), "b")).cached).toBe(0);
    expect((await ask(turns(30), "a")).cached).toBeGreaterThan(0);
  });

  test("last ten minutes from their last use", async () => {
    const minutes = (n: number) => n * 60 * 1000;
    await ask(turns(30));
    now += minutes(9);
    expect((await ask(turns(30))).cached).toBeGreaterThan(0);
    now += minutes(9);
    expect((await ask(turns(30))).cached).toBeGreaterThan(0);
    now += minutes(10);
    expect((await ask(turns(30))).cached).toBe(0);
  });

  test("stay warm in whole when a part of them is read", async () => {
    const minutes = (n: number) => n * 60 * 1000;
    const { written } = await ask(turns(40));
    now += minutes(9);
    expect((await ask([...turns(30), ...turns(5, 100)])).cached).toBeLessThan(written);
    now += minutes(9);
    expect((await ask(turns(41))).cached).toBe(written);
  });

  test("stay while prompts of another kind share the key", async () => {
    await ask(turns(30));
    await ask(turns(30, 500), "chat", "Summarize.");
    expect((await ask(turns(31))).cached).toBeGreaterThan(0);
  });
});

test("a probability depends on the random numbers", async () => {
  const numbers = [0.9, 0.1, 0.5, 0.2];
  model = createModelSimulator({ random: () => numbers.shift()! });
  model.faults.add({ probability: 0.3, fault: { kind: "failed" } });
  const client = new OpenAI({ apiKey: "any", fetch: model.fetch, maxRetries: 0 });
  const statuses: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    statuses.push((await client.responses.create({ model: "m", input: "hello" })).status);
  }
  expect(statuses).toEqual(["completed", "failed", "completed", "failed"]);
});

test("the log keeps the newest requests and no more", async () => {
  for (let i = 0; i < 1_010; i++) await ask([{ role: "user", content: `request ${i}` }]);
  expect(model.requests).toHaveLength(1_000);
  expect(model.requests.at(-1)?.raw).toContain("request 1009");
  expect(model.requests[0]?.raw).toContain("request 10");
});
