import { existsSync, readFileSync } from "node:fs";
import { basename, sep } from "node:path";
import { fileURLToPath } from "node:url";

export type Location = {
  /** Without its folder. */
  file: string;
  /** Both from 1. */
  line: number;
  column: number;
  /** The line, or its beginning. */
  text: string;
};

const MAX_TEXT = 100;

/** Where in a file of this project an error occurred while the file was loaded, if Node tells. */
export function locationOf({ stack = "" }: Error): Location | undefined {
  return ofSyntaxError(stack) ?? ofThrownError(stack);
}

/** A file that cannot be parsed: Node prints its name and line, the line itself, and a caret below the column. */
function ofSyntaxError(stack: string): Location | undefined {
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

/** Code that threw: the topmost frame outside of packages and of this folder, which loads the file. */
function ofThrownError(stack: string): Location | undefined {
  for (const [, url, line, column] of stack.matchAll(/^ +at .*?(file:\/\/[^\s)]+):(\d+):(\d+)\)?$/gm)) {
    const path = fileURLToPath(url!.replace(/\?.*$/, ""));
    const isForeign = path.startsWith(import.meta.dirname) || path.includes(`${sep}node_modules${sep}`);
    if (isForeign || !existsSync(path)) continue;
    const text = readFileSync(path, "utf8").split("\n")[Number(line) - 1] ?? "";
    return { file: basename(path), line: Number(line), column: Number(column), text: cut(text) };
  }
  return undefined;
}

function cut(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > MAX_TEXT ? `${trimmed.slice(0, MAX_TEXT)}…` : trimmed;
}
