import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./user-error.ts";

const reasons: Record<string, string> = {
  EEXIST: "a file, not a directory, is",
  ENOTDIR: "a file, not a directory, is above",
  EACCES: "there is no permission to write to",
  EPERM: "there is no permission to write to",
  EROFS: "the file system is read-only at",
};

/**
 * Locks a state directory: two processes would damage its databases.
 *
 * @returns releases the lock
 * @throws UserError that names the process that holds the lock, or says why the directory cannot be used
 */
export function lockState(directory: string): () => void {
  const file = join(directory, "lock");
  const holder = holderOf(file);
  if (holder !== undefined) {
    throw new UserError(
      `${directory} is in use by another Henji (process ${holder}): stop it, or choose another with npm start -- --state <dir>`,
    );
  }
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, String(process.pid));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new UserError(
      `--state: ${reasons[code] ?? `${code} for`} ${directory}: choose another with npm start -- --state <dir>`,
    );
  }
  return () => rmSync(file, { force: true });
}

/** The running process that holds the lock. The file of a process that was killed is ignored. */
function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}
