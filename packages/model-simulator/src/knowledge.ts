import { createHash } from "node:crypto";

/** A file that was uploaded. */
export type StoredFile = { id: string; name: string; purpose: string; bytes: Uint8Array; createdAtS: number };

export type Attributes = Record<string, string | number | boolean>;

/** A file in a vector store. It is read when it is first looked at after it was put there, as if that took a while. */
export type Member = {
  fileId: string;
  attributes: Attributes;
  status: "in_progress" | "completed" | "failed";
  error?: { code: "unsupported_file" | "invalid_file"; message: string };
  createdAtS: number;
};

export type VectorStore = { id: string; name: string; members: Map<string, Member>; createdAtS: number };

/** A file that a search has found, and what of it the model reads. */
export type Found = {
  file_id: string;
  filename: string;
  score: number;
  text: string;
  attributes: Attributes;
};

export type Knowledge = ReturnType<typeof createKnowledge>;

/** OpenAI's list for file search. */
const readable = /\.(?:c|cpp|cs|css|docx?|go|html|java|js|json|md|pdf|php|pptx|py|rb|sh|tex|ts|txt)$/i;
/** UTF-16 code units. */
const MAX_PASSAGE = 2_000;

/** Files and vector stores, in memory. */
export function createKnowledge({ newId, clock }: { newId: () => string; clock: () => number }) {
  const files = new Map<string, StoredFile>();
  const stores = new Map<string, VectorStore>();
  const nowS = () => Math.floor(clock() / 1000);

  function addFile({ name, purpose, bytes }: Pick<StoredFile, "name" | "purpose" | "bytes">): StoredFile {
    const file = { id: `file-${newId()}`, name, purpose, bytes, createdAtS: nowS() };
    files.set(file.id, file);
    return file;
  }

  /** By its name, if it has one: so a bot that names the store finds it again after a restart. */
  function addStore(name: string, id = `vs_${name === "" ? newId() : hashOf(name)}`): VectorStore {
    const free = stores.has(id) ? `vs_${newId()}` : id;
    const store: VectorStore = { id: free, name, members: new Map(), createdAtS: nowS() };
    stores.set(store.id, store);
    return store;
  }

  function attach(store: VectorStore, file: StoredFile, attributes: Attributes = {}): Member {
    const member: Member = { fileId: file.id, attributes, status: "in_progress", createdAtS: nowS() };
    store.members.set(file.id, member);
    return member;
  }

  /** What was put there is read. */
  function read(member: Member): Member {
    if (member.status !== "in_progress") return member;
    const file = files.get(member.fileId);
    const isReadable = file !== undefined && readable.test(file.name);
    member.status = isReadable && file.bytes.length > 0 ? "completed" : "failed";
    if (!isReadable) member.error = { code: "unsupported_file", message: "The file type is not supported." };
    else if (member.status === "failed")
      member.error = { code: "invalid_file", message: "The file is empty." };
    return member;
  }

  function removeFile(id: string): boolean {
    for (const { members } of stores.values()) members.delete(id);
    return files.delete(id);
  }

  /** A store that is not there has nothing in it. The more words of the query a file has, the better it fits. */
  function search(storeIds: readonly string[], query: string, most: number): Found[] {
    const wanted = new Set(wordsIn(query));
    const members = storeIds.flatMap((id) => [...(stores.get(id)?.members.values() ?? [])]);
    const found = members
      .filter((member) => read(member).status === "completed")
      .map(({ fileId, attributes }) => {
        const { name, bytes } = files.get(fileId)!;
        const text = new TextDecoder().decode(bytes);
        const there = new Set(wordsIn(`${name} ${text}`));
        const score = [...wanted].filter((word) => there.has(word)).length / Math.max(1, wanted.size);
        return {
          file_id: fileId,
          filename: name,
          score,
          text: text.slice(0, MAX_PASSAGE).toWellFormed(),
          attributes,
        };
      });
    return found
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, most);
  }

  return { files, stores, addFile, addStore, attach, read, removeFile, search };
}

export function sizeOf({ members }: VectorStore, { files }: Pick<Knowledge, "files">): number {
  return [...members.keys()].reduce((sum, id) => sum + (files.get(id)?.bytes.length ?? 0), 0);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** In any language, also in those that have no spaces. */
function wordsIn(text: string): string[] {
  return [...segmenter.segment(text.toLowerCase())].flatMap(({ segment, isWordLike }) =>
    isWordLike ? segment : [],
  );
}

function hashOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 32);
}
