import { type ChildProcess, execFile } from "node:child_process";
import { resolve } from "node:path";

const script = resolve(import.meta.dirname, "../src/main.ts");

/** Of the real environment only what Node needs: a test never reaches a stage of the developer. */
const { PATH = "" } = process.env;

/** Hundreds of commands load the same files: compiled once, each starts in half the time. */
const compileCache = resolve(import.meta.dirname, "../../../node_modules/.cache/henji-commands");

export type Ran = { code: number; output: string; error: string };

/** Runs `npm run henji -- …args`, with this environment. */
export function henji(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  return startHenji(args, env).ended;
}

/** The same, in a process that the test can stop. */
export function startHenji(
  args: readonly string[],
  env: Record<string, string>,
  nodeOptions: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ran> } {
  const { promise: ended, resolve: end } = Promise.withResolvers<Ran>();
  const child = execFile(
    process.execPath,
    [...nodeOptions, script, ...args],
    { env: { PATH, NODE_COMPILE_CACHE: compileCache, ...env }, maxBuffer: 64 * 1024 * 1024 },
    (_, output, error) => end({ code: child.exitCode ?? 1, output, error }),
  );
  return { child, ended };
}
