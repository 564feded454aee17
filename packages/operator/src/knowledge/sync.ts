import { toBotError } from "@henji/core/error";
import { inLanes } from "@henji/core/lanes";
import type { Folder, LocalFile } from "./folder.ts";
import type { KnowledgeStore, StoredFile } from "./store.ts";

/** What makes the store like the folder. */
export type Plan = {
  /** `replaces`: what is there of the same path, or could not be read there. */
  upload: { file: LocalFile; replaces: StoredFile[] }[];
  /** Put there by an earlier run that was stopped: they are only waited for. */
  waitFor: { file: LocalFile; stored: StoredFile; replaces: StoredFile[] }[];
  /** Gone from the folder, or there twice. */
  remove: StoredFile[];
  unchanged: LocalFile[];
  /** Put there by others: they stay. */
  others: number;
};

export type Done = {
  uploaded: string[];
  replaced: string[];
  removed: string[];
  failed: { path: string; because: string }[];
};

/** What carrying a plan out comes to, if nothing fails. */
export function expected({ upload, waitFor, remove }: Plan): Done {
  const done: Done = { ...nothing(), removed: remove.map(({ ours }) => ours!.path) };
  for (const { file, replaces } of [...upload, ...waitFor]) done[outcomeOf(replaces)].push(file.path);
  return done;
}

const nothing = (): Done => ({ uploaded: [], replaced: [], removed: [], failed: [] });

const outcomeOf = (replaces: readonly StoredFile[]) => (replaces.length > 0 ? "replaced" : "uploaded");

/** Uploads at once; OpenAI takes 300 changes of a store a minute. */
const LANES = 4;

/** A file is the same if its path and its content are. */
export function planFor({ files, refused }: Folder, stored: readonly StoredFile[]): Plan {
  const ours = stored.flatMap((one) => (one.ours ? [{ ...one, ours: one.ours }] : []));
  const byPath = Map.groupBy(ours, ({ ours }) => ours.path);
  const plan: Plan = {
    upload: [],
    waitFor: [],
    remove: [],
    unchanged: [],
    others: stored.length - ours.length,
  };
  for (const file of files) {
    const there = byPath.get(file.path) ?? [];
    const same = there.filter(({ ours, status }) => ours.sha256 === file.sha256 && isThere(status));
    const kept = same.find(({ status }) => status === "completed") ?? same[0];
    const replaces = there.filter((one) => one !== kept);
    if (!kept) plan.upload.push({ file, replaces });
    else if (kept.status === "in_progress") plan.waitFor.push({ file, stored: kept, replaces });
    else {
      plan.unchanged.push(file);
      plan.remove.push(...replaces);
    }
  }
  // What cannot be read now was read before: it stays until it is gone, or can be read.
  const paths = new Set([...files, ...refused].map(({ path }) => path));
  plan.remove.push(...ours.filter(({ ours }) => !paths.has(ours.path)));
  return plan;
}

const isThere = (status: StoredFile["status"]) => status === "completed" || status === "in_progress";

/**
 * What is new comes before what it replaces goes, and what is gone from the folder goes last, if all else was done: a
 * file that was renamed is never missing. It may be stopped at any time, and done again.
 */
export async function carryOut(
  plan: Plan,
  {
    knowledge,
    storeId,
    onFile,
  }: { knowledge: KnowledgeStore; storeId: string; onFile: (path: string) => void },
): Promise<Done> {
  const done = nothing();
  const steps = [
    ...plan.upload.map(({ file, replaces }) => ({ file, replaces, run: () => knowledge.put(storeId, file) })),
    ...plan.waitFor.map(({ file, stored, replaces }) => {
      return { file, replaces, run: () => knowledge.wait(storeId, stored.id) };
    }),
  ];
  await inLanes(LANES, steps, async ({ file: { path }, replaces, run }) => {
    onFile(path);
    try {
      await run();
    } catch (error) {
      const { code, message } = toBotError(error);
      if (code !== "config.unreadable_file") throw error;
      done.failed.push({ path, because: message });
      return;
    }
    for (const { id } of replaces) await knowledge.remove(storeId, id);
    done[outcomeOf(replaces)].push(path);
  });
  if (done.failed.length > 0) return done;
  await inLanes(LANES, plan.remove, async ({ id, ours }) => {
    onFile(ours!.path);
    await knowledge.remove(storeId, id);
    done.removed.push(ours!.path);
  });
  return done;
}
