import { eastAsianWidth } from "get-east-asian-width";

/** `isText`: a line after the table, which GFM takes for a row of one cell. */
export type Row = { cells: readonly string[]; isText: boolean };

/** About as many columns as a bubble has on a phone, where a full-width character takes two. */
const BUBBLE_COLUMNS = 32;

/**
 * A table as lines. LINE's font has no fixed width, so nothing can be aligned: rows that have room on a line stay
 * one; those of two columns become "first: second"; of any other, each cell is on a line of its own after its
 * header, and an empty line is between two rows.
 */
export function tableLines(header: readonly string[], rows: readonly Row[]): string {
  const all = [header, ...rows.filter(({ isText }) => !isText).map(({ cells }) => cells)];
  const lines =
    rows.length > 0 && header.length > 1 ? styled(all, header) : all.map((cells) => inLine(cells));
  const [top = "", ...shown] = lines;
  const texts = rows.map(({ isText, cells }) => (isText ? cells.join("") : shown.shift()!));
  const isApart = texts.some((text) => text.includes("\n"));
  return [top, ...texts].filter((line) => line !== "").join(isApart ? "\n\n" : "\n");
}

function styled(all: readonly (readonly string[])[], header: readonly string[]): string[] {
  if (all.every((cells) => isNarrow(inLine(cells)))) return all.map(inLine);
  if (header.length === 2) return all.map((cells, index) => inPair(cells, index > 0));
  // The header is on each line, and needs none of its own.
  return all.map((cells, index) => (index === 0 ? "" : underHeaders(header, cells)));
}

const inLine = (cells: readonly string[]) => (cells.every((cell) => cell === "") ? "" : cells.join(" | "));

function inPair(cells: readonly string[], isRow: boolean): string {
  const pair = cells.filter((cell) => cell !== "").join(": ");
  return pair === "" || !isRow ? pair : `• ${pair}`;
}

function underHeaders(header: readonly string[], cells: readonly string[]): string {
  const named = cells.flatMap((cell, index) => {
    if (cell === "") return [];
    return header[index] ? `${header[index]}: ${cell}` : cell;
  });
  return named.map((line, index) => `${index === 0 ? "• " : "　"}${line}`).join("\n");
}

function isNarrow(line: string): boolean {
  // None of its characters is wider than two columns; what is longer need not be measured.
  if (line.length > BUBBLE_COLUMNS * 2) return false;
  const columns = Array.from(line, (character) => eastAsianWidth(character.codePointAt(0)!));
  return columns.reduce<number>((sum, width) => sum + width, 0) <= BUBBLE_COLUMNS;
}
