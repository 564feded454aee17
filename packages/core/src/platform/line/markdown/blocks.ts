import type { MarkdownIt, StateBlock, StateCore, Token } from "markdown-it";
import { frameTop, isFrameBottom } from "../code-frame.ts";

/** A formula that is set apart ends within this many lines, or is text. */
const MAX_FORMULA_LINES = 50;

export function blockRules(md: MarkdownIt): void {
  const interrupts = { alt: ["paragraph", "blockquote", "list"] };
  md.block.ruler.before("fence", "frame", frame, interrupts);
  md.block.ruler.before("fence", "formula", formula, interrupts);
  md.block.ruler.before("blockquote", "kaomoji", kaomoji);
  md.block.ruler.before("paragraph", "lazy", lazy, { alt: ["paragraph", "blockquote"] });
  md.core.ruler.after("block", "cells", cells);
}

const lineAt = (state: StateBlock, line: number) =>
  state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]!).trimEnd();

/**
 * Code as an earlier answer showed it: a model that reads its own answers writes such a frame where it wrote
 * fences before.
 */
function frame(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const top = frameTop.exec(lineAt(state, start));
  if (!top) return false;
  if (silent) return true;
  let next = start + 1;
  while (next < end && !isFrameBottom(lineAt(state, next))) next += 1;
  const content = state.getLines(start + 1, next, state.blkIndent, true);
  state.line = Math.min(next + 1, end);
  Object.assign(state.push("fence", "code", 0), { content, info: top[1] ?? "", map: [start, state.line] });
  return true;
}

/** `$$ … $$` and `\[ … \]` that begin a line. */
function formula(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const first = lineAt(state, start);
  const open = first.slice(0, 2);
  if (open !== "$$" && open !== "\\[") return false;
  const close = open === "$$" ? "$$" : "\\]";
  const last = Math.min(end, start + MAX_FORMULA_LINES);
  for (let line = start; line < last; line += 1) {
    const text = line === start ? first.slice(2) : lineAt(state, line);
    if (line > start && text === "") return false;
    const at = text.indexOf(close);
    if (at === -1) continue;
    if (text.slice(at + 2).replace(/[.,。、]/, "") !== "") return false;
    if (silent) return true;
    const content = state.getLines(start, line + 1, state.blkIndent, false).trim();
    const tex = content.slice(2, content.lastIndexOf(close)) + text.slice(at + 2);
    state.line = line + 1;
    Object.assign(state.push("formula", "", 0), { content: tex, map: [start, state.line] });
    return true;
  }
  return false;
}

/** `>_<` and `>=` at the start of a line are no quotation. */
function kaomoji(state: StateBlock, start: number, _end: number, silent: boolean): boolean {
  const isQuote = !/^>[_.<=;:'^]/.test(lineAt(state, start));
  if (isQuote || silent) return false;
  const content = lineAt(state, start);
  state.line = start + 1;
  const map: [number, number] = [start, state.line];
  state.push("paragraph_open", "p", 1).map = map;
  Object.assign(state.push("inline", "", 0), { content, map, children: [] });
  state.push("paragraph_close", "p", -1);
  return true;
}

/**
 * Ends an item or a quotation at a line that is neither indented nor quoted. To CommonMark it goes on with the
 * paragraph, to a model it is the sentence after the list.
 */
function lazy(state: StateBlock, start: number, _end: number, silent: boolean): boolean {
  return silent && (state.parentType === "blockquote" || state.sCount[start]! < state.blkIndent);
}

/**
 * The cells of a table's rows once more: GFM cuts a cell at a `|` within code and drops what is more than the
 * header has, and a line without any `|` after the last row is no row.
 */
function cells(state: StateCore): void {
  const lines = state.src.split("\n");
  let columns: Token[] = [];
  let row: Token | undefined;
  for (const token of state.tokens) {
    if (token.type === "tr_open") {
      row = token;
      columns = [];
    } else if (token.type === "inline" && row) columns.push(token);
    else if (token.type === "tr_close" && row) {
      const source = lines[row.map?.[0] ?? -1] ?? "";
      fill(row, columns, source.replace(/^[\s>]*/, ""));
      row = undefined;
    }
  }
}

function fill(row: Token, columns: readonly Token[], source: string): void {
  if (!source.includes("|")) row.meta = { isText: true };
  const texts = cellsIn(source);
  // Otherwise the parser has read it so already.
  if (texts.length <= columns.length) return;
  const whole = withCodeWhole(texts);
  columns.forEach((column, index) => {
    const isLast = index === columns.length - 1;
    column.content = (
      isLast
        ? whole
            .slice(index)
            .map((text) => text.trim())
            .join(" | ")
        : (whole[index] ?? "")
    ).trim();
  });
}

function cellsIn(row: string): string[] {
  const texts = row.split(/(?<!\\)\|/).map((text) => text.replaceAll("\\|", "|"));
  if (texts[0]?.trim() === "") texts.shift();
  if (texts.at(-1)?.trim() === "") texts.pop();
  return texts;
}

/** Joins what a `|` between two backticks has parted. */
function withCodeWhole(texts: readonly string[]): readonly string[] {
  const whole: string[] = [];
  let isOpen = false;
  for (const text of texts) {
    const joined = isOpen ? `${whole.pop()}|${text}` : text;
    whole.push(joined);
    if ((text.match(/`+/g)?.length ?? 0) % 2 === 1) isOpen = !isOpen;
  }
  return isOpen ? texts : whole;
}
