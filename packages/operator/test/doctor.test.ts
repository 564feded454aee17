import { defineBot } from "@henji/core/bot";
import { systemClock } from "@henji/core/clock";
import { checkModelAccess } from "@henji/core/model/access";
import { createChannel } from "@henji/core/platform/line/channel";
import { createLineSimulator, MONTHLY_LIMITED } from "@henji/line-simulator";
import { createModelSimulator } from "@henji/model-simulator";
import { connectAws } from "@henji/operator/doctor/aws";
import { checks } from "@henji/operator/doctor/checks";
import { examine, type Result } from "@henji/operator/doctor/examine";
import type { Subject } from "@henji/operator/doctor/subject";
import { resultsText } from "@henji/operator/doctor/text";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type AwsStage, healthyStage, links, serveStage } from "./stage.ts";

type Links = Record<string, Record<string, string>>;

/** A deployed stage that is fine, to be broken. */
function healthy() {
  const line = createLineSimulator({
    channelSecret: links.LineChannelSecret.value,
    channelAccessToken: links.LineChannelAccessToken.value,
    webhookUrl: links.Ingress.url,
    botName: "Henji",
    monthlyQuota: 200,
    fetch: async () => new Response(null, { status: world.webhookAnswers }),
  });
  return {
    aws: healthyStage(),
    links: structuredClone(links) as Links,
    line,
    models: undefined as string[] | undefined,
    modelFault: undefined as number | undefined,
    webhookAnswers: 200,
    bot: { instructions: "Hello." } as object,
    machine: { node: "24.7.0", npm: "11.5.1" as string | undefined, skewMs: 0 },
  };
}

type World = ReturnType<typeof healthy>;
let world: World;
beforeEach(() => {
  world = healthy();
});

let served: Awaited<ReturnType<typeof serveStage>>;
beforeAll(async () => {
  served = await serveStage((): AwsStage => world.aws);
  for (const [name, value] of Object.entries(served.env)) vi.stubEnv(name, value);
});
afterAll(() => served.close());

const defaults: Record<string, string> = { Ingress: "url", Alarms: "arn", App: "stage" };

async function doctor(change: Partial<Subject> = {}): Promise<Result[]> {
  const link: Subject["link"] = (name, property) => {
    const linked = world.links[name] ?? {};
    return linked[property ?? defaults[name] ?? Object.keys(linked)[0]!] ?? "";
  };
  const model = createModelSimulator({ ...(world.models && { models: world.models }) });
  if (world.modelFault)
    model.faults.add({ times: 9, fault: { kind: "status", status: world.modelFault, code: null } });
  const aws = connectAws(change.isLocal ?? false);
  const subject: Subject = {
    isLocal: false,
    stage: link("App"),
    link,
    loadBot: async () => defineBot(world.bot as Parameters<typeof defineBot>[0]),
    channel: () =>
      createChannel({
        channelAccessToken: link("LineChannelAccessToken"),
        clock: systemClock,
        fetch: (input, init) => world.line.fetch(new Request(input, init)),
      }),
    checkAccess: (apiKey, name, signal) => checkModelAccess({ apiKey, fetch: model.fetch }, name, signal),
    aws,
    machine: {
      node: world.machine.node,
      npm: world.machine.npm,
      now: () => (world.aws.date ?? 0) + world.machine.skewMs,
    },
    ...change,
  };
  try {
    return await examine(checks, subject);
  } finally {
    aws.close();
  }
}

const named = (results: readonly Result[], status: Result["status"]) =>
  results.filter((result) => result.status === status).map(({ name }) => name);
const byHand = ["webhook redelivery", "auto-reply messages"];

