import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { resolve } from "node:path";
import { createLineSimulator, serveLine } from "@henji/line-simulator";
import { listen } from "@henji/loopback";
import { afterAll, expect, test } from "vitest";
import type { ChatMemory } from "../src/studio-view.ts";
import type { TraceContent } from "../src/trace-content.ts";
import { useDevStage } from "./dev/panes.ts";
import { viewOf } from "./page.ts";

const stage = useDevStage();
const name = `test-${process.pid}`;
afterAll(() =>
  rmSync(resolve(import.meta.dirname, "../../../.henji/stages", name), { recursive: true, force: true }),
);

/** A URL on which nobody listens, as `stacks/dev.ts` chooses one. */
async function freeUrl(): Promise<string> {
  const { url, close } = await listen(createServer(), 0);
  await close();
  return url;
}

const getJson = async <T>(url: string) => (await fetch(url)).json() as Promise<T>;

const app = { SST_RESOURCE_App: JSON.stringify({ name: "henji", stage: name }) };

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

test("without a LINE account: a message in Studio goes by the deployed webhook and the stage's queue to the laptop's worker, and Studio shows its way", async () => {
  const env = { ...app, STUDIO_URL: await freeUrl(), LINE_SIMULATOR_URL: await freeUrl() };
  const studio = stage.start("dev-studio.ts", { env });
  await studio.prints(`Studio     ${env.STUDIO_URL}`);
  await studio.prints(`Webhook    ${stage.local.urls.webhook}`);
  await studio.prints(`LINE       ${env.LINE_SIMULATOR_URL}   simulated`);
  const worker = stage.start("dev-worker.ts", { env });
  await worker.prints(/with gpt-.* and the LINE simulator/);

  stage.local.model!.answerWith(() => "Good morning");
  const [aki] = (await viewOf(env.STUDIO_URL)).chats;
  expect(
    (
      await post(`${env.STUDIO_URL}/api/send`, {
        from: aki!.id,
        chatId: aki!.id,
        content: { type: "text", text: "Hello" },
      })
    ).status,
  ).toBe(202);
  const texts = async () =>
    (await viewOf(env.STUDIO_URL)).messages.map(({ content }) => "text" in content && content.text);
  await expect.poll(texts).toEqual(["Hello", "Good morning"]);

  const steps = async () =>
    (await viewOf(env.STUDIO_URL)).traces.map((one) => one.steps.map((step) => step.name));
  await expect.poll(steps).toEqual([["received", "claimed", "asked", "answered", "delivered"]]);
  const view = await viewOf(env.STUDIO_URL);
  expect(view.info).toMatchObject({ stage: name, onLine: false, model: expect.stringContaining("gpt-") });
  const trace = await getJson<TraceContent>(`${env.STUDIO_URL}/api/traces/${view.traces[0]!.eventId}`);
  // Twice with LINE, if the first answer of a new process takes long enough for the loading animation.
  expect(new Set(trace.exchanges.map((one) => one.with))).toEqual(new Set(["model", "line"]));
  expect(trace.event!.text).toContain("Hello");
  expect(trace.turn!.text).toContain("Good morning");
  // The stage's table, with the numbers of the bot.config.ts that the worker has read.
  const memory = await getJson<ChatMemory>(`${env.STUDIO_URL}/api/memory?chatId=${aki!.id}`);
  expect(memory.window).toMatchObject({ turns: 1, highWaterTokens: 6_000 });

  // And the stage's queues, for the tab Operations.
  await expect
    .poll(() => getJson(`${env.STUDIO_URL}/api/queues`))
    .toEqual({
      events: { waiting: 0, inFlight: 0 },
      deadLetters: { waiting: 0, inFlight: 0 },
    });

  studio.child.kill("SIGINT");
  expect(await studio.exit).toBe(0);
  const next = stage.start("dev-studio.ts", { env });
  await next.prints("Studio     ");
  expect(await texts()).toEqual(["Hello", "Good morning"]);
});

