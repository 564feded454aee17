import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { contents } from "./synth/contents.ts";
import { account } from "./synth/mocks.ts";
import { type Bundle, synthesize, type Template } from "./synth/template.ts";
import { isBuildArtifact, region, synthesisMs } from "./template/stage.ts";

const config = (name: string) => join(import.meta.dirname, "platforms", `${name}.config.ts`);

let line: Template;
let both: Template;
let slack: Template;
beforeAll(async () => {
  line = await synthesize("on-line");
  both = await synthesize("on-both", { env: { HENJI_BOT_CONFIG: config("both") } });
  slack = await synthesize("on-slack", { env: { HENJI_BOT_CONFIG: config("slack") } });
}, 3 * synthesisMs);

/** Everything that is made in AWS, by name. */
const made = ({ resources }: Template) =>
  resources
    .filter(({ custom, type }) => custom && !isBuildArtifact(type))
    // A subscription has a hash of its stage.
    .map(({ name }) => name.replace(/Subscriber[A-Z][a-z]+/, "Subscriber"));

const bundleOf = ({ bundles }: Template, file: string): Bundle =>
  bundles.find(({ source }) => source === `packages/functions/src/${file}.handler`)!;

const linksOf = (template: Template) => Object.keys(template.links);

describe("a bot on LINE alone", () => {
  test("has no resource, secret or link of Slack's", () => {
    expect(made(line).filter((name) => /slack/i.test(name))).toEqual([]);
    expect(linksOf(line).filter((name) => /slack/i.test(name))).toEqual([]);
    expect(line.bundles.map(({ source }) => source)).toEqual([
      "packages/functions/src/ingress.handler",
      "packages/functions/src/worker.handler",
    ]);
  });

  test("has nothing of Slack's in its bundles", async () => {
    for (const bundle of line.bundles) {
      const sources = (await contents(bundle)).files.flatMap((file) => file.sources);
      expect(sources.filter((source) => /slack/.test(source))).toEqual([]);
      expect(sources.length).toBeGreaterThan(50);
    }
  });
});

describe("a bot on LINE and Slack", () => {
  test("has in addition what receives Slack's events, and what watches that", () => {
    const added = made(both).filter((name) => !made(line).includes(name));
    expect(added.sort()).toEqual([
      ...["SlackBadSignaturesAlarm", "SlackBadSignaturesMetric"],
      ...["SlackBreakerOpenedAlarm", "SlackBreakerOpenedMetric"],
      ...["SlackIngressFunction", "SlackIngressInvokeFunction", "SlackIngressLogs"],
      ...["SlackIngressPublicFunctionUrlAccess", "SlackIngressRole", "SlackIngressUrl"],
      ...["SlackWebhookErrorsAlarm", "SlackWebhookSlowAlarm", "SlackWebhookThrottledAlarm"],
    ]);
    expect(made(line).filter((name) => !made(both).includes(name))).toEqual([]);
    expect(both.outputs).toMatchObject({ webhookUrl: expect.any(String), slackUrl: expect.any(String) });
    expect(both.outputs.slackUrl).not.toBe(both.outputs.webhookUrl);
  });

  test("Slack's ingress may send to the event queue and write its own log, and nothing else", () => {
    const role = both.resources.find(({ name }) => name === "SlackIngressRole")!.inputs;
    const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
    const queue = both.resources.find(({ name }) => name === "EventQueueQueue")!.inputs.name;
    expect(role.managedPolicyArns).toEqual([]);
    expect(JSON.parse(role.inlinePolicies[0].policy).Statement).toEqual([
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [arn("sqs", queue)] },
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [arn("logs", "log-group:/aws/lambda/henji-on-both-SlackIngress:*")],
      },
    ]);
  });

  test("starts Slack's ingress with at most 450 KB, and nothing of LINE or the worker", async () => {
    const { startup, files } = await contents(bundleOf(both, "slack-ingress"));
    expect(startup.bytes).toBeLessThanOrEqual(450 * 1024);
    const sources = files.flatMap((file) => file.sources);
    expect(sources.filter((source) => /platform\/line|bot-sdk|openai|electrodb/.test(source))).toEqual([]);
  });

  test("adds at most 24 KB to what the worker reads when it starts", async () => {
    const startOf = async (bundle: Bundle) => (await contents(bundle)).startup.bytes;
    const before = await startOf(bundleOf(line, "worker"));
    const after = await startOf(bundleOf(both, "slack-worker"));
    expect(after - before).toBeGreaterThan(0);
    expect(after - before).toBeLessThanOrEqual(24 * 1024);
  });
});

test("a bot on Slack alone has nothing that only LINE needs", () => {
  expect(linksOf(slack).filter((name) => /^Line/.test(name))).toEqual([]);
  const names = made(slack);
  const missing = made(line).filter((name) => !names.includes(name));
  expect(missing.sort()).toEqual([
    ...["BadSignaturesAlarm", "BadSignaturesMetric"],
    ...["IngressFunction", "IngressInvokeFunction", "IngressLogs", "IngressPublicFunctionUrlAccess"],
    ...["IngressRole", "IngressUrl", "LineBreakerOpenedAlarm", "LineBreakerOpenedMetric"],
    ...["QuotaLowAlarm", "QuotaLowMetric"],
    ...["WebhookErrorsAlarm", "WebhookSlowAlarm", "WebhookThrottledAlarm"],
  ]);
  expect(names).toContain("SlackIngressFunction");
});

test(
  "a platform that does not exist ends the deployment",
  async () => {
    const deploying = synthesize("on-unknown", { env: { HENJI_BOT_CONFIG: config("unknown") } });
    await expect(deploying).rejects.toThrow('no platform "pigeon": there are line and slack');
  },
  synthesisMs,
);
