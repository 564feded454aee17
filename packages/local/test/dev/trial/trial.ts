/**
 * Tries `sst dev` without AWS, with SST's real command line: a message that is queued before the laptop is there, and
 * one whose worker is killed with all of `sst dev`, are answered once each. AWS is moto (`pip install moto[server]`),
 * Pulumi's engine is `pulumi.ts`, and the ingress runs here. No real Lambda, Function URL or SQS is part of it.
 *
 *   npx node packages/local/test/dev/trial/trial.ts
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createLineSimulator, type TimelineEntry } from "@henji/line-simulator";
import { serve } from "@henji/loopback";
import { createModelSimulator, serveModel } from "@henji/model-simulator";
import { createFunctionUrl, type FunctionUrlHandler } from "../../../src/function-url.ts";
import { restoreLine, saveLine } from "../../../src/line-state.ts";
import { killTree } from "./kill-tree.ts";
import { credentials, dropBucketPolicies, region, startMoto } from "./moto.ts";
import { type Laptop, openLaptop, root, runSst } from "./sst.ts";

const stage = "trial";
/** Where `stacks/dev.ts` puts LINE's simulator. */
const line = "http://127.0.0.1:4671";
const stateDirectory = join(root, ".henji/stages", stage);
const started = Date.now();
const step = (text: string) => console.log(`\n== ${((Date.now() - started) / 1000).toFixed(0)} s: ${text}\n`);

const directory = mkdtempSync(join(tmpdir(), "henji-trial-"));
const moto = await startMoto();
let laptop: Laptop | undefined;
try {
  await run();
} finally {
  await laptop?.kill();
  killTree(moto.pid);
  rmSync(directory, { recursive: true, force: true });
  rmSync(stateDirectory, { recursive: true, force: true });
}
process.exit(0);

async function run(): Promise<void> {
  // Long enough to kill a worker meanwhile.
  const model = await serveModel(createModelSimulator({ latencyMs: 3_000 }));
  const handler = Promise.withResolvers<FunctionUrlHandler>();
  const ingress = await serve(createFunctionUrl(async (event) => (await handler.promise)(event)).fetch);
  const env = environment(model.url, `${ingress.url}/`);

  step("A secret is set; SST makes its buckets");
  const setKey = () => runSst(["secret", "set", "OpenAiApiKey", "sk-trial", "--stage", stage], env);
  if (!(await setKey())) {
    await dropBucketPolicies(moto);
    assert(await setKey(), "sst secret set fails");
  }
  await dropBucketPolicies(moto);

  step("sst dev deploys the stage, and is ended");
  laptop = openLaptop(stage, env);
  await laptop.prints("Worker of stage trial");
  await laptop.prints("simulated: chat in Studio");
  await laptop.close();

  step("A message comes while there is no laptop");
  const links = JSON.parse(readFileSync(env.TRIAL_LINKS!, "utf8"));
  Object.assign(process.env, env, {
    SST_RESOURCES_JSON: JSON.stringify({ ...links, App: { name: "henji", stage } }),
  });
  handler.resolve((await import("@henji/functions/ingress")).handler);
  const aki = await writeAlone("Are you there?", links.LineChannelSecret.value, `${ingress.url}/`);
  assert.deepEqual(await depth(links.EventQueue.url), { waiting: "1", inWork: "0" });

  step("sst dev starts again: the message is answered");
  laptop = openLaptop(stage, env);
  await laptop.prints("Waiting: 1; in work: 0");
  await laptop.prints("turn.delivered");

  step("Another message; sst dev and its worker are killed while they work on it");
  await post("/_simulator/say", { from: aki, text: "And now?" });
  await laptop.prints("turn.claimed", 2);
  await laptop.kill();

  step("sst dev starts again: the message is answered within 30 seconds");
  laptop = openLaptop(stage, env);
  await laptop.prints("turn.delivered");
  const response = await fetch(`${line}/_simulator/timeline/${aki}`);
  const timeline = (await response.json()) as TimelineEntry[];
  await laptop.close();

  const spoken = timeline.map(({ by, message }) => [
    by === "user" ? "user" : "bot",
    "text" in message && message.text,
  ]);
  console.table(spoken);
  assert.deepEqual(
    spoken.map(([by]) => by),
    ["user", "bot", "user", "bot"],
  );
  assert.deepEqual(await depth(links.EventQueue.url), { waiting: "0", inWork: "0" });
  step("Both messages were answered once, and the queue is empty");
}

/** Of SST and all that it starts: nothing of it leaves this machine. */
function environment(modelUrl: string, ingressUrl: string): NodeJS.ProcessEnv {
  const bin = join(directory, "sst/bin");
  mkdirSync(bin, { recursive: true });
  const pulumi = join(bin, "pulumi");
  const script = join(import.meta.dirname, "pulumi.ts");
  writeFileSync(pulumi, `#!/bin/sh\nunset NODE_OPTIONS\nexec "${process.execPath}" "${script}" "$@"\n`);
  chmodSync(pulumi, 0o755);
  const { PATH, HOME } = process.env;
  return {
    ...{ PATH: `${join(root, "node_modules/.bin")}:${PATH}`, HOME, XDG_CONFIG_HOME: directory },
    ...{ SST_PULUMI_PATH: pulumi, SST_SKIP_DEPENDENCY_CHECK: "1", SST_SKIP_APPSYNC: "1", SST_NO_BUN: "1" },
    ...{ SST_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
    ...{ AWS_ENDPOINT_URL: moto.url, AWS_REGION: region, AWS_ACCESS_KEY_ID: credentials.accessKeyId },
    ...{ AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey, OPENAI_BASE_URL: modelUrl },
    ...{ TRIAL_INGRESS: ingressUrl, TRIAL_LINKS: join(directory, "links.json") },
  };
}

/** Aki writes, by LINE's simulator as the last run of `sst dev` has left it. @returns Aki's id */
async function writeAlone(text: string, channelSecret: string, webhookUrl: string): Promise<string> {
  const file = join(stateDirectory, "line.json");
  const options = { channelSecret, channelAccessToken: "unused", botName: "Henji", webhookUrl };
  const alone = createLineSimulator({ ...options, snapshot: restoreLine(file) });
  const save = saveLine(alone, file);
  const { userId } = alone.users()[0]!;
  const { status } = await alone.deliver([alone.say({ from: userId, text })]);
  assert.equal(status, 200);
  await save();
  return userId;
}

async function post(path: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const { ok } = await fetch(line + path, { method: "POST", headers, body: JSON.stringify(body) });
  assert(ok, `LINE's simulator refuses ${path}`);
}

async function depth(QueueUrl: string) {
  const sqs = new SQSClient({ endpoint: moto.url, region, credentials, useQueueUrlAsEndpoint: false });
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  sqs.destroy();
  return {
    waiting: Attributes?.ApproximateNumberOfMessages,
    inWork: Attributes?.ApproximateNumberOfMessagesNotVisible,
  };
}