/** A LINE platform in the place of the real one, for the pane alone: it cannot know. */
async function realLine(webhookUrl?: string) {
  const line = createLineSimulator({
    channelSecret: "local-channel-secret",
    channelAccessToken: "local-channel-access-token",
    webhookUrl,
  });
  const { url, close } = await serveLine(line);
  return { line, close, env: { ...app, LINE_API_BASE_URL: url } };
}

test("a channel that cannot be asked is said, and Studio runs", async () => {
  const { line, close, env: lineEnv } = await realLine();
  line.faults.add({ on: "*", fault: { kind: "status", status: 401 } });
  const env = { ...lineEnv, STUDIO_URL: await freeUrl() };
  const studio = stage.start("dev-studio.ts", { env });
  await studio.prints(/NOT CONNECTED: LINE .* answered 401/);
  expect((await viewOf(env.STUDIO_URL)).info.onLine).toBe(true);
  studio.child.kill("SIGINT");
  expect(await studio.exit).toBe(0);
  await close();
});

test("with a LINE channel: its webhook is pointed at the stage, and Studio lists the chats of the events that the worker gets", async () => {
  const { line, close, env: lineEnv } = await realLine();
  const env = { ...lineEnv, STUDIO_URL: await freeUrl() };
  const studio = stage.start("dev-studio.ts", { env });
  await studio.prints("the stage's own channel: write to the bot from your phone");
  expect(line.webhookUrl()).toBe(stage.local.urls.webhook);
  stage.start("dev-worker.ts", { env });

  expect((await viewOf(env.STUDIO_URL)).chats).toEqual([]);
  expect((await viewOf(env.STUDIO_URL)).info.onLine).toBe(true);
  const { userId } = line.addUser({ name: "Chika" });
  await line.deliver([line.say({ from: userId, text: "From my phone" })]);
  const view = () => viewOf(env.STUDIO_URL);
  await expect.poll(async () => (await view()).chats.map(({ id }) => id)).toEqual([userId]);
  await expect.poll(async () => (await view()).traces[0]?.steps.at(-1)?.name).toBe("delivered");
  expect((await view()).traces[0]!.chat).toBe((await view()).chats[0]!.hash);
  expect(line.timeline(userId)).toHaveLength(2);
  // Nobody can be played, and nothing be broken, that is not simulated.
  expect((await post(`${env.STUDIO_URL}/api/users`, { name: "Aki" })).status).toBe(404);
  const broken = await fetch(`${env.STUDIO_URL}/api/broken`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ line: "down" }),
  });
  expect(broken.status).toBe(409);
  await close();
});

test("a LINE channel that points elsewhere is left there, unless one says so", async () => {
  const elsewhere = "https://somebody.example/bot";
  const { line, close, env: lineEnv } = await realLine(elsewhere);
  const env = { ...lineEnv, STUDIO_URL: await freeUrl() };
  const refused = stage.start("dev-studio.ts", { env });
  await refused.prints(`NOT CONNECTED: the webhook of the stage's channel points at ${elsewhere}`);
  expect(line.webhookUrl()).toBe(elsewhere);
  refused.child.kill("SIGTERM");
  await refused.exit;

  const told = stage.start("dev-studio.ts", { env: { ...env, TAKE_WEBHOOK: "1" } });
  await told.prints(`Its webhook pointed at ${elsewhere} before.`);
  expect(line.webhookUrl()).toBe(stage.local.urls.webhook);
  await close();
});

test("only a process on this machine can tell Studio what a worker did, and only what it knows", async () => {
  const env = { ...app, STUDIO_URL: await freeUrl(), LINE_SIMULATOR_URL: await freeUrl() };
  await stage.start("dev-studio.ts", { env }).prints("Studio     ");
  const url = `${env.STUDIO_URL}/api/told`;
  expect((await post(url, [], { origin: "https://evil.example" })).status).toBe(403);
  expect((await post(url, [{ type: "unknown" }])).status).toBe(400);
  expect((await post(url, "no list")).status).toBe(400);
  expect((await post(url, [])).status).toBe(204);
});
