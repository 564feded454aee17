import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

async function printed(...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [join(import.meta.dirname, "rejected.ts"), ...args]);
  return stdout + stderr;
}

test("a bot's test prints no log, unless it asks for it", async () => {
  expect(await printed()).toBe("");
  expect(await printed("error")).toMatch(/^\{"level":"error","name":"job\.parked".*\n$/);
});
