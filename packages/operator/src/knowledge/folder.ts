import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { wrongOption } from "../environment.ts";
import { whole } from "../format.ts";

/** A file that can be searched. */
export type LocalFile = {
  /** Within the folder, with `/` between its parts. */
  path: string;
  /** By which an answer names it. */
  name: string;
  /** Where it is on this machine. */
  at: string;
  bytes: number;
  sha256: string;
};

export type Refused = {
  path: string;
  because: string;
  /** Not set for what OpenAI cannot have under another name either. */
  sha256?: string;
};

export type Folder = { files: LocalFile[]; refused: Refused[] };

/** What file search reads, by the ends of names: https://developers.openai.com/api/docs/guides/tools-file-search. */
const texts = [
  ...[".c", ".cpp", ".cs", ".css", ".go", ".html", ".java", ".js", ".json", ".md"],
  ...[".php", ".py", ".rb", ".sh", ".tex", ".ts", ".txt"],
];
const documents = [".doc", ".docx", ".pdf", ".pptx"];
const readable = [...texts, ...documents].sort().join(" ");

/** OpenAI: of one file. */
const MAX_BYTES = 512 * 1024 * 1024;
/** OpenAI: of an attribute, in which the path is kept. */
const MAX_PATH = 512;

/** What is in a folder and the folders under it, but nothing hidden, and no links. */
export async function readFolder(folder: string, onFile: (path: string) => void): Promise<Folder> {
  const found: Folder = { files: [], refused: [] };
  for (const path of await pathsIn(folder)) {
    onFile(path);
    const at = join(folder, path);
    const { size: bytes } = await stat(at);
    const because = refusalOf(path, bytes);
    if (because !== undefined && (bytes === 0 || bytes > MAX_BYTES)) {
      found.refused.push({ path, because });
      continue;
    }
    const { sha256, isUtf } = await readThrough(at);
    if (because !== undefined) found.refused.push({ path, because, sha256 });
    else if (!isUtf && texts.includes(extname(path).toLowerCase())) {
      found.refused.push({ path, because: "its text is neither UTF-8 nor UTF-16: save it as UTF-8" });
    } else found.files.push({ path, name: basename(path), at, bytes, sha256 });
  }
  return found;
}

async function pathsIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        join(parentPath, name).slice(join(folder, "/").length).replaceAll("\\", "/"),
      );
    return paths.filter((path) => !/(^|\/)\./.test(path)).sort();
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code !== "ENOENT" && code !== "ENOTDIR") throw cause;
    throw wrongOption(`There is no folder ${folder}`);
  }
}

function refusalOf(path: string, bytes: number): string | undefined {
  const end = extname(path).toLowerCase();
  if (![...texts, ...documents].includes(end))
    return `file search does not read ${end || "files without an ending"}; it reads ${readable}`;
  if (bytes === 0) return "it is empty";
  if (bytes > MAX_BYTES) return `it has ${whole(Math.ceil(bytes / 1024 / 1024))} MB, and OpenAI takes 512`;
  if (path.length > MAX_PATH) return `its path has more than ${MAX_PATH} characters`;
  return undefined;
}

type Decoder = InstanceType<typeof TextDecoder>;

/** Whatever its size, it is never in memory as a whole. */
async function readThrough(at: string): Promise<{ sha256: string; isUtf: boolean }> {
  const hash = createHash("sha256");
  let decoder: Decoder | undefined;
  let isUtf = true;
  for await (const chunk of createReadStream(at) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    isUtf &&= decodes(decoder, chunk, true);
  }
  return {
    sha256: hash.digest("hex"),
    isUtf: isUtf && (!decoder || decodes(decoder, new Uint8Array(), false)),
  };
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

function decodes(decoder: Decoder, chunk: Uint8Array, stream: boolean): boolean {
  try {
    decoder.decode(chunk, { stream });
    return true;
  } catch {
    return false;
  }
}
