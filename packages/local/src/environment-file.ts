import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a file into the state directory that tells commands in another shell how to reach the queues and
 * the table of the running system: lines `NAME='value'`, as in a file `.env`. It contains no secret.
 *
 * @returns deletes the file
 */
export function writeEnvironment(directory: string, environment: Record<string, string>): () => void {
  const file = join(directory, "environment");
  const { SST_RESOURCES_JSON: resources = "{}", ...others } = environment;
  const shared = Object.entries(others).filter(([name]) => name.startsWith("AWS_"));
  const links = Object.entries(JSON.parse(resources) as Record<string, object>).filter(
    // A link with a value is a secret; the API key may be a real one.
    ([, link]) => !("value" in link),
  );
  const all = [...shared, ["SST_RESOURCES_JSON", JSON.stringify(Object.fromEntries(links))]];
  writeFileSync(file, all.map(([name, value]) => `${name}='${value}'\n`).join(""));
  return () => rmSync(file, { force: true });
}
