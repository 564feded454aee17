import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { LineSimulator, Snapshot } from "@henji/line-simulator";
import { UserError } from "./user-error.ts";

/** The simulated LINE platform as the last run left it. */
export function restoreLine(file: string | undefined): Snapshot | undefined {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Snapshot;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new UserError(`${file} cannot be read: start once with --fresh`);
  }
}

const SAVE_EVERY_MS = 500;

/** Keeps a copy of the platform on disk, shortly after each change; the result stops it with a last copy. */
export function keepLine(line: LineSimulator, file: string | undefined): () => Promise<void> {
  if (file === undefined) return async () => {};
  mkdirSync(dirname(file), { recursive: true });
  const save = () => {
    // Written beside and renamed, so that a kill leaves the old copy or the new one.
    writeFileSync(`${file}.new`, JSON.stringify(line.snapshot()));
    renameSync(`${file}.new`, file);
  };
  let pending: NodeJS.Timeout | undefined;
  const unsubscribe = line.subscribe(() => {
    pending ??= setTimeout(() => {
      pending = undefined;
      save();
    }, SAVE_EVERY_MS);
  });
  return async () => {
    unsubscribe();
    clearTimeout(pending);
    save();
  };
}
