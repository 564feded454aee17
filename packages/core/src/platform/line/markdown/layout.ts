/** One paragraph, heading, table or piece of code, its lines with their margins; `from` and `to` are its source lines. */
export type Block = {
  kind: "text" | "heading" | "code" | "rule";
  text: string;
  /** What its lines begin with. */
  margin: string;
  from: number;
  to: number;
};

/** What stands before the lines of a quotation or of an item of a list. */
export type Margin = {
  /** Before the next line: an item's mark, the first time. */
  take(): string;
  /** Before the lines after it. */
  rest: string;
  /** Whether a mark has no text yet. */
  isNew(): boolean;
  setMark(mark: string): void;
};

export const noMargin: Margin = { take: () => "", rest: "", isNew: () => false, setMark: () => {} };

const QUOTE = "│ ";
/** LINE's font is proportional, so a level is one full-width space wide. */
const LEVEL = "　";

export function quoted(outer: Margin): Margin {
  return { ...outer, take: () => outer.take() + QUOTE, rest: outer.rest + QUOTE };
}

export function item(outer: Margin, mark: string): Margin {
  let next: string | undefined = mark;
  const rest = outer.rest + LEVEL;
  return {
    rest,
    isNew: () => next !== undefined,
    setMark: (other) => {
      next = other;
    },
    take() {
      if (next === undefined) return rest;
      const first = `${outer.take()}${next} `;
      next = undefined;
      return first;
    },
  };
}

/** Text in its margin. Code has none, so that it can be copied. */
export function placed(
  kind: Block["kind"],
  text: string,
  margin: Margin,
  [from, to]: readonly [number, number],
): Block {
  if (kind === "code") {
    const mark = margin.isNew() ? `${margin.take().trimEnd()}\n` : "";
    return { kind, text: mark + text, margin: "", from, to };
  }
  const lines = text.split("\n");
  const shown = lines.map((line, index) => (index === 0 ? margin.take() : margin.rest) + line);
  return { kind, text: shown.map((line) => line.trimEnd()).join("\n"), margin: margin.rest, from, to };
}

/**
 * Blocks as one text. An empty line stands where the model left one, and before each heading; none after a
 * heading, which belongs to what follows. A rule between sections that have headings says nothing more.
 */
export function joined(blocks: readonly Block[]): string {
  const shown = blocks.filter(({ kind }, index) => {
    const next = blocks[index + 1];
    return kind !== "rule" || (index > 0 && next !== undefined && next.kind !== "heading");
  });
  return shown
    .map((block, index) => {
      const before = shown[index - 1];
      return before ? gap(before, block) + block.text : block.text;
    })
    .join("");
}

function gap(before: Block, block: Block): string {
  if (before.kind === "heading" && block.kind !== "heading") return "\n";
  // Its frame sets code apart from what introduces it.
  if (block.kind === "code" && before.kind === "text") return "\n";
  const isApart = block.from > before.to || [before.kind, block.kind].includes("rule");
  if (!isApart && block.kind !== "heading") return "\n";
  return `\n${sharedQuote(before.margin, block.margin).trimEnd()}\n`;
}

function sharedQuote(one: string, other: string): string {
  const [a = "", b = ""] = [one, other].map((margin) => /^(?:│ )*/.exec(margin)?.[0]);
  return a.length < b.length ? a : b;
}
