import { expect, test } from "vitest";
import { startStudio } from "../src/studio.ts";
import { useStudio, viewOf } from "./page.ts";

const studio = useStudio();
async function request(
  method: "PUT" | "DELETE",
  body: object = {},
  { url = studio.url, headers = {} }: { url?: string; headers?: Record<string, string> } = {},
): Promise<number> {
  const { status } = await fetch(`${url}/api/script`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return status;
}

async function respond(text: string, tools: object[] = []) {
  const response = await studio.model!.fetch("https://api.openai.com/v1/responses", {
    method: "POST",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-6-luna", input: [{ role: "user", content: text }], tools }),
  });
  return (await response.json()) as { output: { type: string; content: { text: string }[] }[] };
}

/** What the model answers to a question. */
async function ask(text = "Hello"): Promise<string> {
  const { output } = await respond(text);
  return output[0]!.content[0]!.text;
}

test("the model says the answers in their order, then its own words, and every page sees what is left", async () => {
  const { view, changes } = await studio.open();
  const next = async () => (await changes.next()).value;
  expect(view.script).toBeUndefined();
  expect(await request("PUT", { answers: ["One", "Two"], afterwards: "own" })).toBe(204);
  expect(await next()).toEqual({ type: "script", script: { answers: ["One", "Two"], afterwards: "own" } });
  expect(await ask()).toBe("One");
  expect(await next()).toEqual({ type: "script", script: { answers: ["Two"], afterwards: "own" } });
  expect((await viewOf(studio.url)).script?.answers).toEqual(["Two"]);
  expect(await ask()).toBe("Two");
  expect(await next()).toEqual({ type: "script" });
  expect(await ask("Who are you?")).toContain("you said “Who are you?”");
});

test("the last answer is repeated, until the script is ended", async () => {
  await request("PUT", { answers: ["One", "Again"], afterwards: "repeat" });
  expect([await ask(), await ask(), await ask()]).toEqual(["One", "Again", "Again"]);
  expect((await studio.open()).view.script).toEqual({ answers: ["Again"], afterwards: "repeat" });
  expect(await request("DELETE")).toBe(204);
  expect(await ask()).toContain("you said");
  expect((await studio.open()).view.script).toBeUndefined();
});

test("an answer may be a call of a tool; what is no call is a text", async () => {
  const written = 'call look {"order": "7"}';
  await request("PUT", { answers: [written, 'call look {"order"}'], afterwards: "own" });
  const { output } = await respond("Where is it?", [{ type: "function", name: "look" }]);
  expect(output).toMatchObject([{ type: "function_call", name: "look", arguments: '{"order":"7"}' }]);
  expect(await ask()).toBe('call look {"order"}');
});

test("what OpenAI runs itself is called on the way to an answer, which is on the lines after it", async () => {
  const written = [
    'call web_search {"query": "Kobe"}',
    'call shop/look {"order": "7"}',
    "Sunny.",
    "And windy.",
  ];
  await request("PUT", { answers: [written.join("\n")], afterwards: "own" });
  const shop = { type: "mcp", server_label: "shop", allowed_tools: ["look"] };
  const { output } = await respond("The weather?", [{ type: "web_search" }, shop]);
  expect(output).toMatchObject([
    { type: "mcp_list_tools" },
    { type: "web_search_call", action: { query: "Kobe" } },
    { type: "mcp_call", server_label: "shop", name: "look", arguments: '{"order":"7"}' },
    { content: [{ text: "Sunny.\nAnd windy. ([example.com](https://example.com/))" }] },
  ]);
});

test("a script replaces the one before", async () => {
  await request("PUT", { answers: ["Old", "Older"], afterwards: "own" });
  await request("PUT", { answers: ["New"], afterwards: "own" });
  expect(await ask()).toBe("New");
  expect(await ask()).toContain("you said");
});

test("how long the model takes stays with what is left, and must be a number of seconds that one may wait for", async () => {
  const script = { answers: ["One", "Two"], afterwards: "own", delayS: 0.01 };
  expect(await request("PUT", script)).toBe(204);
  expect(await ask()).toBe("One");
  expect((await studio.open()).view.script).toEqual({ ...script, answers: ["Two"] });
  for (const delayS of [-1, 151, "9"]) expect(await request("PUT", { ...script, delayS })).toBe(400);
});

test("notes are not scripted", async () => {
  await request("PUT", { answers: ["Scripted"], afterwards: "own" });
  expect(await ask('Notes so far:\n""\n\nNew messages:\n{"user":"I like tea"}')).toContain("I like tea");
  expect(await ask()).toBe("Scripted");
});

test("a real model cannot be scripted", async () => {
  const real = await startStudio({ ...studio.options, model: undefined });
  const script = { answers: ["One"], afterwards: "own" };
  expect(await request("PUT", script, { url: real.url })).toBe(409);
  expect((await viewOf(real.url)).script).toBeUndefined();
  await real.close();
});

test("what is no script is refused, and so are other web pages", async () => {
  const answers = ["One"];
  for (const body of [
    {},
    { answers },
    { answers: [], afterwards: "own" },
    { answers: [""], afterwards: "own" },
  ])
    expect(await request("PUT", body)).toBe(400);
  const script = { answers, afterwards: "own" };
  expect(await request("PUT", script, { headers: { "content-type": "text/plain" } })).toBe(400);
  expect(await request("PUT", script, { headers: { origin: "https://evil.example" } })).toBe(403);
  expect((await studio.open()).view.script).toBeUndefined();
});
