import { createCipheriv } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type BuildOptions, build, type Format, type Message } from "esbuild";
import { otherFiles } from "./other-files.ts";
import { type Bundle, root } from "./template.ts";

/** What SST sends to have a function built: the part of it that this project uses. */
export type BuildInput = {
  functionID: string;
  handler: string;
  encryptionKey: string;
  links: Record<string, unknown>;
  properties?: { format?: Format; minify?: boolean; splitting?: boolean; sourcemap?: boolean };
};

/** A bundled CommonJS package may still call `require` or read where it is. */
export const commonJsInEsm = [
  `import { createRequire as requireFrom } from "node:module";`,
  `import { dirname as directoryOf } from "node:path";`,
  `const require = requireFrom(import.meta.url);`,
  `const __filename = import.meta.filename, __dirname = directoryOf(__filename);`,
].join("\n");

/**
 * Builds a function as SST 4.17.1's command line does (its `pkg/runtime/node/build.go`),
 * so that what is measured and loaded here is what is deployed.
 */
export async function buildFunction(input: BuildInput, artifacts: string) {
  const { format = "esm", minify, splitting, sourcemap, ...others } = input.properties ?? {};
  const unknown = Object.keys(others).filter((option) => option !== "architecture");
  if (format !== "esm" || unknown.length > 0) throw new Error(`not built like SST yet: ${format} ${unknown}`);

  const { file, handler } = locate(input.handler);
  const directory = join(artifacts, `${input.functionID}-src`);
  await mkdir(directory, { recursive: true });

  const options = {
    absWorkingDir: root,
    entryPoints: [file],
    ...(splitting
      ? { splitting, outdir: directory, entryNames: "bundle", outExtension: { ".js": ".mjs" } }
      : { outfile: join(directory, "bundle.mjs") }),
    bundle: true,
    format,
    platform: "node",
    target: "es2024", // what SST takes for nodejs24.x
    mainFields: ["module", "main"],
    external: ["sharp", "pg-native"],
    keepNames: true,
    minify: minify === true,
    sourcemap: "linked",
    metafile: true,
    banner: { js: commonJsInEsm },
    logLevel: "silent",
    plugins: [otherFiles],
  } satisfies BuildOptions;

  const result = await build(options).catch((failure: { errors: Message[] }) => failure);
  if (!("metafile" in result)) return { errors: result.errors.map(describe) };

  const metafile = `${directory}.meta.json`;
  await writeFile(metafile, JSON.stringify(result.metafile, null, 2));
  await writeFile(join(directory, "resource.enc"), encrypt(input.links, input.encryptionKey));

  const maps = Object.keys(result.metafile.outputs).filter((output) => output.endsWith(".map"));
  const bundle: Bundle = {
    functionId: input.functionID,
    source: input.handler,
    handler,
    directory: relative(root, directory),
    metafile: relative(root, metafile),
  };
  return {
    bundle,
    reply: {
      handler,
      out: directory,
      errors: [],
      // Unset means: to the asset bucket. Set, true or false, leaves the maps in the zip.
      sourcemaps: sourcemap === undefined ? maps.map((map) => join(root, map)) : [],
    },
  };
}

/** `packages/functions/src/worker.handler` is the export `handler` of `packages/functions/src/worker.ts`. */
function locate(handler: string) {
  const dot = handler.lastIndexOf(".");
  const file = join(root, `${handler.slice(0, dot)}.ts`);
  if (!existsSync(file)) throw new Error(`Handler not found: ${handler}`);
  return { file, handler: `bundle${handler.slice(dot)}` };
}

/** The links as `Resource` reads them at start: AES-256-GCM with a nonce of zeros, the tag at the end. */
function encrypt(links: unknown, key: string) {
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key, "base64"), Buffer.alloc(12));
  return Buffer.concat([cipher.update(JSON.stringify(links)), cipher.final(), cipher.getAuthTag()]);
}

const describe = ({ text, location }: Message) => `${text} ${location?.file}:${location?.line}`;
