import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./user-error.ts";

/**
 * Keeps a second process out of a state directory: its databases would be damaged.
 *
 * @returns frees the directory
 * @throws an error that says which process has it
 */
export function lockState(directory: string): () => void {
  const file = join(directory, "lock");
  mkdirSync(directory, { recursive: true });
  const holder = holderOf(file);
  if (holder !== undefined) {
    throw new UserError(
      `${directory} is in use by another Henji (process ${holder}): stop it, or choose another with npm start -- --state <dir>`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

/** The living process that has the lock; one that was killed leaves a file that means nothing. */
function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}
