import { fileSearch } from "@henji/core/tool";
import { MONTHLY_LIMITED } from "@henji/line-simulator";
import { checks } from "@henji/operator/doctor/checks";
import { examine, type Result } from "@henji/operator/doctor/examine";
import type { Subject } from "@henji/operator/doctor/subject";
import { resultsText } from "@henji/operator/doctor/text";
import { fixesFor } from "@henji/operator/fixes";
import { describe, expect, test } from "vitest";
import { brokenLine } from "./doctor/line.ts";
import { brokenMachine } from "./doctor/machine.ts";
import { brokenQueues } from "./doctor/queues.ts";
import { brokenSlack } from "./doctor/slack.ts";
import { brokenTableAndAlarms } from "./doctor/table-and-alarms.ts";
import { goOn, named, useDoctor } from "./doctor/world.ts";

const used = useDoctor();

/** Of which LINE tells nothing. */
const byHand = ["webhook redelivery", "auto-reply messages"];

test("a stage that is fine: all is checked but what no API tells", async () => {
  const results = await used.doctor();
  expect(results.filter(({ status }) => status === "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual(byHand);
  expect(new Set(results.map(({ name }) => name)).size).toBe(checks.length);
});

test.each([
  [["line", "slack"], byHand],
  [["slack"], ["channel access token", "webhook", "webhook test", ...byHand, "push quota"]],
])("a stage whose bot is on %s is fine too", async (platforms, notChecked) => {
  goOn(used.world, platforms);
  const results = await used.doctor();
  expect(results.filter(({ status }) => status === "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual(notChecked);
  const says = (name: string) => results.find((result) => result.name === name)?.says;
  expect(says("Slack app")).toBe("is installed in Simulated as henji");
  expect(says("Slack request URL")).toMatch(/^https:\/\/slack-ingress\..* answers/);
});

test("what no API tells comes with the place to look at, and the bot's own page", async () => {
  const results = await used.doctor();
  const says = (name: string) => results.find((result) => result.name === name)?.says;
  expect(says("webhook redelivery")).toMatch(/no API knows it: https:\/\/developers\.line\.biz\/console\//);
  expect(says("auto-reply messages")).toContain(
    `https://manager.line.biz/account/${used.world.line.bot.basicId}`,
  );
});

describe("finds", () => {
  test.each([...brokenMachine, ...brokenLine, ...brokenSlack, ...brokenQueues, ...brokenTableAndAlarms])(
    "%s",
    async (_what, breaks, check, says, fix) => {
      breaks(used.world);
      const results = await used.doctor();
      expect(named(results, "wrong")).toEqual([check]);
      const found = results.find(({ name }) => name === check);
      expect(found).toEqual({
        ...{
          name: check,
          status: "wrong",
          says: expect.stringMatching(says),
          fix: expect.stringMatching(fix),
        },
      });
    },
  );
});

test("a vector store with files is fine, and on this machine it is the stand-in's own", async () => {
  used.world.bot = { instructions: "Hello.", tools: [fileSearch({ store: "vs_clinic" })] };
  used.world.stores = { vs_clinic: 3 };
  const found = (results: Result[]) => results.find(({ name }) => name === "file search");
  expect(found(await used.doctor())).toMatchObject({ status: "fine", says: "vs_clinic has 3 files" });
  expect(found(await used.doctor({ isLocal: true }))).toMatchObject({ status: "not checked" });
});

test("all secrets that are missing are named at once, with their commands", async () => {
  for (const name of ["LineChannelSecret", "OpenAiApiKey", "Worker"]) delete used.world.links[name];
  const results = await used.doctor();
  expect(results.find(({ name }) => name === "secrets and links")).toMatchObject({
    status: "wrong",
    says: "not set: LineChannelSecret, OpenAiApiKey; not deployed: Worker",
    fix: "npx sst secret set LineChannelSecret --stage test && npx sst secret set OpenAiApiKey --stage test && npm run deploy -- --stage test",
  });
  expect(named(results, "wrong")).toEqual(["secrets and links"]);
  expect(results.find(({ name }) => name === "model")).toMatchObject({ says: "OpenAiApiKey is not linked" });
});

test("without sst shell that is what is said, and nothing else is wrong", async () => {
  used.world.links = {};
  const results = await used.doctor();
  expect(named(results, "wrong")).toEqual(["system"]);
  expect(named(results, "fine")).toEqual([
    "Node",
    "npm",
    "bot.config.ts",
    "Slack app",
    "Slack request URL",
    "file search",
  ]);
});

test("links without a stage are said to be links without a stage, and what is missing is said too", async () => {
  const { EventQueue, Ingress } = used.world.links;
  used.world.links = { EventQueue: EventQueue!, Ingress: Ingress! };
  const results = await used.doctor();
  expect(named(results, "wrong")).toEqual(["system", "secrets and links"]);
  const [system, links] = results.filter(({ status }) => status === "wrong");
  expect(system).toMatchObject({
    says: expect.stringContaining("no App"),
    fix: expect.stringContaining('"stage"'),
  });
  expect(links).toMatchObject({ says: expect.stringMatching(/^not set: Line.* not deployed: Dead[^EI]+$/) });
});

test("without a region, only the check of the credentials finds fault", async () => {
  const noRegion = { name: "queue", run: () => Promise.reject(new Error("Region is missing")) };
  expect(await examine([noRegion], {} as Subject)).toEqual([
    { name: "queue", status: "not checked", says: "AWS_REGION is not set" },
  ]);
});

test("what mends this machine's table says that it erases what is there, and where", () => {
  const { redeploy } = fixesFor({ localOption: "--state other", stage: "local" });
  expect(redeploy).toMatch(/^npm start -- --fresh --state other \(it erases all users, chats and messages/);
  expect(fixesFor({ localOption: "--local", stage: "local" }).redeploy).toMatch(/^npm start -- --fresh \(it/);
});

test("what is not allowed is not checked, with AWS's words for it", async () => {
  used.world.aws.refuses["*"] = "AccessDeniedException";
  const results = await used.doctor();
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual(
    expect.arrayContaining(["functions", "event queue", "event source", "table", "alarms", "alarm mailbox"]),
  );
  expect(results.find(({ name }) => name === "event source")).toMatchObject({
    says: "AWS denies it: AccessDeniedException: not allowed to ListEventSourceMappings",
  });
});

test("without credentials, what AWS would have to say is not checked", async () => {
  used.world.aws.refuses["*"] = "ExpiredTokenException";
  const results = await used.doctor();
  expect(named(results, "not checked")).toEqual([
    ...[...byHand, "functions", "sst dev", "event queue", "event source", "dead-letter queue"],
    ...["reminders", "source of reminders"],
    ...["account concurrency", "table", "time to live", "log format", "alarms", "alarm mailbox"],
  ]);
  expect(results.find(({ name }) => name === "table")).toMatchObject({
    says: "AWS does not accept the credentials",
  });
});

test("a stage of npm run dev without a channel of its own: only its event sources are off", async () => {
  delete used.world.links.Alarms;
  used.world.links.LineChannelAccessToken!.value = "the simulator's";
  for (const source of used.world.aws.eventSources) source.State = "Disabled";
  const results = await used.doctor();
  expect(named(results, "wrong")).toEqual(["event source", "source of reminders"]);
  expect(named(results, "not checked")).toEqual([
    ...["channel access token", "webhook", "webhook test", ...byHand, "push quota"],
    ...["alarms", "alarm mailbox"],
  ]);
});

test("what has no answer to give is not checked", async () => {
  used.world.machine.npm = undefined;
  used.world.aws.date = undefined;
  const results = await used.doctor();
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual(["npm", "clock", ...byHand]);
});

test("a key that may not look at models is no failure", async () => {
  used.world.modelFault = 403;
  const results = await used.doctor();
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual([...byHand, "model"]);
});

test("LINE that is down is an error of each check that asks it", async () => {
  used.world.line.faults.add({ on: "*", fault: { kind: "status", status: 503 } });
  const results = await used.doctor();
  expect(named(results, "wrong")).toEqual(
    expect.arrayContaining(["channel access token", "webhook", "webhook test", "push quota"]),
  );
  expect(results.find(({ name }) => name === "webhook")).toMatchObject({
    says: "LINE /v2/bot/info answered 503",
  });
});

test("LINE's limits are told from the month's quota", async () => {
  used.world.line.faults.add({ on: "quota", fault: MONTHLY_LIMITED });
  const found = (await used.doctor()).find(({ name }) => name === "push quota");
  expect(found).toMatchObject({ status: "wrong", says: expect.stringContaining("monthly limit") });
});

test("the system on this machine: what only AWS has is not checked", async () => {
  delete used.world.links.Worker;
  delete used.world.links.Alarms;
  const results = await used.doctor({ isLocal: true, localOption: "--local", stage: "local" });
  expect(named(results, "wrong")).toEqual([]);
  expect(named(results, "not checked")).toEqual([
    ...["clock", "AWS credentials", ...byHand, "functions", "sst dev"],
    ...["event source", "source of reminders", "account concurrency"],
    ...["time to live", "log format", "alarms", "alarm mailbox"],
  ]);
});

test("the system on this machine that does not run", async () => {
  used.world.links = {};
  const results = await used.doctor({
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
  const broken = { name: "broken", run: () => Promise.reject(new TypeError("it is undefined\n  at length")) };
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
