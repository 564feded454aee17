import { createLineSimulator, type LineServer, serveLine } from "@henji/line-simulator";
import { writeEnvironment } from "@henji/local/environment-file";
import { type Local, startLocal } from "@henji/local/start";
import { createModelSimulator, type ServedModel, serveModel } from "@henji/model-simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useDirectory } from "../../local/test/directory.ts";
import { henji } from "./command.ts";
import { type AwsStage, healthyStage, links, serveStage } from "./stage.ts";

describe("a stage, in sst shell", () => {
  const line = createLineSimulator({
    channelSecret: links.LineChannelSecret.value,
    channelAccessToken: links.LineChannelAccessToken.value,
    fetch: async () => new Response("OK"),
  });
  let stage: AwsStage;
  let closing: { close(): Promise<void> }[];
  let env: Record<string, string>;

  beforeAll(async () => {
    const aws = await serveStage(() => stage);
    const lineServer: LineServer = await serveLine(line);
    const model: ServedModel = await serveModel(createModelSimulator());
    closing = [aws, lineServer, model];
    env = {
      ...aws.env,
      LINE_API_BASE_URL: lineServer.url,
      OPENAI_BASE_URL: model.url,
      npm_config_user_agent: "npm/11.5.1 node/v24.7.0 linux x64",
      SST_RESOURCE_App: JSON.stringify(links.App),
    };
    for (const [name, properties] of Object.entries(links)) {
      env[`SST_RESOURCE_${name}`] = JSON.stringify(properties);
    }
    stage = healthyStage();
    // The real clock, which the command compares with.
    stage.date = Date.now();
  });
  afterAll(() => Promise.all(closing.map((one) => one.close())));
  beforeEach(() => {
    stage = { ...healthyStage(), date: Date.now() };
  });

  test("is connected first, and then healthy", async () => {
    const before = await henji(["doctor", "--json"], env);
    expect(before.code).toBe(1);
    const found = JSON.parse(before.output);
    expect(found).toMatchObject({ stage: "test", isHealthy: false });
    const wrong = found.checks.filter(({ status }: { status: string }) => status === "wrong");
    expect(wrong).toEqual([
      {
        ...{ name: "webhook", status: "wrong", says: "the channel has no webhook URL" },
        fix: "npx sst shell --stage test -- npm run henji -- connect",
      },
    ]);

    const dry = await henji(["connect", "--dry-run"], env);
    expect(dry).toMatchObject({ code: 0, error: "" });
    expect(dry.output).toContain(`would be set to ${links.Ingress.url}`);
    expect(line.webhookUrl()).toBeUndefined();

    const { code, output } = await henji(["connect", "--json"], env);
    expect(code).toBe(0);
    expect(JSON.parse(output).webhook).toMatchObject({ outcome: "set", url: links.Ingress.url });
    expect(line.webhookUrl()).toBe(links.Ingress.url);

    const after = await henji(["doctor"], env);
    expect(after).toMatchObject({ code: 0, error: "" });
    expect(after.output).toMatch(/^fine +webhook +LINE sends events to https:\/\/ingress/m);
    expect(after.output).toContain("Nothing is wrong. 2 could not be made.");
  });

  test("connect leaves another webhook alone: exit code 1", async () => {
    const { code, output } = await henji(["connect", "--url", "https://new.test/"], env);
    expect(code).toBe(1);
    expect(output).toContain(`belongs to another: ${links.Ingress.url}`);
  });

  test("connect gives the LINE simulator a bot on this machine, without TLS", async () => {
    const args = ["--url", "http://127.0.0.1:3000/webhook", "--replace", "--dry-run"];
    const { code, output } = await henji(["connect", ...args], env);
    expect(output).toContain("would be set to http://127.0.0.1:3000/webhook");
    expect(code).toBe(0);
  });

  test.each([
    ["a URL without TLS", ["--url", "http://new.test/"], {}, /--url takes an https URL/, 2],
    [
      "such a URL on this machine, for LINE itself",
      ["--url", "http://127.0.0.1:3000/"],
      { LINE_API_BASE_URL: "https://api.line.me" },
      /--url takes an https URL/,
      2,
    ],
    [
      "a dead token",
      [],
      { SST_RESOURCE_LineChannelAccessToken: '{"value":"old"}' },
      /^LINE \/v2\/bot\/info answered 401.*LineChannelAccessToken/,
      1,
    ],
    ["no link", [], { SST_RESOURCE_Ingress: "{}" }, /^Ingress\.url is not linked/, 1],
  ])("connect with %s says so in a line", async (_what, args, more, says, expected) => {
    const { code, output, error } = await henji(["connect", ...args], { ...env, ...more });
    expect(error).toMatch(says);
    expect(error.trimEnd().split("\n")).toHaveLength(1);
    expect({ code, output }).toEqual({ code: expected, output: "" });
  });

  test("doctor outside of sst shell says how to get in", async () => {
    const { code, output } = await henji(["doctor"], {});
    expect(code).toBe(1);
    expect(output).toMatch(
      /^WRONG +system .*\n +→ npx sst shell --stage <stage> -- npm run henji -- doctor/m,
    );
    expect(output).toContain("1 of 30 checks found something wrong.");
  });

  test("connect outside of sst shell does too", async () => {
    const { code, error } = await henji(["connect"], {});
    expect(code).toBe(1);
    expect(error).toMatch(/^LineChannelAccessToken is not linked: run npx sst shell .* or add --local/);
  });
});

