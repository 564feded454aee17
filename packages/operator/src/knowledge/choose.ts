import { BotError } from "@henji/core/error";
import { type CommonOptions, type Session, wrongOption } from "../environment.ts";
import { storeOf } from "./configured.ts";
import type { KnowledgeStore, StoreInfo } from "./store.ts";

/** Which store, as it was typed. */
export type Choice = CommonOptions & { store?: string; name?: string };

/** The store that there is, by what was typed, what `bot.config.ts` says, or its name. */
export async function findStore(
  { bot, stage }: Session,
  knowledge: KnowledgeStore,
  { store: id, name }: Choice,
): Promise<{ found: StoreInfo | undefined; name: string; configured: string | undefined }> {
  const configured = storeOf(bot);
  const wanted = name ?? `henji-${stage.name() || "local"}`;
  if (id !== undefined) {
    const found = await knowledge.find(id);
    if (!found) throw wrongOption(`There is no store ${id} in the project of this key`);
    return { found, name: found.name, configured };
  }
  const ofBot = configured === undefined || name !== undefined ? undefined : await knowledge.find(configured);
  return { found: ofBot ?? (await knowledge.findByName(wanted)), name: wanted, configured };
}

export async function thatIsThere(
  session: Session,
  knowledge: KnowledgeStore,
  options: Choice,
): Promise<StoreInfo> {
  const { found, name } = await findStore(session, knowledge, options);
  if (found) return found;
  const fix = "npm run henji -- knowledge sync FOLDER makes it";
  throw new BotError("config.no_store", `There is no store called ${name}: ${fix}`, { retry: "never" });
}
