import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { commonJsInEsm } from "./function-bundle.ts";
import { otherFiles } from "./other-files.ts";
import { root } from "./template.ts";

export const platform = join(root, ".sst/platform");

type Program = {
  config: { app(input: { stage: string }): object | Promise<object>; run(): Promise<unknown> };
  /** SST's own set-up around `run`: retention, tags, link names. */
  runInApp(run: () => Promise<unknown>): Promise<unknown>;
};

/** Bundles `sst.config.ts` with SST's components as the command line does (its `pkg/js/js.go`), and loads it. */
export async function loadProgram(): Promise<Program> {
  const config = join(root, "sst.config.ts");
  // Inside the platform, so that what stays external is found in its node_modules.
  const outfile = join(platform, `synth.${process.pid}.mjs`);
  await build({
    stdin: {
      contents: `
        export { run as runInApp } from ${JSON.stringify(join(platform, "src/auto/run.ts"))};
        export { default as config } from ${JSON.stringify(config)};`,
      resolveDir: root,
      loader: "ts",
    },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    nodePaths: [join(platform, "node_modules")],
    inject: [join(platform, "src/shim/run.js")],
    external: ["@pulumi/*", "@pulumiverse/*", "@sst-provider/*", "@aws-sdk/*"].concat([
      "undici",
      "esbuild",
      "archiver",
      "glob",
      "vite",
    ]),
    banner: { js: commonJsInEsm },
    sourcemap: "inline",
    logLevel: "error",
    logOverride: { "import-is-undefined": "silent" },
    plugins: [otherFiles, noTopLevelImports(config), globals(config, await providers())],
  });
  process.setSourceMapsEnabled(true);
  return import(pathToFileURL(outfile).href).finally(() => rm(outfile));
}

/** The command line refuses them too: it also reads the file before anything is installed. */
const noTopLevelImports = (config: string): Plugin => ({
  name: "no-top-level-imports",
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ importer, kind }) =>
      importer === config && kind === "import-statement"
        ? { errors: [{ text: "sst.config.ts has a top-level import; use `await import()` in run()" }] }
        : undefined,
    ),
});

/** Gives the stacks the globals `sst` and one for each provider. */
const globals = (config: string, imports: string): Plugin => ({
  name: "globals",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, async ({ path }) =>
      path === config || path.startsWith(platform) || path.includes("node_modules")
        ? undefined
        : { contents: `${imports}\n${await readFile(path, "utf8")}`, loader: "ts" },
    ),
});

async function providers() {
  const lock: { alias: string; package: string }[] = JSON.parse(
    await readFile(join(root, ".sst/provider-lock.json"), "utf8"),
  );
  return [
    `import * as sst from ${JSON.stringify(join(platform, "src/components"))};`,
    ...lock.map((provider) => `import * as ${provider.alias} from ${JSON.stringify(provider.package)};`),
  ].join("\n");
}
