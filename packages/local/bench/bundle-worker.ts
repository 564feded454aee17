import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../../..");

/**
 * Bundles the process of a worker as its function is bundled: from the sources it would have a compiler of TypeScript
 * in memory, too.
 *
 * @returns its file
 */
export async function bundleWorker(directory: string, botConfig: string): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: { process: join(root, "packages/local/test/killable/process.ts") },
    ...{ outdir: directory, outExtension: { ".js": ".mjs" }, bundle: true, splitting: true, minify: true },
    ...{ format: "esm", platform: "node", target: "es2024", mainFields: ["module", "main"], keepNames: true },
    banner: {
      js: `import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);`,
    },
    plugins: [
      {
        name: "bot-config",
        setup: ({ onResolve }) => onResolve({ filter: /\/bot[.]config[.]ts$/ }, () => ({ path: botConfig })),
      },
    ],
  });
  return join(directory, "process.mjs");
}
