import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Leaves in the state directory, for commands in another shell, how to reach the queues and the table of
 * the system that runs on it: lines `NAME='value'`, as in a file `.env`. No secret is among them.
 *
 * @returns takes the file away
 */
export function writeEnvironment(directory: string, environment: Record<string, string>): () => void {
  const file = join(directory, "environment");
  const { SST_RESOURCES_JSON: resources = "{}", ...others } = environment;
  const shared = Object.entries(others).filter(([name]) => name.startsWith("AWS_"));
  const links = Object.entries(JSON.parse(resources) as Record<string, object>).filter(
    // What is linked with a value is a secret; an API key may be a real one.
    ([, link]) => !("value" in link),
  );
  const all = [...shared, ["SST_RESOURCES_JSON", JSON.stringify(Object.fromEntries(links))]];
  writeFileSync(file, all.map(([name, value]) => `${name}='${value}'\n`).join(""));
  return () => rmSync(file, { force: true });
}
