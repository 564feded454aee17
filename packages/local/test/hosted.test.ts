import { join } from "node:path";
import { calls, startHenji } from "@henji/local/testing";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { TraceContent } from "../src/trace-content.ts";
import { openStudio } from "./page.ts";

const henji = await startHenji({ botConfig: join(import.meta.dirname, "hosted.config.ts") });
const studio = await openStudio(henji.local);
afterAll(async () => {
  await studio.close();
  await henji.stop();
});
beforeEach(() => henji.model.reset());

const web = { name: "web_search", input: { query: "Kobe" } };
const look = { name: "look", input: {} };
const shop = calls("shop/order_status", { order: "7", returns: "sent" }, "It is on its way.");

test("what OpenAI runs, and functions of the bot, are called in one response; all of it goes back to the model", async () => {
  henji.model.says({ calls: [web, look] }, ({ results }) => ({ ...shop, text: `There are ${results[0]}.` }));
  const [said] = await henji.user("Aki").say("How many?");
  expect(said).toBe("There are seven.");
  const [first, second] = henji.local.model!.requests.slice(-2).map(({ body }) => body);
  expect(first).toMatchObject({ max_tool_calls: 5, tools: [{ type: "function" }, {}, {}, { type: "mcp" }] });
  expect(second!.max_tool_calls).toBe(4);
  expect((second!.input as { type?: string }[]).flatMap(({ type }) => type ?? [])).toEqual([
    ...["mcp_list_tools", "web_search_call", "function_call", "function_call_output"],
  ]);
  const steps = henji
    .traces()
    .at(-1)!
    .steps.flatMap((step) => (step.name === "toolRan" ? [step.tool] : []));
  expect(steps).toEqual(["web_search", "look", "shop/order_status"]);
});

test("Studio shows what each call was given and what came of it, and no key", async () => {
  henji.model.says(shop);
  expect(await henji.user("Aki").say("Where is it?")).toEqual(["It is on its way."]);
  const { eventId } = henji.traces().at(-1)!;
  const text = await (await fetch(`${studio.url}/api/traces/${eventId}`)).text();
  const { exchanges } = JSON.parse(text) as TraceContent;
  const { end } = exchanges.find((exchange) => exchange.with === "model")!;
  const answered = end && "response" in end && JSON.parse(end.response.body!.text);
  expect(answered.output).toMatchObject([
    { type: "mcp_list_tools" },
    { type: "mcp_call", name: "order_status", arguments: '{"order":"7"}', output: "sent" },
    { type: "message" },
  ]);
  expect(text).not.toMatch(/the key|another key/);
  expect(JSON.stringify(henji.local.model!.requests)).not.toMatch(/the key|another key/);
});

test("a web search shows its source under the answer, and its number in it", async () => {
  const sources = [{ title: "Kobe today", url: "https://a.example/kobe" }];
  henji.model.says(calls("web_search", { query: "Kobe", sources }, "It is **sunny**."));
  expect(await henji.user("Aki").say("The weather?")).toEqual([
    "It is sunny. [1]\n\n[1] Kobe today\nhttps://a.example/kobe",
  ]);
});