test("a stage that is fine: all is checked but what no API tells", async () => {
  const results = await doctor();
  expect(results.filter(({ status }) => status === "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual(byHand);
  expect(new Set(results.map(({ name }) => name)).size).toBe(checks.length);
});

test("what no API tells comes with the place to look at, and the bot's own page", async () => {
  const results = await doctor();
  const says = (name: string) => results.find((result) => result.name === name)?.says;
  expect(says("webhook redelivery")).toMatch(/no API knows it: https:\/\/developers\.line\.biz\/console\//);
  expect(says("auto-reply messages")).toContain(`https://manager.line.biz/account/${world.line.bot.basicId}`);
});

/** [what is broken, how, the check that finds it, what it says, what mends it] */
type Case = [string, (world: World) => void, string, RegExp, RegExp];
const deploy = /npm run deploy -- --stage test/;
const redeploy = /^npx sst refresh --stage test && npm run deploy -- --stage test$/;

const events = ({ aws }: World) => aws.queues["Events.fifo"];
const letters = ({ aws }: World) => aws.queues["Letters.fifo"];
const worker = ({ aws }: World) => aws.functions[links.Worker.name]!;
const source = ({ aws }: World) => aws.eventSources[0]!;

const cases: Case[] = [
  [
    "an old Node",
    (w) => (w.machine.node = "22.1.0"),
    "Node",
    /22\.1\.0: Henji needs Node 24/,
    /npm ci|nodejs\.org/,
  ],
  [
    "an old npm",
    (w) => (w.machine.npm = "10.9.0"),
    "npm",
    /10\.9\.0: Henji needs npm 11/,
    /npm install -g npm@11/,
  ],
  [
    "a clock that is fast",
    (w) => (w.machine.skewMs = 400_000),
    "clock",
    /is 400 s ahead of AWS's$/,
    /time automatically/,
  ],
  [
    "a clock that is slow",
    (w) => (w.machine.skewMs = -90_000),
    "clock",
    /is 90 s behind AWS's$/,
    /time automatically/,
  ],
  [
    "a configuration with a mistake",
    (w) => (w.bot = { instructions: "Hi", memroy: {} }),
    "bot.config.ts",
    /memroy: unknown; did you mean memory/,
    /edit bot\.config\.ts/,
  ],
  [
    "a secret with a line break",
    (w) => (w.links.LineChannelSecret!.value = "line-secret\n"),
    "secrets and links",
    /a space or line break around it: LineChannelSecret$/,
    /^npx sst secret set LineChannelSecret <channel secret> --stage test && npm run deploy/,
  ],
  [
    "credentials that have expired",
    (w) => (w.aws.refuses["*"] = "ExpiredTokenException"),
    "AWS credentials",
    /ExpiredTokenException/,
    /sign in again/,
  ],
  [
    "credentials that AWS does not know",
    (w) => (w.aws.refuses["*"] = "UnrecognizedClientException"),
    "AWS credentials",
    /UnrecognizedClientException/,
    /AWS_PROFILE/,
  ],
  [
    "the region of another stage",
    (w) => (w.links.EventQueue!.url = links.EventQueue.url.replace("ap-northeast-1", "us-east-1")),
    "AWS credentials",
    /AWS_REGION is ap-northeast-1, and the stage is in us-east-1/,
    /export AWS_REGION=us-east-1/,
  ],
  [
    "a token that LINE does not accept",
    (w) => (w.links.LineChannelAccessToken!.value = "old"),
    "channel access token",
    /does not accept it/,
    /sst secret set LineChannelAccessToken <channel access token> --stage test/,
  ],
  [
    "a webhook that goes elsewhere",
    (w) => (w.links.Ingress!.url = "https://new.test/"),
    "webhook",
    /elsewhere: to https:\/\/ingress/,
    /^if that .*npx sst shell --stage test -- npm run henji -- connect --replace$/,
  ],
  [
    "Use webhook switched off",
    (w) => w.line.useWebhook(false),
    "webhook",
    /Use webhook is off/,
    /developers\.line\.biz\/console/,
  ],
  [
    "no webhook URL",
    (w) => w.line.faults.add({ on: "webhook-endpoint", fault: { kind: "status", status: 404 } }),
    "webhook",
    /no webhook URL/,
    /henji -- connect$/,
  ],
  [
    "a channel secret of another channel",
    (w) => (w.webhookAnswers = 401),
    "webhook test",
    /answered 401: its channel secret is not that of the token's channel/,
    /sst secret set LineChannelSecret/,
  ],
  [
    "a webhook that fails",
    (w) => (w.webhookAnswers = 502),
    "webhook test",
    /answered 502: it failed/,
    /log of Ingress/,
  ],
  [
    "a webhook that is not there",
    (w) => (w.webhookAnswers = 404),
    "webhook test",
    /nothing at this URL/,
    deploy,
  ],
  [
    "a webhook that is not public",
    (w) => (w.webhookAnswers = 403),
    "webhook test",
    /403: the function's URL is not public/,
    deploy,
  ],
  [
    "a webhook that is another server",
    (w) => (w.webhookAnswers = 204),
    "webhook test",
    /204, not 200/,
    deploy,
  ],
  [
    "a webhook that LINE does not reach",
    (w) => w.line.faults.add({ on: "webhook", fault: { kind: "drop-request" } }),
    "webhook test",
    /could not connect/,
    deploy,
  ],
  [
    "a webhook that is too slow",
    (w) => w.line.faults.add({ on: "webhook-test", fault: timedOut }),
    "webhook test",
    /within LINE's two seconds/,
    /first start/,
  ],
  [
    "a failure that LINE does not classify",
    (w) => w.line.faults.add({ on: "webhook-test", fault: unclassified }),
    "webhook test",
    /LINE says UNCLASSIFIED: x/,
    /check-webhook-error-statistics/,
  ],
  [
    "a month's quota that is used up",
    (w) =>
      w.line.faults.add({
        on: "consumption",
        fault: { kind: "status", status: 200, body: { totalUsage: 200 } },
      }),
    "push quota",
    /200 of 200 used/,
    /larger plan/,
  ],
  [
    "a function that could not start",
    (w) => (worker(w).State = "Failed"),
    "functions",
    /Worker is Failed/,
    redeploy,
  ],
  [
    "an update that failed",
    (w) => (worker(w).LastUpdateStatus = "Failed"),
    "functions",
    /update of Worker failed/,
    redeploy,
  ],
  [
    "a time-out changed by hand",
    (w) => (worker(w).Timeout = 20),
    "functions",
    /time-out of Worker is 20 s, not 75 s/,
    redeploy,
  ],
  [
    "sst dev's stub left behind",
    (w) => (worker(w).Handler = "bootstrap"),
    "sst dev",
    /stub in place of Worker: .*deleted unanswered/,
    deploy,
  ],
  [
    "sst dev's stub, by its description",
    (w) => (worker(w).Description = "Answers (live)"),
    "sst dev",
    /stub/,
    deploy,
  ],
  [
    "sst dev's stub, by its runtime",
    (w) => (worker(w).Runtime = "provided.al2023"),
    "sst dev",
    /stub/,
    deploy,
  ],
  [
    "an event queue that is not FIFO",
    (w) => (events(w).FifoQueue = undefined),
    "event queue",
    /FifoQueue is not set, not true/,
    redeploy,
  ],
  [
    "a visibility time-out changed by hand",
    (w) => (events(w).VisibilityTimeout = "30"),
    "event queue",
    /VisibilityTimeout is 30, not 90/,
    redeploy,
  ],
  [
    "a retention changed by hand",
    (w) => (events(w).MessageRetentionPeriod = "60"),
    "event queue",
    /MessageRetentionPeriod is 60/,
    redeploy,
  ],
  [
    "one throughput for all chats",
    (w) => (events(w).FifoThroughputLimit = "perQueue"),
    "event queue",
    /FifoThroughputLimit is perQueue/,
    redeploy,
  ],
  [
    "one deduplication for all chats",
    (w) => (events(w).DeduplicationScope = "queue"),
    "event queue",
    /DeduplicationScope is queue/,
    redeploy,
  ],
  [
    "no dead-letter queue",
    (w) => (events(w).RedrivePolicy = undefined),
    "event queue",
    /goes to no dead-letter queue/,
    redeploy,
  ],
  [
    "somebody else's dead-letter queue",
    (w) => (events(w).RedrivePolicy = events(w).RedrivePolicy!.replace("Letters", "Other")),
    "event queue",
    /is arn:.*:Other\.fifo, not the stage's/,
    redeploy,
  ],
  [
    "another maxReceiveCount",
    (w) => (events(w).RedrivePolicy = events(w).RedrivePolicy!.replace("300", "3")),
    "event queue",
    /maxReceiveCount is 3, not 300/,
    redeploy,
  ],
  [
    "a dead-letter queue that is not FIFO",
    (w) => (letters(w).FifoQueue = undefined),
    "dead-letter queue",
    /FifoQueue is not set, not true/,
    redeploy,
  ],
  [
    "a dead-letter queue that forgets early",
    (w) => (letters(w).MessageRetentionPeriod = "3600"),
    "dead-letter queue",
    /MessageRetentionPeriod is 3600/,
    redeploy,
  ],
  [
    "letters that wait",
    (w) => (letters(w).ApproximateNumberOfMessages = "3"),
    "dead-letter queue",
    /3 given up on/,
    /henji -- dead list$/,
  ],
  ["no event source", (w) => (w.aws.eventSources = []), "event source", /not subscribed/, redeploy],
  [
    "an event source of another queue only",
    (w) => (source(w).EventSourceArn += "-other"),
    "event source",
    /not subscribed/,
    redeploy,
  ],
  [
    "an event source that is off",
    (w) => (source(w).State = "Disabled"),
    "event source",
    /is off: messages wait/,
    /npm run deploy -- --stage test, or at once: aws lambda update-event-source-mapping --uuid u-u-i-d --enabled/,
  ],
  [
    "an event source that is being switched off",
    (w) => (source(w).State = "Disabling"),
    "event source",
    /is off/,
    deploy,
  ],
  [
    "an event source that cannot receive",
    (w) => (source(w).LastProcessingResult = "PROBLEM: Function call failed"),
    "event source",
    /PROBLEM: Function call failed/,
    redeploy,
  ],
  [
    "failures that are not reported one by one",
    (w) => (source(w).FunctionResponseTypes = []),
    "event source",
    /they would be lost/,
    redeploy,
  ],
  [
    "another batch size",
    (w) => (source(w).BatchSize = 1),
    "event source",
    /batch size is 1, not 10/,
    redeploy,
  ],
  [
    "workers without a limit",
    (w) => Object.assign(source(w), { ScalingConfig: {} }),
    "event source",
    /workers at once are not limited, not 20/,
    redeploy,
  ],
  [
    "a new account",
    (w) => (w.aws.account.UnreservedConcurrentExecutions = 10),
    "account concurrency",
    /10 functions can run at once: 20 workers leave none for the webhook/,
    /service-quotas request-service-quota-increase/,
  ],
  [
    "no table",
    (w) => (w.aws.refuses.DescribeTable = "ResourceNotFoundException"),
    "table",
    /no such table/,
    redeploy,
  ],
  [
    "a table that is going",
    (w) => (w.aws.table.TableStatus = "DELETING"),
    "table",
    /it is DELETING/,
    redeploy,
  ],
  [
    "a table with other keys",
    (w) => w.aws.table.KeySchema.pop(),
    "table",
    /its keys are not pk and sk/,
    redeploy,
  ],
  [
    "a table without its index",
    (w) => (w.aws.table.GlobalSecondaryIndexes = []),
    "table",
    /no index gsi1/,
    redeploy,
  ],
  [
    "an index with other keys",
    (w) => (w.aws.table.GlobalSecondaryIndexes[0]!.KeySchema = []),
    "table",
    /keys of its index are not gsi1pk and gsi1sk/,
    redeploy,
  ],
  [
    "an index that is being filled",
    (w) => (w.aws.table.GlobalSecondaryIndexes[0]!.IndexStatus = "CREATING"),
    "table",
    /still being filled/,
    redeploy,
  ],
  [
    "no time to live",
    (w) => (w.aws.timeToLive = { TimeToLiveStatus: "DISABLED" }),
    "time to live",
    /is off: what has expired is never deleted/,
    redeploy,
  ],
  [
    "a time to live by another attribute",
    (w) => (w.aws.timeToLive.AttributeName = "ttl"),
    "time to live",
    /goes by ttl/,
    redeploy,
  ],
  [
    "a dead key",
    (w) => (w.links.OpenAiApiKey!.value = "invalid"),
    "model",
    /401 invalid_api_key/,
    /sst secret set OpenAiApiKey <OpenAI key> --stage test/,
  ],
  [
    "a model that there is not",
    (w) => (w.models = ["gpt-5"]),
    "model",
    /gpt-6-luna: .*404 model_not_found/,
    /bot\.config\.ts/,
  ],
  [
    "a model for notes that there is not",
    (w) => Object.assign(w, { models: ["gpt-6-luna"], bot: { ...w.bot, memory: { summaryModel: "old" } } }),
    "model",
    /^old: .*404/,
    /memory\.summaryModel/,
  ],
  [
    "a model service that is down",
    (w) => (w.modelFault = 503),
    "model",
    /OpenAI answered 503/,
    /status\.openai\.com/,
  ],
  [
    "logs in JSON",
    (w) => (worker(w).LoggingConfig.LogFormat = "JSON"),
    "log format",
    /Worker logs in Lambda's JSON/,
    redeploy,
  ],
  ["no alarms", (w) => w.aws.alarms.splice(0, 2), "alarms", /there are none/, redeploy],
  [
    "alarms that are switched off",
    (w) => (w.aws.alarms[0]!.ActionsEnabled = false),
    "alarms",
    /tell nobody: DeadLetters$/,
    redeploy,
  ],
  [
    "alarms that go elsewhere",
    (w) => (w.aws.alarms[1]!.AlarmActions = []),
    "alarms",
    /tell nobody: WorkerErrors$/,
    redeploy,
  ],
  [
    "an alarm that rings",
    (w) => (w.aws.alarms[1]!.StateValue = "ALARM"),
    "alarms",
    /ringing: WorkerErrors$/,
    /^WorkerErrors: see the runbook\.$/,
  ],
  [
    "a mailbox that is not confirmed",
    (w) => (w.aws.subscriptions[0]!.SubscriptionArn = "PendingConfirmation"),
    "alarm mailbox",
    /ops@example\.com has not confirmed/,
    /open the link .* aws sns subscribe --topic-arn arn:\S+ --protocol email --notification-endpoint ops@example\.com/,
  ],
  [
    "no mailbox",
    (w) => Object.assign(w.aws, { subscriptions: [] }) && delete w.links.AlarmEmail,
    "alarm mailbox",
    /nobody is told/,
    /sst secret set AlarmEmail <you@example\.com> --stage test && npm run deploy/,
  ],
  [
    "a mailbox that was set after the deployment",
    (w) => (w.links.AlarmEmail!.value = "new@example.com"),
    "alarm mailbox",
    /new@example\.com is set and not subscribed/,
    deploy,
  ],
];

const answer = (reason: string) => ({
  kind: "status" as const,
  status: 200,
  body: { success: false, timestamp: "2026-11-20T00:00:00Z", statusCode: 0, reason, detail: "x" },
});
const timedOut = answer("REQUEST_TIMEOUT");
const unclassified = answer("UNCLASSIFIED");

describe("finds", () => {
  test.each(cases)("%s", async (_what, breaks, check, says, fix) => {
    breaks(world);
    const results = await doctor();
    expect(named(results, "wrong")).toEqual([check]);
    const found = results.find(({ name }) => name === check);
    expect(found).toEqual({
      ...{ name: check, status: "wrong", says: expect.stringMatching(says), fix: expect.stringMatching(fix) },
    });
  });
});

test("all secrets that are missing are named at once, with their commands", async () => {
  for (const name of ["LineChannelSecret", "OpenAiApiKey", "Worker"]) delete world.links[name];
  const results = await doctor();
  expect(results.find(({ name }) => name === "secrets and links")).toMatchObject({
    status: "wrong",
    says: "not set: LineChannelSecret, OpenAiApiKey; not deployed: Worker",
    fix: "npx sst secret set LineChannelSecret <channel secret> --stage test && npx sst secret set OpenAiApiKey <OpenAI key> --stage test && npm run deploy -- --stage test",
  });
  expect(named(results, "wrong")).toEqual(["secrets and links"]);
  expect(results.find(({ name }) => name === "model")).toMatchObject({ says: "OpenAiApiKey is not linked" });
});

test("without sst shell that is what is said, and nothing else is wrong", async () => {
  world.links = {};
  const results = await doctor();
  expect(named(results, "wrong")).toEqual(["system"]);
  expect(named(results, "fine")).toEqual(["Node", "npm", "bot.config.ts"]);
});

test("what is not allowed is not checked, with AWS's words for it", async () => {
  world.aws.refuses["*"] = "AccessDeniedException";
  const results = await doctor();
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual(
    expect.arrayContaining(["functions", "event queue", "event source", "table", "alarms", "alarm mailbox"]),
  );
  expect(results.find(({ name }) => name === "event source")).toMatchObject({
    says: "AWS denies it: AccessDeniedException: not allowed to ListEventSourceMappings",
  });
});

test("without credentials, what AWS would have to say is not checked", async () => {
  world.aws.refuses["*"] = "ExpiredTokenException";
  const results = await doctor();
  expect(named(results, "not checked")).toEqual([
    ...[...byHand, "functions", "sst dev", "event queue", "event source", "dead-letter queue"],
    ...["account concurrency", "table", "time to live", "log format", "alarms", "alarm mailbox"],
  ]);
  expect(results.find(({ name }) => name === "table")).toMatchObject({
    says: "AWS does not accept the credentials",
  });
});

test("what has no answer to give is not checked", async () => {
  world.machine.npm = undefined;
  world.aws.date = undefined;
  const results = await doctor();
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual(["npm", "clock", ...byHand]);
});

test("a key that may not look at models is no failure", async () => {
  world.modelFault = 403;
  const results = await doctor();
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual([...byHand, "model"]);
});

test("LINE that is down is an error of each check that asks it", async () => {
  world.line.faults.add({ on: "*", fault: { kind: "status", status: 503 } });
  const results = await doctor();
  expect(named(results, "wrong")).toEqual(
    expect.arrayContaining(["channel access token", "webhook", "webhook test", "push quota"]),
  );
  expect(results.find(({ name }) => name === "webhook")).toMatchObject({
    says: "LINE /v2/bot/info answered 503",
  });
});

test("LINE's limits are told from the month's quota", async () => {
  world.line.faults.add({ on: "quota", fault: MONTHLY_LIMITED });
  const found = (await doctor()).find(({ name }) => name === "push quota");
  expect(found).toMatchObject({ status: "wrong", says: expect.stringContaining("monthly limit") });
});

test("the system on this machine: what only AWS has is not checked", async () => {
  delete world.links.Worker;
  delete world.links.Alarms;
  const results = await doctor({ isLocal: true, localOption: "--local", stage: "local" });
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual([
    ...["clock", "AWS credentials", ...byHand, "functions", "sst dev", "event source", "account concurrency"],
    ...["time to live", "log format", "alarms", "alarm mailbox"],
  ]);
});

test("the system on this machine that does not run", async () => {
  world.links = {};
  const results = await doctor({
    isLocal: true,
    localOption: "--local",
    stage: "",
    notRunning: "No Henji runs on .henji",
  });
  expect(named(results, "wrong")).toEqual(["system"]);
  expect(results.find(({ name }) => name === "system")).toMatchObject({ fix: "npm start" });
  expect(results.find(({ name }) => name === "table")).toMatchObject({ says: "it is not running" });
});

test("a check that takes too long is given up on, and holds up no other", async () => {
  const slow = { name: "slow", run: () => new Promise<never>(() => {}) };
  const quick = { name: "quick", run: async () => ({ status: "fine" as const, says: "yes" }) };
  const late = new AbortController();
  const examining = examine([slow, quick], {} as Subject, () => late.signal);
  late.abort();
  expect(await examining).toMatchObject([
    { name: "slow", status: "wrong", says: "there was no answer in time" },
    { name: "quick", status: "fine" },
  ]);
});

test("a check that throws says what it threw", async () => {
  const broken = { name: "broken", run: () => Promise.reject(new TypeError("it is undefined")) };
  expect(await examine([broken], {} as Subject)).toMatchObject([
    { name: "broken", status: "wrong", says: "TypeError: it is undefined" },
  ]);
});

test("people read a line for each check, and what mends it below", () => {
  const text = resultsText([
    { name: "Node", status: "fine", says: "24.7.0" },
    { name: "npm", status: "not checked", says: "npm did not start this command" },
    { name: "table", status: "wrong", says: "it is DELETING", fix: "npm run deploy" },
  ]);
  expect(text).toBe(`fine         Node   24.7.0
not checked  npm    npm did not start this command
WRONG        table  it is DELETING
                    → npm run deploy

1 of 3 checks found something wrong. 1 could not be made.`);
});
