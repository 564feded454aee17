import { type Session, wrongOption } from "../environment.ts";
import { type Choice, findStore } from "./choose.ts";
import { type Folder, readFolder } from "./folder.ts";
import type { KnowledgeStore, StoreInfo } from "./store.ts";
import { carryOut, type Done, expected, type Plan, planFor } from "./sync.ts";
import { dollarsADay, lineFor, storageText, syncText } from "./text.ts";

export type SyncRequest = {
  folder: string;
  dryRun: boolean;
  options: Choice;
};

/** @returns the exit code: 1 if a file could not be read */
export async function sync(
  session: Session,
  knowledge: KnowledgeStore,
  { folder, dryRun, options }: SyncRequest,
): Promise<number | undefined> {
  const { terminal } = session;
  const read = await readFolder(folder, (path) => terminal.progress(`reading ${path} …`));
  if (read.files.length === 0) {
    const because = read.refused.map(({ path, because }) => `\n${path}: ${because}`).join("");
    throw wrongOption(`${folder} has no file that can be searched, so nothing was done${because}`);
  }
  const { found, name, configured } = await findStore(session, knowledge, options);
  const isNew = found === undefined;
  const store = found ?? (dryRun ? undefined : await knowledge.create(name));
  const plan = planFor(read, found ? await knowledge.files(found.id) : []);
  const isDone = !dryRun && store !== undefined;
  const done = isDone ? await carryOutAll(plan, store, session, knowledge) : expected(plan);
  const after = (isDone && (await knowledge.find(store.id))) || store;
  terminal.endProgress();

  const shown = { plan, done, read, dryRun, isNew, configured, store: after };
  terminal.document(documentOf({ ...shown, name }));
  terminal.print(textOf({ ...shown, name }));
  return done.failed.length + read.refused.length > 0 ? 1 : undefined;
}

async function carryOutAll(
  plan: Plan,
  { id: storeId }: StoreInfo,
  { terminal }: Session,
  knowledge: KnowledgeStore,
): Promise<Done> {
  const all = plan.upload.length + plan.waitFor.length + plan.remove.length;
  let n = 0;
  const onFile = (path: string) => {
    n += 1;
    terminal.progress(`${n} of ${all}: ${path} …`);
  };
  return carryOut(plan, { knowledge, storeId, onFile });
}

type Shown = {
  plan: Plan;
  /** Or would be. */
  done: Done;
  read: Folder;
  dryRun: boolean;
  isNew: boolean;
  name: string;
  configured: string | undefined;
  store: StoreInfo | undefined;
};

function documentOf({ plan, done, read, dryRun, isNew, name, store, configured }: Shown) {
  const { uploaded, replaced, removed, failed, kept } = done;
  return {
    ...{
      dryRun,
      store: store ?? null,
      name,
      isNew,
      isInBotConfig: store?.id === configured && store !== undefined,
    },
    ...{ uploaded, replaced, removed },
    unchanged: plan.unchanged.map(({ path }) => path),
    notRead: [...failed, ...read.refused.map(({ path, because }) => ({ path, because }))],
    kept,
    others: plan.others,
    dollarsADay: store ? dollarsADay(store.bytes) : null,
  };
}

function textOf({ plan, done, read, dryRun, isNew, name, store, configured }: Shown): string {
  const what = dryRun
    ? isNew
      ? "would be made"
      : "would be kept like the folder"
    : isNew
      ? "made"
      : "found";
  const head = store ? `Store ${store.id} (${store.name}): ${what}` : `Store ${name}: ${what}`;
  const lines = [head, syncText(plan, done, read)];
  if (dryRun) return [...lines, "Nothing was done: this is a dry run."].join("\n");
  if (store) lines.push(`Storage: ${storageText(store.bytes)}.`);
  if (store && store.id !== configured) {
    const instead = configured === undefined ? "" : `, in place of ${configured}`;
    lines.push(`Put it into tools in bot.config.ts${instead}, and deploy:`, `  ${lineFor(store.id)}`);
  }
  return lines.join("\n");
}
