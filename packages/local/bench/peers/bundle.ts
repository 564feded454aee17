import { join } from "node:path";
import { buildFunction } from "../../../../stacks/test/synth/function-bundle.ts";
import { root } from "../../../../stacks/test/synth/template.ts";
import type { Contestant } from "./contestants.ts";

/** Files to import. */
export type Bundles = {
  /** Of process.ts. */
  runtime: string;
  /** Of a contestant's handlers. */
  of(contestant: Contestant): { ingress: string; worker: string | undefined };
};

/** @param isReadable not minified, so that a profile tells which package a line is of */
export async function bundleAll(
  contestants: readonly Contestant[],
  directory: string,
  isReadable: boolean,
): Promise<Bundles> {
  const files = new Map<string, string>();
  for (const source of contestants.flatMap(({ ingress, worker }) => [ingress, worker ?? ingress])) {
    if (!files.has(source)) files.set(source, await bundle(source, directory, isReadable));
  }
  return {
    runtime: await bundle("packages/local/bench/peers/process", directory, isReadable),
    of: ({ ingress, worker }) => ({
      ingress: files.get(ingress)!,
      worker: worker === undefined ? undefined : files.get(worker)!,
    }),
  };
}

/**
 * Bundles a file as the functions that are deployed.
 *
 * @param source its path without `.ts`, from the repository's root
 * @returns the file to import
 */
async function bundle(source: string, directory: string, isReadable: boolean): Promise<string> {
  const { bundle, errors } = await buildFunction(
    {
      functionID: source.replaceAll("/", "-"),
      handler: `${source}.handler`,
      encryptionKey: Buffer.alloc(32).toString("base64"),
      links: {},
      properties: { format: "esm", minify: !isReadable, splitting: true },
    },
    directory,
  );
  if (!bundle) throw new Error(errors?.join("\n"));
  return join(root, bundle.directory, "bundle.mjs");
}
