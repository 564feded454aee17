import { openAsBlob } from "node:fs";
import { BotError } from "@henji/core/error";
import { createOpenAiClient } from "@henji/core/model/client";
import { modelError } from "@henji/core/model/error";
import type { LocalFile } from "./folder.ts";

type Client = ReturnType<typeof createOpenAiClient>;

/** A file in the store. */
export type StoredFile = {
  id: string;
  /** Nothing, if somebody else than this command has put it there. */
  ours: { path: string; sha256: string } | undefined;
  status: "in_progress" | "completed" | "cancelled" | "failed";
  /** What it takes there, which is more than its own bytes. */
  bytes: number;
};

export type StoreInfo = { id: string; name: string; bytes: number; files: number };

/** For a call that has no time of its own. */
const never = new AbortController().signal;

/** How long OpenAI may take to read one file. */
const READ_WITHIN_MS = 10 * 60_000;

/** OpenAI's files and vector stores, as these commands use them; what it refuses is an error of core's. */
export function openKnowledge(
  { apiKey, baseURL }: { apiKey: string; baseURL: string | undefined },
  stop: AbortSignal,
) {
  // No user waits for a command.
  const client: Client = createOpenAiClient({ apiKey, baseURL }).withOptions({ maxRetries: 4 });
  const { vectorStores } = client;
  const errorOf = (cause: unknown) => (stop.aborted ? stopped() : modelError(cause, never));
  const calling = async <T>(call: () => PromiseLike<T>): Promise<T> => {
    try {
      return await call();
    } catch (cause) {
      throw errorOf(cause);
    }
  };
  const unlessGone = async <T>(call: () => PromiseLike<T>): Promise<T | undefined> => {
    try {
      return await call();
    } catch (cause) {
      if ((cause as { status?: number }).status === 404) return undefined;
      throw errorOf(cause);
    }
  };

  const knowledge = {
    /** Nothing, if the key's project has no such store. */
    async find(id: string): Promise<StoreInfo | undefined> {
      const store = await unlessGone(() => vectorStores.retrieve(id, { signal: stop }));
      return store && infoOf(store);
    },

    /** The oldest of this name. */
    async findByName(name: string): Promise<StoreInfo | undefined> {
      return calling(async () => {
        const pages = vectorStores.list({ limit: 100, order: "asc" }, { signal: stop });
        for await (const store of pages) if (store.name === name) return infoOf(store);
        return undefined;
      });
    },

    create: async (name: string): Promise<StoreInfo> =>
      calling(async () => infoOf(await vectorStores.create({ name }, { signal: stop }))),

    async files(store: string): Promise<StoredFile[]> {
      return calling(async () => {
        const files: StoredFile[] = [];
        const pages = vectorStores.files.list(store, { limit: 100, order: "asc" }, { signal: stop });
        for await (const { id, attributes, status, usage_bytes: bytes } of pages) {
          const { path, sha256 } = attributes ?? {};
          const ours = typeof path === "string" && typeof sha256 === "string" ? { path, sha256 } : undefined;
          files.push({ id, ours, status, bytes });
        }
        return files;
      });
    },

    /**
     * Uploads a file, and waits until it can be searched. What fails, or is stopped, leaves nothing there.
     *
     * @throws BotError that says why OpenAI cannot read it
     */
    async put(store: string, { path, name, at, sha256 }: LocalFile): Promise<void> {
      const file = new File([await openAsBlob(at)], name);
      const { id } = await calling(() =>
        client.files.create({ file, purpose: "assistants" }, { signal: stop }),
      );
      try {
        const body = { file_id: id, attributes: { path, sha256 } };
        await calling(() => vectorStores.files.create(store, body, { signal: stop }));
        await knowledge.wait(store, id);
      } catch (error) {
        await knowledge.remove(store, id).catch(() => {});
        throw error;
      }
    },

    /** Until a file can be searched that was put there. */
    async wait(store: string, id: string): Promise<void> {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(READ_WITHIN_MS)]);
      const { status, last_error: error } = await calling(() =>
        vectorStores.files.poll(store, id, { signal }),
      );
      if (status === "completed") return;
      throw new BotError("config.unreadable_file", `OpenAI cannot read it: ${error?.message ?? status}`, {
        retry: "never",
      });
    },

    /** The file itself, which takes it out of every store; and what a store still knows of it. */
    async remove(store: string, id: string): Promise<void> {
      await unlessGone(() => client.files.delete(id));
      await unlessGone(() => vectorStores.files.delete(id, { vector_store_id: store }));
    },

    async removeStore(id: string): Promise<void> {
      await unlessGone(() => vectorStores.delete(id));
    },
  };
  return knowledge;
}

export type KnowledgeStore = ReturnType<typeof openKnowledge>;

function infoOf(store: {
  id: string;
  name: string;
  usage_bytes: number;
  file_counts: { total: number };
}): StoreInfo {
  return { id: store.id, name: store.name, bytes: store.usage_bytes, files: store.file_counts.total };
}

function stopped(): BotError {
  return new BotError("config.stopped", "Stopped. Nothing is lost; the same command goes on from here.", {
    retry: "never",
  });
}
