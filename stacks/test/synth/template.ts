import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export const root = join(import.meta.dirname, "../../..");

/** Pulumi's internals, and the inputs of some thirty resource types: the tests say what they expect. */
// biome-ignore lint/suspicious/noExplicitAny: the one place for it
export type Untyped = any;

/** What a stage would deploy: every resource with the inputs that AWS would be given. */
export type Template = {
  app: { name: string; stage: string; removal: string; protect: boolean };
  outputs: Record<string, unknown>;
  /** What `Resource.<name>` holds at run time, secrets replaced by dummies. */
  links: Record<string, Record<string, unknown>>;
  /** What `sst dev` runs on the laptop, by name. */
  devCommands: Record<string, DevCommand>;
  bundles: Bundle[];
  resources: Resource[];
};

export type DevCommand = {
  command: string;
  title: string;
  autostart: boolean;
  /** Names of what it is linked to. */
  links: string[];
  environment: Record<string, string>;
};

export type Resource = {
  /** Pulumi's, such as `aws:sqs/queue:Queue`. */
  type: string;
  name: string;
  parent: string;
  /** True for what exists in AWS, false for a component that only groups. */
  custom: boolean;
  inputs: Untyped;
  retainOnDelete?: true;
  dependsOn: string[];
};

/** A function's code as it would be deployed, still unzipped. */
export type Bundle = {
  /** Logical name of the function. */
  functionId: string;
  /** As `sst.config.ts` names it: `packages/functions/src/worker.handler`. */
  source: string;
  /** What Lambda calls, inside `directory`: `bundle.handler`. */
  handler: string;
  directory: string;
  /** esbuild's account of what went where, next to the directory. */
  metafile: string;
};

/**
 * Synthesizes a stage without AWS. In a process of its own, because a synthesis
 * patches Pulumi, `process.env` and the random numbers of names.
 *
 * @param options.out where the template is written, below the repository's root
 * @param options.unset secrets without a value
 */
export async function synthesize(
  stage: string,
  options: { out?: string; dev?: boolean; env?: Record<string, string>; unset?: string[] } = {},
): Promise<Template> {
  const out = join(root, options.out ?? `.sst/synth/${stage}.json`);
  const unset = (options.unset ?? []).flatMap((secret) => ["--unset", secret]);
  const args = ["--stage", stage, "--out", out, ...(options.dev ? ["--dev"] : []), ...unset];
  const env = { ...process.env, ...options.env };
  await promisify(execFile)(process.execPath, [join(root, "stacks/test/synth.ts"), ...args], { env });
  return JSON.parse(await readFile(out, "utf8"));
}
