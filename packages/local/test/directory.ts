import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

/** A temporary directory: a new one for each test, or one for all tests of the file. */
export function useDirectory(scope: "test" | "file"): { readonly path: string } {
  const [before, after] = scope === "test" ? [beforeEach, afterEach] : [beforeAll, afterAll];
  const directory = { path: "" };
  before(() => {
    directory.path = mkdtempSync(join(tmpdir(), "henji-"));
  });
  after(() => rmSync(directory.path, { recursive: true, force: true }));
  return directory;
}
