import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createSlots } from "@henji/core/model/slots";
import { createSlotsStore } from "@henji/core/model/slots-store";
import { createReminders } from "@henji/core/queue/reminders";
import type { Table } from "@henji/core/table";
import { dayOf } from "@henji/core/time-zone";
import { listedAs } from "@henji/core/turn/listed-as";
import { turnKeyOf } from "@henji/core/turn/place";
import { createTurnStore } from "@henji/core/turn/store";
import { type Local, startLocal } from "@henji/local/start";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import ownBot from "../../../bot.config.ts";
import { type ScriptedAws, scriptAws } from "../../core/test/scripted-aws.ts";
import { awayFromMidnight, linksOf } from "../../local/test/support.ts";
import { createMetricRates } from "../src/watch/metric-rates.ts";
import { henji, startHenji } from "./command.ts";

let local: Local;
let table: Table;
const watch = (args: string[], env = local.environment) => henji(["watch", ...args], env);

/** How long those users waited who were answered lately: until after the test, so that its length does not matter. */
const waitsMs = [9_000, 1_000, 2_000];

async function putAnswered(chatId: string, waitMs: number): Promise<void> {
  const at = Date.now() + 3_600_000;
  const eventId = `event-${waitMs}`;
  const { key } = turnKeyOf(chatId, { eventId, at: at - waitMs });
  await createTurnStore(table).create({
    ...{ chatId, key, eventId, sequence: "1", status: "delivered", owner: "", leaseUntil: 0, attempts: 1 },
    ...{
      finishedAt: at,
      list: `day#${dayOf(Date.now(), "Asia/Tokyo")}`,
      listedAs: listedAs({ at, code: "", sequence: "1" }),
    },
    expiresAt: Math.floor(at / 1000) + 86_400,
  });
}

/** Two users were answered, one of them twice, two messages were given up on, and one answer waits. */
beforeAll(async () => {
  await awayFromMidnight();
  local = await startLocal();
  table = { client: new DynamoDBClient(), table: linksOf(local).Conversations!.name! };
  for (const [n, waitMs] of waitsMs.entries()) await putAnswered(`Uchat${n % 2}`, waitMs);
  const [aki, ben] = ["Aki", "Ben"].map((name) => local.line.addUser({ name }).userId) as [string, string];
  local.model!.faults.add({
    times: 2,
    fault: { kind: "status", status: 400, code: "unsupported_parameter" },
  });
  for (const from of [aki, ben]) await local.line.deliver([local.line.say({ from, text: "secret" })]);
  const job = { version: 2, platform: "line", eventId: "E", event: {}, receivedAt: 0 } as const;
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  await createReminders(sqs, linksOf(local).Reminders!.url!).put("Uchat0", job, 900);
  sqs.destroy();
  await vi.waitFor(
    async () => {
      const { parked, eventQueue, deadLetterQueue } = JSON.parse((await watch(["--json"])).output);
      expect({ parked: parked.total, ...eventQueue, letters: deadLetterQueue.letters }).toEqual({
        ...{ parked: 2, waiting: 0, inFlight: 0, letters: 2 },
      });
    },
    { timeout: 110_000, interval: 200 },
  );
});
afterAll(async () => {
  table.client.destroy();
  await local.stop();
});

