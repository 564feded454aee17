import { createModelSimulator, type ServedModel, serveModel } from "@henji/model-simulator";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Local, startLocal } from "../src/start.ts";
import type { Studio } from "../src/studio.ts";
import type { TraceContent } from "../src/trace-content.ts";
import { openStudio } from "./page.ts";

/** In OpenAI's place: for the local system it is a server like any other. */
let openAi: ServedModel;
let local: Local;
let studio: Studio;

beforeAll(async () => {
  openAi = await serveModel(createModelSimulator());
  local = await startLocal({ openAi: { apiKey: "sk-very-secret", baseUrl: openAi.url } });
  studio = await openStudio(local, "gpt-6-luna");
});
afterAll(async () => {
  await studio.close();
  await local.stop();
});

async function say(has: (content: TraceContent) => boolean): Promise<TraceContent> {
  const { userId } = local.line.addUser({ name: "Aki" });
  const event = local.line.say({ from: userId, text: "Hello" });
  await local.line.deliver([event]);
  return vi.waitUntil(async () => {
    const response = await fetch(`${studio.url}/api/traces/${event.webhookEventId}`);
    const content = (await response.json()) as TraceContent;
    return has(content) && content;
  }, 60_000);
}

test("what a real model is sent and says is in the trace, and its key is not", async () => {
  const content = await say(({ exchanges }) =>
    exchanges.some((one) => one.with === "model" && one.end && "response" in one.end),
  );
  expect(content.exchanges.find((one) => one.with === "model")).toMatchObject({
    ...{ with: "model", url: `${openAi.url}/responses`, body: { text: expect.stringContaining("Hello") } },
    end: { response: { status: 200, body: { text: expect.stringContaining("output") } } },
  });
  expect(JSON.stringify(content)).not.toContain("secret");
});

test("a real model cannot be broken on purpose", async () => {
  const put = (broken: object) =>
    fetch(`${studio.url}/api/broken`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(broken),
    });
  expect((await put({ model: "down" })).status).toBe(409);
  expect((await put({ line: "down" })).status).toBe(204);
  expect((await put({})).status).toBe(204);
});

test("a server that does not listen is named by its address and port", async () => {
  await openAi.close();
  const isRetried = ({ step }: { step: string }) => step === "retried";
  const { explanations, exchanges } = await say(({ explanations }) => explanations.some(isRetried));
  const { port } = new URL(openAi.url);
  expect(explanations.find(isRetried)!.errors.at(-1)).toEqual({
    ...{ name: "Error", code: "ECONNREFUSED" },
    message: `connect ECONNREFUSED 127.0.0.1:${port}`,
  });
  expect(exchanges.findLast((one) => one.with === "model")?.url).toBe(`${openAi.url}/responses`);
});
