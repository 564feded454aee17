import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { standInSecrets } from "./stand-in-secrets.ts";

const published: readonly string[] = Object.values(standInSecrets);

/**
 * Writes a file into the state directory that tells commands in another shell how to reach the running system:
 * lines `NAME='value'`, as in a file `.env`. It contains no secret: of the links that are secrets, only those of
 * the stand-ins, which are published.
 *
 * @returns deletes the file
 */
export function writeEnvironment(directory: string, environment: Record<string, string>): () => void {
  const file = join(directory, "environment");
  const { SST_RESOURCES_JSON: resources = "{}", ...others } = environment;
  const shared = Object.entries(others).filter(([name]) => /^AWS_|_BASE_URL$/.test(name));
  const links = Object.entries(JSON.parse(resources) as Record<string, { value?: string }>).filter(
    // A link with a value is a secret; the API key may be a real one.
    ([, { value }]) => value === undefined || published.includes(value),
  );
  const all = [...shared, ["SST_RESOURCES_JSON", JSON.stringify(Object.fromEntries(links))]];
  writeFileSync(file, all.map(([name, value]) => `${name}='${value}'\n`).join(""));
  return () => rmSync(file, { force: true });
}
