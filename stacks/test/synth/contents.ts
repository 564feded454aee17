import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { type Bundle, root, type Template } from "./template.ts";

/** The environment that Lambda would give a bundle's function. */
export function environmentOf(template: Template, { functionId }: Bundle): Record<string, string> {
  const inFunction = ({ type, parent }: Template["resources"][number]) =>
    type === "aws:lambda/function:Function" && parent === functionId;
  return template.resources.find(inFunction)?.inputs.environment.variables;
}

/** The files of a bundle, and those among them that are read before the handler can be called. */
export async function contents({ directory, metafile }: Bundle) {
  const { outputs }: Metafile = JSON.parse(await readFile(join(root, metafile), "utf8"));

  const early = new Set<string>();
  const builtIn = new Set<string>();
  const follow = (file: string) => {
    if (early.has(file)) return;
    early.add(file);
    for (const { kind, path, external } of outputs[file]?.imports ?? []) {
      if (kind !== "import-statement") continue;
      if (external) builtIn.add(path);
      else follow(path);
    }
  };
  follow(`${directory}/bundle.mjs`);

  const files = Object.entries(outputs)
    .filter(([file]) => file.endsWith(".mjs"))
    .map(([file, { bytes, inputs }]) => ({
      file,
      bytes,
      sources: Object.keys(inputs),
      packages: new Set(Object.keys(inputs).map(packageOf)),
    }));
  const first = files.filter(({ file }) => early.has(file));
  return {
    files,
    startup: {
      bytes: first.reduce((sum, { bytes }) => sum + bytes, 0),
      packages: [...new Set(first.flatMap(({ packages }) => [...packages]))],
      /** Modules of Node. */
      builtIn: [...builtIn],
    },
  };
}

/** `node_modules/@aws-sdk/client-sqs/dist-es/index.js` is of `@aws-sdk/client-sqs`; our own files are of the project. */
const packageOf = (input: string) =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? "this project";
