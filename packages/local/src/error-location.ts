import { existsSync, readFileSync } from "node:fs";
import { basename, sep } from "node:path";
import { fileURLToPath } from "node:url";

export type Place = {
  /** Without its folder. */
  file: string;
  /** Both from 1. */
  line: number;
  column: number;
  /** What stands in the line, or its beginning. */
  text: string;
};

const MAX_TEXT = 100;

/** Where in a file of this project an error arose as the file was loaded, if Node says so. */
export function placeOf({ stack = "" }: Error): Place | undefined {
  return marked(stack) ?? thrown(stack);
}

/** A file that cannot be read as code: its name and line, the line itself, and a caret under the place. */
function marked(stack: string): Place | undefined {
  const [head = "", ...lines] = stack.split("\n");
  const [, file, line] = /^(.+\.\w+):(\d+)$/.exec(head) ?? [];
  const caret = lines.findIndex((text) => /^\s*\^+\s*$/.test(text));
  if (!file || caret < 1) return undefined;
  const text = lines[caret - 1]!;
  return {
    file: basename(file),
    line: Number(line),
    column: lines[caret]!.indexOf("^") + 1,
    text: cut(text),
  };
}

/** Code that threw: the topmost file that is neither a package's nor of what loads the others. */
function thrown(stack: string): Place | undefined {
  for (const [, url, line, column] of stack.matchAll(/^ +at .*?(file:\/\/[^\s)]+):(\d+):(\d+)\)?$/gm)) {
    const path = fileURLToPath(url!.replace(/\?.*$/, ""));
    const isAside = path.startsWith(import.meta.dirname) || path.includes(`${sep}node_modules${sep}`);
    if (isAside || !existsSync(path)) continue;
    const text = readFileSync(path, "utf8").split("\n")[Number(line) - 1] ?? "";
    return { file: basename(path), line: Number(line), column: Number(column), text: cut(text) };
  }
  return undefined;
}

function cut(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > MAX_TEXT ? `${trimmed.slice(0, MAX_TEXT)}…` : trimmed;
}
