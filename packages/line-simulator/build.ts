/**
 * Makes the package that is installed outside this repository: JavaScript, because Node strips no types
 * inside node_modules, without any dependency. It has a package.json of its own, since the one here points
 * to the sources, which the other packages import as they are.
 *
 *   npm run build -w @henji/line-simulator && npm pack ./packages/line-simulator/dist
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const root = resolve(here, "../..");

/** The oldest Node with all that the sources use: `URL.parse`. */
const NODE = "22.1";

export async function buildPackage(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const bundled = await bundle(directory);
  declareTypes(join(directory, "types"));
  cpSync(join(here, "README.md"), join(directory, "README.md"));
  cpSync(join(root, "LICENSE"), join(directory, "LICENSE"));
  writeFileSync(join(directory, "THIRD-PARTY-LICENSES"), licensesOf(bundled));
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
}

/** @returns the packages that became part of the bundle */
async function bundle(directory: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ["src/index.ts", "src/main.ts"],
    outdir: directory,
    bundle: true,
    splitting: true,
    chunkNames: "simulator",
    format: "esm",
    platform: "node",
    target: `node${NODE}`,
    legalComments: "none",
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs).map(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1],
  );
  return [...new Set(inputs)].filter((name) => name !== undefined).sort();
}

/** Keeps the declarations that index.d.ts needs, and refuses those that need another package. */
function declareTypes(directory: string): void {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "--project", "tsconfig.build.json", "--outDir", directory], {
    cwd: here,
    stdio: "inherit",
  });
  const needed = new Set<string>();
  keep("index.d.ts");
  for (const name of readdirSync(directory)) if (!needed.has(name)) rmSync(join(directory, name));

  function keep(name: string): void {
    if (needed.has(name)) return;
    needed.add(name);
    const text = readFileSync(join(directory, name), "utf8");
    for (const [, target] of text.matchAll(/\b(?:from |import\()"([^"]+)"/g)) {
      const file = /^\.\/(.+)\.ts$/.exec(target!)?.[1];
      if (!file) throw new Error(`The public types of src/${name.replace(".d.ts", ".ts")} need ${target}`);
      keep(`${file}.d.ts`);
    }
  }
}

function licensesOf(packages: string[]): string {
  const texts = packages.map((name) => {
    const folder = join(root, "node_modules", name);
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${name} has no license file to include`);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `This package contains code of the following packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

function manifest() {
  const {
    private: _,
    scripts,
    dependencies,
    devDependencies,
    ...kept
  } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  return {
    ...kept,
    engines: { node: `>=${NODE}` },
    exports: {
      ".": { types: "./types/index.d.ts", default: "./index.js" },
      "./package.json": "./package.json",
    },
    types: "./types/index.d.ts",
    bin: { "line-simulator": "main.js" },
    files: ["*.js", "types", "THIRD-PARTY-LICENSES"],
    publishConfig: { access: "public" },
  };
}

if (import.meta.main) await buildPackage(join(here, "dist"));
