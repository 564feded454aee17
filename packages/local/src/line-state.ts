import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { LineSimulator, Snapshot } from "@henji/line-simulator";
import { UserError } from "./user-error.ts";

/** The simulated LINE platform as the last run saved it. */
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

/**
 * Saves the simulated platform shortly after each change.
 *
 * @returns stops, after a last save
 */
export function saveLine(line: LineSimulator, file: string | undefined): () => Promise<void> {
  if (file === undefined) return async () => {};
  mkdirSync(dirname(file), { recursive: true });
  const save = () => {
    // Written to another file and renamed, so that a crash leaves the old state or the new one.
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
