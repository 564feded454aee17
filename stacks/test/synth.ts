/**
 * Runs `sst.config.ts` without AWS, under Pulumi's mocks, and writes what would be
 * deployed as JSON; the functions' bundles stay in `.sst/synth/<stage>/artifacts`.
 *
 *   node stacks/test/synth.ts --stage test --out .sst/synth/test.json [--dev] [--unset <secret>]…
 *
 * Needs `.sst/platform`: `node scripts/sst-platform.ts` installs it.
 */
import crypto from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type BuildInput, buildFunction } from "./synth/function-bundle.ts";
import { createMocks } from "./synth/mocks.ts";
import { loadProgram, platform } from "./synth/program.ts";
import { plain, record } from "./synth/record.ts";
import { startRpc } from "./synth/rpc.ts";
import { type Bundle, root } from "./synth/template.ts";

const region = "ap-northeast-1";

const { values: options } = parseArgs({
  options: {
    stage: { type: "string", default: "test" },
    out: { type: "string", default: ".sst/synth/test.json" },
    dev: { type: "boolean", default: false },
    unset: { type: "string", multiple: true, default: [] },
  },
});

/** SST starts work that nobody awaits, so a failure anywhere ends the synthesis. */
function fail(error: unknown): never {
  console.error("Synthesis failed:", error);
  process.exit(1);
}
process.on("unhandledRejection", fail);
process.on("uncaughtException", fail);

async function main() {
  if (!existsSync(platform)) fail("no .sst/platform; run `node scripts/sst-platform.ts` first");
  const work = join(root, ".sst/synth", options.stage);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });

  makeNamesConstant();
  giveSecretsDummyValues();
  process.env.SST_AWS_REGION = process.env.AWS_REGION = region;

  const bundles: Bundle[] = [];
  await startRpc({
    "Provider.Aws.Bootstrap": () => ({ asset: "sst-asset", state: "sst-state" }),
    "Provider.Aws.Appsync": () => ({ http: "http.appsync", realtime: "realtime.appsync" }),
    "Runtime.AddTarget": () => true, // `sst dev` would start to watch the function
    "Runtime.Build": async (input: BuildInput) => {
      const { bundle, reply, errors } = await buildFunction(input, join(work, "artifacts"));
      if (!bundle) return { errors };
      bundles.push(bundle);
      return reply;
    },
  });

  const { config, runInApp } = await loadProgram();
  const paths = { home: work, root, work, platform };
  Object.assign(globalThis, {
    $dev: options.dev,
    $cli: { command: options.dev ? "dev" : "deploy", rpc: "", paths, state: { version: {} } },
  });
  const app = { protect: false, removal: "retain", ...(await config.app(options)), stage: options.stage };
  Object.assign(globalThis, { $app: { providers: {}, ...app } });

  // The platform's own copy of Pulumi, because the program uses that one.
  const require = createRequire(join(platform, "package.json"));
  const pulumi = require("@pulumi/pulumi");
  const { MockMonitor } = require("@pulumi/pulumi/runtime/mocks");
  const recorded = record(MockMonitor, app as typeof app & { name: string });
  await pulumi.runtime.setMocks(createMocks(region), "henji", options.stage, false);

  let outputs: object | undefined;
  pulumi.runtime
    .runInPulumiStack(() => runInApp(config.run))
    .then((result: unknown) => pulumi.output(result).promise())
    .then((resolved: object) => {
      outputs = resolved;
    });

  // Nothing left to do means that every output is known and every resource registered.
  process.once("beforeExit", async () => {
    if (!outputs) fail("the program never settled");
    bundles.sort((a, b) => (a.source < b.source ? -1 : 1));
    const template = { app, outputs: plain(outputs), bundles, ...recorded() };
    const out = resolve(root, options.out);
    await mkdir(dirname(out), { recursive: true });
    await writeFile(out, JSON.stringify(template, null, 2));
    console.log(`${template.resources.length} resources of stage ${options.stage}: ${out}`);
  });
}

/** Physical names end in eight random bytes; constant ones make two runs comparable. */
function makeNamesConstant() {
  const { randomBytes } = crypto;
  const constant = (size: number, done?: Parameters<typeof randomBytes>[1]) =>
    size === 8 && !done ? Buffer.alloc(8, 7) : randomBytes(size, done!);
  Object.assign(crypto, { randomBytes: constant });
  syncBuiltinESMExports();
}

/** `sst secret set` would have put them into the environment of the program, all but those of `--unset`. */
function giveSecretsDummyValues() {
  const prefix = "SST_SECRET_";
  const isSet = (key: string) => key.startsWith(prefix) && !options.unset.includes(key.slice(prefix.length));
  process.env = new Proxy(process.env, {
    get: (env, key: string) =>
      env[key] ?? (isSet(String(key)) ? `dummy-${key.slice(prefix.length)}` : undefined),
  });
}

main().catch(fail);
