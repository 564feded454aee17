import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const script = resolve(import.meta.dirname, "../src/main.ts");
const server = resolve(import.meta.dirname, "command-server.ts");

/** Of the real environment only what Node needs: a test never reaches a stage of the developer. */
const { PATH = "" } = process.env;

/** Hundreds of commands load the same files: compiled once, each starts in half the time. */
const compileCache = resolve(import.meta.dirname, "../../../node_modules/.cache/henji-commands");
const ofNode = { PATH, NODE_COMPILE_CACHE: compileCache };

export type Ran = { code: number; output: string; error: string };

/** Command servers that have nothing to do, by their environment. */
const idle = new Map<string, ChildProcess[]>();

/**
 * Runs `npm run henji -- …args`, with this environment: in a process that has run others in it before, because to
 * start one takes longer than most commands. They end with the file of tests. `--state` changes the environment, so
 * each state needs a process of its own.
 */
export async function henji(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const environment = JSON.stringify(env);
  const servers = idle.get(environment) ?? [];
  idle.set(environment, servers);
  const child = servers.pop() ?? fork(server, { env: { ...ofNode, ...env }, execArgv: [] });
  const answered = once(child, "message");
  child.send(args);
  const [ran] = await answered;
  servers.push(child);
  return ran as Ran;
}

/** The same, in a process of its own, that the test can stop. */
export function startHenji(
  args: readonly string[],
  env: Record<string, string>,
  nodeOptions: readonly string[] = [],
): { child: ChildProcess; ended: Promise<Ran> } {
  const { promise: ended, resolve: end } = Promise.withResolvers<Ran>();
  const child = execFile(
    process.execPath,
    [...nodeOptions, script, ...args],
    { env: { ...ofNode, ...env }, maxBuffer: 64 * 1024 * 1024 },
    (_, output, error) => end({ code: child.exitCode ?? 1, output, error }),
  );
  return { child, ended };
}