describe("the system on this machine", () => {
  const state = useDirectory("file");
  const env = { npm_config_user_agent: "npm/11.5.1", OPENAI_API_KEY: "" };
  let local: Local;
  beforeAll(async () => {
    local = await startLocal();
    writeEnvironment(state.path, local.environment);
  }, 60_000);
  afterAll(() => local.stop());

  test("is healthy, and connected by the stand-ins' own secrets", async () => {
    const { code, output } = await henji(["doctor", "--state", state.path, "--json"], env);
    const { checks, ...rest } = JSON.parse(output);
    expect(checks.filter(({ status }: { status: string }) => status === "wrong")).toEqual([]);
    expect({ code, ...rest }).toEqual({ code: 0, stage: "local", isHealthy: true });
    const connected = await henji(["connect", "--state", state.path, "--json"], env);
    expect(JSON.parse(connected.output)).toMatchObject({
      webhook: { outcome: "already set", isActive: true },
      test: { isFine: true, statusCode: 200 },
    });
  });

  test("a webhook that points elsewhere is found, and connected again", async () => {
    const own = local.line.webhookUrl()!;
    const args = ["--state", state.path];
    await henji(["connect", ...args, "--url", `${own}?other`, "--replace"], env);
    const { code, output } = await henji(["doctor", ...args], env);
    expect(code).toBe(1);
    expect(output).toMatch(/^WRONG +webhook .*\?other\n +→ .*henji -- connect --replace --state \S+$/m);
    expect((await henji(["connect", ...args, "--replace"], env)).code).toBe(0);
    expect(local.line.webhookUrl()).toBe(own);
  });

  test("one that does not run is the one thing wrong", async () => {
    const { code, output } = await henji(["doctor", "--state", "/nowhere"], env);
    expect(code).toBe(1);
    expect(output).toMatch(/^WRONG +system +No Henji runs on \/nowhere.*\n +→ npm start$/m);
    expect(output).toContain("1 of 30 checks found something wrong.");
  });
});

test.each(["connect", "doctor"])("%s --help shows how it is run", async (name) => {
  const { code, output } = await henji([name, "--help"], {});
  expect(code).toBe(0);
  expect(output).toMatch(new RegExp(`npx sst shell --stage production -- npm run henji -- ${name}`));
});