describe("on this machine", () => {
  test("one reading as a document; what nobody knows here is null, and why is said", async () => {
    const { code, output, error } = await watch(["--json"]);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    const reading = JSON.parse(output);
    expect(reading).toMatchObject({
      stage: "local",
      eventQueue: { waiting: 0, inFlight: 0 },
      deadLetterQueue: { letters: 2, inFlight: 0 },
      reminders: { toCome: 1, due: 0 },
      parked: { total: 2, byCode: { "model.rejected": 2 }, since: expect.stringMatching(/Z$/) },
      modelLimit: null,
      ...{ oldestEventS: null, oldestLetterS: null },
      sent: { minutes: 5, count: 3, aMinute: 0.6 },
      wait: { minutes: 5, ms: { p50: 2_000, p90: 9_000, p99: 9_000 } },
      notKnown: ["the age of the oldest message: only CloudWatch knows it"],
    });
  });

  test("--once prints it for people", async () => {
    const { code, output } = await watch(["--once"]);
    expect(code).toBe(0);
    expect(output).toMatch(/^local {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(Asia\/Tokyo\)\n\n/);
    expect(output).toMatch(/^event queue +0 waiting, 0 in flight\noldest event +none$/m);
    expect(output).toMatch(/^dead-letter queue +2 letters\noldest letter +not known here$/m);
    expect(output).toMatch(/^reminders +1 to come, 0 due$/m);
    expect(output).toMatch(/^parked +2: 2 model\.rejected; the first \d+ (s|min) ago$/m);
    expect(output).toMatch(/^sent +0\.6 answers and notices a minute: 3 in the 5 minutes to \d\d:\d\d$/m);
    expect(output).toMatch(/^users waited +2\.0 s \(p50\), 9\.0 s \(p90\), 9\.0 s \(p99\) in /m);
    expect(output).toMatch(/^model's limit +nobody waits for it$/m);
    expect(output).not.toContain("secret");
  });

  test("while more is asked than the model's limit allows, it says how long the last question waits", async () => {
    const slots = createSlots(createSlotsStore(table), ownBot.model.name);
    const now = Date.now();
    const taken = await slots.take({ everyMs: 1_000, notBefore: now + 600_000, now });
    const { modelLimit } = JSON.parse((await watch(["--json"])).output);
    expect(Date.parse(modelLimit.lastAt)).toBe(taken!.nextAt);
    const { output } = await watch(["--once"]);
    expect(output).toMatch(/^model's limit +reached: who comes last is asked in (10|9) min$/m);
  });

  // Windows has no signal that could be sent in place of Ctrl-C.
  test.skipIf(process.platform === "win32")("goes on until Ctrl-C, which is no error", async () => {
    const { child, ended } = startHenji(["watch", "--every", "1"], local.environment);
    let printed = "";
    child.stdout!.on("data", (chunk) => {
      printed += chunk;
    });
    const readings = () => printed.split("event queue ").length - 1;
    await expect.poll(readings).toBeGreaterThanOrEqual(3);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 0, error: "" });
  });

  test("seconds that make no sense are wrong usage", async () => {
    const error = "--every takes a whole number from 1 to 3600, not 0\n";
    expect(await watch(["--every", "0"])).toEqual({ code: 2, output: "", error });
  });
});

describe("on a stage", () => {
  let metrics: ScriptedAws;
  let stage: Record<string, string>;
  beforeEach(async () => {
    metrics = await scriptAws();
    const links = {
      ...linksOf(local),
      App: { stage: "production" },
      Metrics: { namespace: "henji/production" },
    };
    stage = {
      ...local.environment,
      AWS_ENDPOINT_URL_CLOUDWATCH: metrics.config.endpoint,
      SST_RESOURCES_JSON: JSON.stringify(links),
    };
    return () => metrics.close();
  });

  const respond = (values: Record<string, number[]>) => {
    const MetricDataResults = Object.entries(values).map(([Id, Values]) => ({ Id, Values }));
    metrics.respond(...Array.from({ length: 2 }, () => ({ status: 200, body: { MetricDataResults } })));
  };

  test("ages, rates and waits are CloudWatch's, of the metrics that the stage makes", async () => {
    respond({
      ...{ oldestEvent: [4, 9], oldestLetter: [7_300], replies: [3, 4, 5], pushes: [2] },
      ...{ p50: [1_200], p90: [2_500], p99: [8_000] },
    });
    const { code, output } = await watch(["--json"], stage);
    expect({ code, ...JSON.parse(output) }).toMatchObject({
      ...{ code: 0, stage: "production", oldestEventS: 4, oldestLetterS: 7_300, notKnown: [] },
      sent: { minutes: 5, count: 14, aMinute: 2.8 },
      wait: { minutes: 5, ms: { p50: 1_200, p90: 2_500, p99: 8_000 } },
      parked: { byCode: { "model.rejected": 2 } },
    });
    const asked = metrics.requests.flatMap(({ operation, body }) => {
      expect(operation).toBe("GetMetricData");
      const { StartTime, EndTime, MetricDataQueries } = body as unknown as {
        StartTime: number;
        EndTime: number;
        MetricDataQueries: { Id: string; MetricStat: { Metric: object; Period: number; Stat: string } }[];
      };
      // From a whole minute on, and no minute that is not over.
      expect(EndTime % 60).toBe(0);
      expect(EndTime - StartTime).toBe(300);
      expect(EndTime * 1000).toBeLessThan(Date.now() - 60_000);
      return MetricDataQueries.map(({ Id, MetricStat: { Metric, Period, Stat } }) => [
        Id,
        { ...Metric, Period, Stat },
      ]);
    });
    const age = (Value: string) => ({
      ...{ Namespace: "AWS/SQS", MetricName: "ApproximateAgeOfOldestMessage", Period: 60, Stat: "Maximum" },
      Dimensions: [{ Name: "QueueName", Value }],
    });
    const sends = (Value: string) => ({
      ...{ Namespace: "henji/production", MetricName: "Sends", Period: 60, Stat: "Sum" },
      Dimensions: [{ Name: "by", Value }],
    });
    const wait = (Stat: string) => ({
      ...{ Namespace: "henji/production", MetricName: "WaitMs", Period: 300, Stat },
      Dimensions: [],
    });
    expect(Object.fromEntries(asked)).toEqual({
      ...{ oldestEvent: age("EventQueue.fifo"), oldestLetter: age("DeadLetterQueue.fifo") },
      ...{ replies: sends("reply"), pushes: sends("push") },
      ...{ p50: wait("p50"), p90: wait("p90"), p99: wait("p99") },
    });
  });

  test("minutes without a value are minutes in which nothing was sent", async () => {
    respond({});
    const { output } = await watch(["--once"], stage);
    expect(output).toMatch(/^production {2}/);
    expect(output).toMatch(/^sent +0\.0 answers and notices a minute: 0 in the 5 minutes to /m);
    expect(output).toMatch(/^users waited +nobody in the 5 minutes to /m);
    // There are letters, but no age of them: that is not nothing.
    expect(output).toMatch(/^oldest letter +not known here$/m);
  });

  test("without the permission the rest is shown, and AWS's reason", async () => {
    const denied = { __type: "AccessDenied", message: "not authorized to perform: cloudwatch:GetMetricData" };
    metrics.respond({ status: 400, body: denied }, { status: 400, body: denied });
    const { code, output } = await watch(["--once"], stage);
    expect(code).toBe(0);
    expect(output).toMatch(/^parked +2: 2 model\.rejected/m);
    expect(output).toMatch(/^sent +not known here$/m);
    expect(output).toMatch(/^Not known: ages, answers and waits: CloudWatch: .*cloudwatch:GetMetricData\.$/m);
  });

  test("CloudWatch is asked every 30 seconds at most, however often the queues are", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH", metrics.config.endpoint);
    const names = { namespace: "henji/production", eventQueue: "events", deadLetterQueue: "letters" };
    const rates = createMetricRates(names);
    const now = Date.parse("2026-11-28T14:07:50Z");
    const first = await rates.read(now);
    expect(first.sent?.to).toBe("2026-11-28T14:06:00.000Z");
    expect(first.wait?.to).toBe("2026-11-28T14:05:00.000Z");
    expect(await rates.read(now + 29_999)).toBe(first);
    expect(metrics.requests).toHaveLength(2);
    expect((await rates.read(now + 30_000)).sent?.to).toBe("2026-11-28T14:06:00.000Z");
    expect(metrics.requests).toHaveLength(4);
    rates.close();
    vi.unstubAllEnvs();
  });
});
