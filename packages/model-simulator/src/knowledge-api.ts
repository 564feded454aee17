import { type Context, Hono } from "hono";
import * as z from "zod";
import { ApiError } from "./error.ts";
import { type Knowledge, type Member, type StoredFile, sizeOf, type VectorStore } from "./knowledge.ts";

const attributes = z.record(z.string().max(64), z.union([z.string().max(512), z.number(), z.boolean()]));
const storeBody = z.looseObject({
  name: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
const memberBody = z.looseObject({ file_id: z.string(), attributes: attributes.nullish() });

/** OpenAI: a page has 20, and 100 at the most. */
const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).catch(20),
  after: z.string().optional(),
  order: z.enum(["asc", "desc"]).catch("desc"),
});

/** `/files` and `/vector_stores`, as far as a command that keeps a store up to date needs them. */
export function knowledgeApi(knowledge: Knowledge): Hono {
  const { files, stores } = knowledge;
  const app = new Hono();

  app.post("/files", async (c) => {
    const form = await c.req.formData();
    const [file, purpose] = [form.get("file"), form.get("purpose")];
    if (!(file instanceof File)) throw missing("file");
    if (typeof purpose !== "string") throw missing("purpose");
    const bytes = new Uint8Array(await file.arrayBuffer());
    return c.json(fileObject(knowledge.addFile({ name: file.name, purpose, bytes })));
  });
  app.get("/files", (c) => c.json(page(c, [...files.values()].map(fileObject))));
  app.get("/files/:file", (c) => c.json(fileObject(fileOf(c))));
  app.delete("/files/:file", (c) => {
    const { id } = fileOf(c);
    knowledge.removeFile(id);
    return c.json({ id, object: "file", deleted: true });
  });

  app.post("/vector_stores", async (c) => {
    const { name } = read(storeBody, await c.req.json().catch(() => undefined));
    return c.json(storeObject(knowledge.addStore(name ?? "")));
  });
  app.get("/vector_stores", (c) => c.json(page(c, [...stores.values()].map(storeObject))));
  app.get("/vector_stores/:store", (c) => c.json(storeObject(storeOf(c))));
  app.delete("/vector_stores/:store", (c) => {
    const { id } = storeOf(c);
    stores.delete(id);
    return c.json({ id, object: "vector_store.deleted", deleted: true });
  });

  app.post("/vector_stores/:store/files", async (c) => {
    const store = storeOf(c);
    const body = read(memberBody, await c.req.json().catch(() => undefined));
    const file = found(files, "file", body.file_id);
    return c.json(memberObject(store, knowledge.attach(store, file, body.attributes ?? {})));
  });
  app.get("/vector_stores/:store/files", (c) => {
    const store = storeOf(c);
    return c.json(
      page(
        c,
        [...store.members.values()].map((member) => memberObject(store, member)),
      ),
    );
  });
  app.get("/vector_stores/:store/files/:file", (c) => {
    const store = storeOf(c);
    const member = memberOf(c, store);
    const object = memberObject(store, member);
    // The next one who looks sees it read, and may look soon.
    knowledge.read(member);
    c.header("openai-poll-after-ms", "5");
    return c.json(object);
  });
  app.delete("/vector_stores/:store/files/:file", (c) => {
    const store = storeOf(c);
    const { fileId: id } = memberOf(c, store);
    store.members.delete(id);
    return c.json({ id, object: "vector_store.file.deleted", deleted: true });
  });
  return app;

  function fileOf(c: Context): StoredFile {
    return found(files, "file", c.req.param("file")!);
  }

  function storeOf(c: Context): VectorStore {
    return found(stores, "vector store", c.req.param("store")!);
  }

  function memberOf(c: Context, { members }: VectorStore): Member {
    return found(members, "file", c.req.param("file")!);
  }

  function storeObject(store: VectorStore) {
    const { id, name, members, createdAtS } = store;
    const count = (wanted: Member["status"]) =>
      [...members.values()].filter(({ status }) => status === wanted).length;
    return {
      ...{ id, object: "vector_store", created_at: createdAtS, name, metadata: {} },
      usage_bytes: sizeOf(store, knowledge),
      file_counts: {
        ...{ in_progress: count("in_progress"), completed: count("completed"), failed: count("failed") },
        ...{ cancelled: 0, total: members.size },
      },
      ...{ status: "completed", last_active_at: createdAtS, expires_after: null, expires_at: null },
    };
  }

  function memberObject({ id }: VectorStore, { fileId, attributes, status, error, createdAtS }: Member) {
    return {
      ...{ id: fileId, object: "vector_store.file", created_at: createdAtS, vector_store_id: id },
      ...{ status, last_error: error ?? null, attributes },
      usage_bytes: status === "completed" ? (files.get(fileId)?.bytes.length ?? 0) : 0,
      chunking_strategy: {
        type: "static",
        static: { max_chunk_size_tokens: 800, chunk_overlap_tokens: 400 },
      },
    };
  }
}

function fileObject({ id, name, purpose, bytes, createdAtS }: StoredFile) {
  const object = { id, object: "file", bytes: bytes.length, created_at: createdAtS };
  return { ...object, filename: name, purpose, status: "processed", expires_at: null };
}

function page<T extends { id: string }>(c: Context, all: readonly T[]) {
  const { limit, after, order } = pageQuery.parse(c.req.query());
  const ordered = order === "asc" ? [...all] : [...all].reverse();
  const begin = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const data = ordered.slice(begin, begin + limit);
  const ids = { first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null };
  return { object: "list", data, ...ids, has_more: begin + limit < ordered.length };
}

function read<T extends z.ZodType>(schema: T, raw: unknown): z.output<T> {
  const { data, error } = schema.safeParse(raw);
  if (error)
    throw new ApiError(400, { message: error.issues[0]!.message, param: error.issues[0]!.path.join(".") });
  return data!;
}

/** @throws ApiError as OpenAI answers for what it does not have */
function found<T>(all: ReadonlyMap<string, T>, what: string, id: string): T {
  const one = all.get(id);
  if (one === undefined) throw new ApiError(404, { message: `No ${what} found with id '${id}'.` });
  return one;
}

function missing(param: string): ApiError {
  const message = `Missing required parameter: '${param}'.`;
  return new ApiError(400, { message, param, code: "missing_required_parameter" });
}
