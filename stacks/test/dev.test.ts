import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root, synthesize, type Template } from "./synth/template.ts";
import { synthesisMs } from "./template/stage.ts";

const channel = ["LineChannelSecret", "LineChannelAccessToken"];

describe("sst dev, without a LINE channel", () => {
  let dev: Template;
  let deployed: Template;
  beforeAll(async () => {
    dev = await synthesize("laptop", { dev: true, unset: channel });
    deployed = await synthesize("laptop", { out: ".sst/synth/laptop.deployed.json" });
  }, 2 * synthesisMs);

  const all = ({ resources }: Template, type: string) => resources.filter((one) => one.type === type);
  const named = (template: Template, type: string) =>
    new Map(all(template, type).map(({ name, inputs }) => [name, inputs]));

  test("both functions are the real ones, with the same rights as deployed: no stub, nothing of AppSync", () => {
    expect(dev.bundles.map(({ source }) => source)).toEqual(deployed.bundles.map(({ source }) => source));
    for (const type of ["aws:lambda/function:Function", "aws:iam/role:Role"]) {
      // Of the bundle, which contains the links.
      const withoutHashes = (template: Template) =>
        JSON.stringify([...named(template, type)]).replaceAll(/"(s3Key|sourceCodeHash)":"[^"]*"/g, "");
      expect(all(dev, type)).toHaveLength(2);
      expect(withoutHashes(dev)).toBe(withoutHashes(deployed));
    }
    expect(JSON.stringify(dev.resources)).not.toMatch(/appsync|dev-bridge/i);
  });

  test("the worker is taken off its queue, so that messages wait for the laptop; a deployment puts it back", () => {
    const [source] = all(dev, "aws:lambda/eventSourceMapping:EventSourceMapping");
    expect(source!.inputs.enabled).toBe(false);
    const [afterwards] = all(deployed, "aws:lambda/eventSourceMapping:EventSourceMapping");
    expect(afterwards!.inputs.enabled).toBe(true);
    expect({ ...afterwards!, inputs: {}, dependsOn: [] }).toEqual({ ...source!, inputs: {}, dependsOn: [] });
  });

  test("no alarm, metric, dashboard or query is made: its developer watches it", () => {
    const watching = dev.resources.filter(({ type }) => /^aws:(sns|cloudwatch)/.test(type));
    expect(watching.map(({ name }) => name)).toEqual(["IngressLogs", "WorkerLogs"]);
  });

  test("a pane runs the worker with exactly the links that it has on Lambda", () => {
    const { LocalWorker } = dev.devCommands;
    expect(LocalWorker).toMatchObject({ title: "Worker", autostart: true });
    expect([...LocalWorker!.links].sort()).toEqual([
      "Conversations",
      "DeadLetterQueue",
      "EventQueue",
      "LineChannelAccessToken",
      "OpenAiApiKey",
      "Reminders",
    ]);
  });

  test("a pane runs Studio and the LINE simulator, which signs for the deployed webhook", () => {
    const { Studio } = dev.devCommands;
    expect(Studio).toMatchObject({ title: "LINE and Studio", autostart: true });
    for (const link of ["Ingress", "Conversations", ...channel]) expect(Studio!.links).toContain(link);
    expect(dev.links.Ingress?.url).toMatch(/^https:/);
  });

  test("both panes use the simulator, and the files that they run exist", () => {
    expect(Object.keys(dev.devCommands)).toEqual(["LocalWorker", "Studio"]);
    for (const { environment, command } of Object.values(dev.devCommands)) {
      expect(environment).toEqual({
        AWS_REGION: "ap-northeast-1",
        STUDIO_URL: "http://127.0.0.1:4670",
        LINE_SIMULATOR_URL: "http://127.0.0.1:4671",
      });
      expect(existsSync(join(root, command.split(" ").at(-1)!)), command).toBe(true);
    }
  });

  test(
    "the simulator's secrets are the stage's own, and follow from a secret",
    async () => {
      const secrets = ({ links }: Template) => channel.map((name) => links[name]?.value);
      expect(new Set([...secrets(dev), dev.links.OpenAiApiKey?.value]).size).toBe(3);
      const others = [
        await synthesize("laptop2", { dev: true, unset: channel }),
        await synthesize("laptop", {
          ...{ dev: true, unset: channel, out: ".sst/synth/laptop.other-key.json" },
          env: { SST_SECRET_OpenAiApiKey: "another key" },
        }),
      ];
      for (const other of others) {
        for (const secret of secrets(other)) expect(secrets(dev)).not.toContain(secret);
      }
    },
    2 * synthesisMs,
  );
});

test("sst dev with a LINE channel of one's own: both panes use LINE", { timeout: synthesisMs }, async () => {
  const { devCommands, links } = await synthesize("phone", { dev: true });
  for (const { environment } of Object.values(devCommands)) {
    expect(Object.keys(environment)).toEqual(["AWS_REGION", "STUDIO_URL"]);
  }
  expect(links.LineChannelSecret?.value).toBe("dummy-LineChannelSecret");
});

test.each(channel)(
  "sst dev refuses half a LINE channel: %s is missing",
  { timeout: synthesisMs },
  async (name) => {
    await expect(synthesize("half", { dev: true, unset: [name] })).rejects.toThrow(`set ${name} too`);
  },
);

test("sst dev refuses production, and a deployment refuses a stage without a LINE channel", {
  timeout: 2 * synthesisMs,
}, async () => {
  const out = ".sst/synth/refused.json";
  await expect(synthesize("production", { dev: true, out })).rejects.toThrow("not in production");
  await expect(synthesize("laptop-unset", { unset: channel })).rejects.toThrow("Set a value for Line");
});
