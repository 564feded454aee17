import { createDecipheriv, createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { contents, environmentOf } from "./synth/contents.ts";
import { invoke } from "./synth/invoke.ts";
import { type Bundle, root, synthesize, type Template } from "./synth/template.ts";

const KB = 1024;

let template: Template;
beforeAll(async () => {
  template = await synthesize("bundles");
}, 60_000);

const bundle = (name: "ingress" | "worker") =>
  template.bundles.find(({ source }) => source === `packages/functions/src/${name}.handler`)!;

describe("as deployed, in a fresh process", () => {
  test("ingress refuses a webhook that LINE did not sign, and logs it as JSON that a metric filter can read", async () => {
    const { answer, printed } = await invokeDeployed(bundle("ingress"), webhookSigned("bm90IHNpZ25lZA=="));
    expect(answer).toMatchObject({ statusCode: 401 });
    expect(printed.map((line) => JSON.parse(line))).toMatchObject([{ name: "webhook.bad_signature" }]);
  });

  test("ingress accepts what is signed with the channel's secret, and with the previous one while that is set", async () => {
    for (const secret of ["dummy-LineChannelSecret", "dummy-LineChannelSecretPrevious"]) {
      const signature = createHmac("sha256", secret).update(noEvents).digest("base64");
      const { answer } = await invokeDeployed(bundle("ingress"), webhookSigned(signature));
      expect([secret, answer]).toMatchObject([secret, { statusCode: 200 }]);
    }
  });

  test("the worker has nothing to say about an empty batch", async () => {
    const { answer } = await invokeDeployed(bundle("worker"), { Records: [] });
    expect(answer).toEqual({ batchItemFailures: [] });
  });

  test("each function holds the links it uses, and no other's secret", async () => {
    expect(Object.keys(await links(bundle("ingress"))).sort()).toEqual([
      "EventQueue",
      "LineChannelSecret",
      "LineChannelSecretPrevious",
    ]);
    expect(Object.keys(await links(bundle("worker"))).sort()).toEqual([
      "Conversations",
      "DeadLetterQueue",
      "EventQueue",
      "LineChannelAccessToken",
      "OpenAiApiKey",
      "Reminders",
    ]);
  });
});

describe("what a cold start reads", () => {
  test("neither function imports node:http, which would load all of `fetch` with it", async () => {
    for (const bundle of template.bundles) {
      expect((await contents(bundle)).startup.builtIn).not.toContain("node:http");
    }
  });

  test("ingress: at most 450 KB, and neither model, table, tokenizer nor what the bot says", async () => {
    const { startup, files } = await contents(bundle("ingress"));
    expect(startup.bytes).toBeLessThanOrEqual(450 * KB);
    for (const unused of ["gpt-tokenizer", "openai", "electrodb", "@aws-sdk/client-dynamodb"]) {
      expect(files.filter(({ packages }) => packages.has(unused))).toEqual([]);
    }
    const textsIn = (all: typeof files) =>
      all.flatMap(({ sources }) => sources.filter((it) => /\/bot\/texts\//.test(it)));
    expect(textsIn(files)).toEqual([]);
    expect(textsIn((await contents(bundle("worker"))).files)).not.toEqual([]);
  });

  test("worker: at most 1 MB, tokenizer and Markdown parser not among it but in files of their own", async () => {
    const { startup, files } = await contents(bundle("worker"));
    expect(startup.bytes).toBeLessThanOrEqual(1000 * KB);
    expect(startup.packages).not.toContain("gpt-tokenizer");
    expect(startup.packages).not.toContain("markdown-it");
    expect(files.filter(({ packages }) => packages.has("markdown-it"))).toHaveLength(1);
    const tokenizer = files.filter(({ packages }) => packages.has("gpt-tokenizer"));
    expect(tokenizer.length).toBeGreaterThan(0);
    for (const { packages } of tokenizer) expect([...packages]).toEqual(["gpt-tokenizer"]);
  });
});

test("source maps go to the asset bucket, not into the code that Lambda unpacks", async () => {
  for (const { functionId, directory } of template.bundles) {
    const files = fileNames(await readFile(join(root, directory, "..", functionId, "code.zip")));
    expect(files).toContain("bundle.mjs");
    expect(files).toContain("resource.enc");
    expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
  }
});

const noEvents = JSON.stringify({ destination: "U0", events: [] });

/** The console's connectivity check, as a Function URL passes it on. */
const webhookSigned = (signature: string) => ({
  ...{ version: "2.0", rawPath: "/", rawQueryString: "" },
  headers: { "content-type": "application/json", "x-line-signature": signature },
  requestContext: {
    domainName: "ingress.lambda-url.ap-northeast-1.on.aws",
    http: { method: "POST", path: "/", sourceIp: "192.0.2.1" },
  },
  body: noEvents,
  isBase64Encoded: false,
});

/** In the environment that the function is deployed with and no other. */
function invokeDeployed(bundle: Bundle, event: unknown) {
  return invoke(bundle, event, {
    ...environmentOf(template, bundle),
    AWS_REGION: "ap-northeast-1",
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9", // the discard port: nothing may leave
  });
}

/** Reads the links as SST's `Resource` does: AES-256-GCM with a nonce of zeros, the tag at the end. */
async function links(bundle: Bundle): Promise<object> {
  const { SST_KEY = "", SST_KEY_FILE = "" } = environmentOf(template, bundle);
  const file = await readFile(join(root, bundle.directory, SST_KEY_FILE));
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(SST_KEY, "base64"), Buffer.alloc(12));
  decipher.setAuthTag(file.subarray(-16));
  return JSON.parse(decipher.update(file.subarray(0, -16), undefined, "utf8") + decipher.final("utf8"));
}

/** From a zip's directory: each entry has its signature, the length of its name at 28 and the name at 46. */
function fileNames(zip: Buffer) {
  const entries = zip.toString("latin1").split("PK\u0001\u0002").slice(1);
  return entries.map((entry) =>
    entry.slice(42, 42 + Buffer.from(entry.slice(24, 26), "latin1").readUInt16LE()),
  );
}
