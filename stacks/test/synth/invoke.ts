import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Bundle, root } from "./template.ts";

/** Calls a built handler once, in a fresh process, in its own directory and with this environment only. */
export async function invoke(
  { directory, handler }: Bundle,
  event: unknown,
  env: Record<string, string>,
): Promise<unknown> {
  const [file, name] = handler.split(".");
  const script = `
    const { ${name} } = await import("./${file}.mjs");
    const answer = await ${name}(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60_000 });
    process.stdout.write("\\n" + JSON.stringify(answer));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: join(root, directory),
    env,
  });
  return JSON.parse(stdout.split("\n").at(-1)!);
}
