/**
 * Stands in for Pulumi's command line, which SST runs: it runs the same program under Pulumi's mocks, makes the queues
 * and the table in moto, and writes the state that SST reads afterwards. `trial.ts` sets the environment.
 */
import crypto from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";
import { createMocks } from "../../../../../stacks/test/synth/mocks.ts";
import { record } from "../../../../../stacks/test/synth/record.ts";
import { createResources, region } from "./moto.ts";

const { AWS_ENDPOINT_URL = "", TRIAL_INGRESS = "", TRIAL_LINKS = "" } = process.env;
const args = process.argv.slice(2);
/** The program changes to another one. */
const directory = process.cwd();
const [command, subcommand] = args;
const after = (option: string) => args[args.indexOf(option) + 1] ?? "";

type StateResource = { urn: string; custom: boolean; type: string; outputs: object };

function writeState(stage: string, resources: StateResource[]): void {
  const file = join(directory, `.pulumi/stacks/henji/${stage}.json`);
  const manifest = { time: new Date().toISOString(), magic: "", version: "" };
  const stack = `organization/henji/${stage}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { stack, latest: { manifest, resources } } }));
}

const stageOf = (stack: string) => stack.split("/").at(-1)!;

if (command === "version") {
  console.log("v3.210.0");
} else if (command === "stack" && subcommand === "init") {
  writeState(stageOf(args[2]!), []);
} else {
  await up(stageOf(after("--stack")), after("--event-log"));
}

async function up(stage: string, eventLog: string): Promise<void> {
  process.on("unhandledRejection", (error) => {
    console.error(error);
    process.exit(1);
  });
  keepNames();
  // The platform's own copy of Pulumi, because the program uses that one.
  const require = createRequire(join(import.meta.dirname, "../../../../../.sst/platform/package.json"));
  const pulumi = require("@pulumi/pulumi");
  const { MockMonitor } = require("@pulumi/pulumi/runtime/mocks");
  const recorded = record(MockMonitor, { name: "henji", stage });
  await pulumi.runtime.setMocks(mocks(), "henji", stage, false);
  const [, main] = /main: (.*)/.exec(readFileSync("Pulumi.yaml", "utf8"))!;
  pulumi.runtime.runInPulumiStack(() => import(main!).then((program) => program.default));

  // Nothing left to do means that every resource is registered.
  process.once("beforeExit", async () => {
    const { links, devCommands, resources } = recorded();
    await createResources(AWS_ENDPOINT_URL, resources);
    writeFileSync(TRIAL_LINKS, JSON.stringify(links));
    const entry = (type: string, name: string, custom: boolean, outputs: object): StateResource => ({
      ...{ urn: `urn:pulumi:${stage}::henji::${type}::${name}`, custom, type, outputs },
    });
    writeState(stage, [
      entry("pulumi:pulumi:Stack", `henji-${stage}`, false, {}),
      ...Object.entries(links).map(([target, properties]) =>
        entry("sst:sst:LinkRef", `${target}LinkRef`, false, { target, properties, include: [] }),
      ),
      ...Object.entries(devCommands).map(([name, dev]) =>
        entry("sst:sst:DevCommand", name, false, { _dev: dev }),
      ),
    ]);
    const summaryEvent = { maybeCorrupt: false, durationSeconds: 1, resourceChanges: {}, PolicyPacks: {} };
    appendFileSync(eventLog, `${JSON.stringify({ sequence: 1, timestamp: 0, summaryEvent })}\n`);
    process.exit(0);
  });
}

/** AWS's responses; the function URL is that of the ingress which the trial runs itself. */
function mocks() {
  const { newResource, call } = createMocks(region);
  return {
    call,
    newResource(resource: Parameters<typeof newResource>[0]) {
      const made = newResource(resource);
      const isUrl = resource.type === "aws:lambda/functionUrl:FunctionUrl";
      return isUrl ? { ...made, state: { ...made.state, functionUrl: TRIAL_INGRESS } } : made;
    },
  };
}

/** Physical names end in eight random bytes, which Pulumi's state keeps from deployment to deployment. */
function keepNames(): void {
  const { randomBytes } = crypto;
  const constant = (size: number, done?: Parameters<typeof randomBytes>[1]) =>
    size === 8 && !done ? Buffer.alloc(8, 7) : randomBytes(size, done!);
  Object.assign(crypto, { randomBytes: constant });
  syncBuiltinESMExports();
}
