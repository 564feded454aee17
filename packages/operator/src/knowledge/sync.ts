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
  /** Cannot be read here, and was read before, perhaps under another name. */
  kept: Because[];
  /** Put there by others: they stay. */
  others: number;
};

export type Done = {
  uploaded: string[];
  replaced: string[];
  removed: string[];
  failed: Because[];
  /** What stays there although it is not what the folder has. */
  kept: Because[];
};

type Because = { path: string; because: string };

/** What carrying a plan out comes to, if nothing fails. */
export function expected({ upload, waitFor, remove, kept }: Plan): Done {
  const done: Done = { ...nothing(), removed: remove.map(({ ours }) => ours!.path), kept };
  for (const { file, replaces } of [...upload, ...waitFor]) done[outcomeOf(replaces)].push(file.path);
  return done;
}

const nothing = (): Done => ({ uploaded: [], replaced: [], removed: [], failed: [], kept: [] });

/** Nothing, if it could not be read then either. */
function readBefore({ ours, status }: StoredFile): Because[] {
  return isThere(status) ? [{ path: ours!.path, because: "as it was read before" }] : [];
}

function renamedTo(newPath: string, path: string): Because {
  return { path, because: `it is now ${newPath}, which was not read` };
}

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
    kept: [],
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
  const paths = new Set(files.map(({ path }) => path));
  // What cannot be read now was read before: it stays until it is gone, or can be read.
  const unread = new Set(refused.map(({ path }) => path));
  const isRead = (content: string | undefined) => files.some(({ sha256 }) => sha256 === content);
  const renamed = new Map(
    refused.filter(({ sha256 }) => !isRead(sha256)).map(({ path, sha256 }) => [sha256, path]),
  );
  for (const one of ours) {
    const { path, sha256 } = one.ours;
    const newPath = isThere(one.status) ? renamed.get(sha256) : undefined;
    if (unread.has(path)) plan.kept.push(...readBefore(one));
    else if (paths.has(path)) continue;
    else if (newPath !== undefined) plan.kept.push(renamedTo(newPath, path));
    else plan.remove.push(one);
  }
  return plan;
}

const isThere = (status: StoredFile["status"]) => status === "completed" || status === "in_progress";

/**
 * What is new comes before what it replaces goes, and what is gone from the folder goes last: a file that was renamed
 * is never missing, even if it cannot be read under its new name. It may be stopped at any time, and done again.
 */
export async function carryOut(
  plan: Plan,
  {
    knowledge,
    storeId,
    onFile,
  }: { knowledge: KnowledgeStore; storeId: string; onFile: (path: string) => void },
): Promise<Done> {
  const done: Done = { ...nothing(), kept: [...plan.kept] };
  /** By content: what of the folder OpenAI cannot read. */
  const unread = new Map<string, string>();
  const steps = [
    ...plan.upload.map(({ file, replaces }) => ({ file, replaces, run: () => knowledge.put(storeId, file) })),
    ...plan.waitFor.map(({ file, stored, replaces }) => {
      return { file, replaces, run: () => knowledge.wait(storeId, stored.id) };
    }),
  ];
  await inLanes(LANES, steps, async ({ file: { path, sha256 }, replaces, run }) => {
    onFile(path);
    try {
      await run();
    } catch (error) {
      const { code, message } = toBotError(error);
      if (code !== "config.unreadable_file") throw error;
      done.failed.push({ path, because: message });
      done.kept.push(...replaces.flatMap(readBefore));
      unread.set(sha256, path);
      return;
    }
    for (const { id } of replaces) await knowledge.remove(storeId, id);
    done[outcomeOf(replaces)].push(path);
  });
  await inLanes(LANES, plan.remove, async ({ id, ours }) => {
    const { path, sha256 } = ours!;
    onFile(path);
    const renamed = unread.get(sha256);
    if (renamed !== undefined) {
      done.kept.push(renamedTo(renamed, path));
      return;
    }
    await knowledge.remove(storeId, id);
    done.removed.push(path);
  });
  return done;
}
