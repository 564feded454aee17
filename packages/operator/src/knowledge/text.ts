import { count } from "../format.ts";
import { table } from "../terminal.ts";
import type { Folder } from "./folder.ts";
import type { StoredFile, StoreInfo } from "./store.ts";
import type { Done, Plan } from "./sync.ts";

/** OpenAI: of all vector stores together the first GB is free; then a GB costs this much a day. */
const GB = 1024 ** 3;
const DOLLARS_A_DAY = 0.1;

const MEND = "Mend what was not read, or take it out of the folder, and run this again.";

/** What is done with each file, or would be; and what comes of it. */
export function syncText(
  plan: Plan,
  { uploaded, replaced, removed, failed: unread, kept }: Done,
  { refused }: Folder,
): string {
  const failed = [...unread, ...refused];
  const lines = [
    ...uploaded.map((path) => ["uploaded", path]),
    ...replaced.map((path) => ["replaced", path]),
    ...removed.map((path) => ["removed", path]),
    ...failed.map(({ path, because }) => ["NOT READ", path, because]),
    ...kept.map(({ path, because }) => ["kept", path, because]),
  ];
  const counts = [
    `${uploaded.length} uploaded, ${replaced.length} replaced, ${removed.length} removed`,
    `${plan.unchanged.length} unchanged${failed.length > 0 ? `, ${failed.length} not read` : ""}`,
  ].join(", ");
  const others =
    plan.others > 0 ? ` ${count(plan.others, "file")} that others have put there: left alone.` : "";
  return [
    ...lines.map(([what, ...rest]) => `${what!.padEnd(9)} ${rest.join(": ")}`),
    `${counts}.${others}`,
    ...(failed.length > 0 ? [MEND] : []),
  ].join("\n");
}

export function listText({ id, name, bytes }: StoreInfo, files: readonly StoredFile[]): string {
  const lines = files.map(({ id, ours, status, bytes }) => [
    ...[ours?.path ?? "(put there by others)", status, megabytes(bytes), id],
  ]);
  const head = `${id} (${name}): ${count(files.length, "file")}, ${storageText(bytes)}`;
  return lines.length === 0 ? head : `${head}\n\n${table(["file", "status", "MB", "id"], lines)}`;
}

/** What storing so many bytes costs. */
export function storageText(bytes: number): string {
  return `${megabytes(bytes)} MB, $${dollarsADay(bytes).toFixed(4)} a day beyond the first GB of all stores, which is free`;
}

export function dollarsADay(bytes: number): number {
  return (bytes / GB) * DOLLARS_A_DAY;
}

export const lineFor = (id: string) => `fileSearch({ store: "${id}" })`;

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(2);
