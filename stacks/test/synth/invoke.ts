import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { worker } from "../../../packages/core/src/settings.ts";
import { type Bundle, root } from "./template.ts";

/** What Lambda's runtime (aws-lambda-ric, text format) makes of the console: no line of it is JSON any more. */
const lambdaConsole = `
  for (const level of ["log", "info", "warn", "error"])
    console[level] = (line) => process.stdout.write(new Date().toISOString() + "\\t0-0\\tINFO\\t" + line + "\\n");`;

/**
 * Calls a built handler once, in a fresh process, in its own directory and with this environment only.
 *
 * @returns `printed`: the lines as CloudWatch would get them
 */
export async function invoke(
  { directory, handler }: Bundle,
  event: unknown,
  env: Record<string, string>,
): Promise<{ answer: unknown; printed: string[] }> {
  const [file, name] = handler.split(".");
  const script = `
    ${lambdaConsole}
    const { ${name} } = await import("./${file}.mjs");
    const answer = await ${name}(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => ${worker.timeoutS * 1000} });
    process.stdout.write("\\n" + JSON.stringify(answer));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: join(root, directory),
    env,
  });
  const lines = stdout.split("\n");
  return { answer: JSON.parse(lines.at(-1)!), printed: lines.slice(0, -1).filter(Boolean) };
}
