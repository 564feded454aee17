/**
 * What the model is asked to write for the bot after its answer: lines that begin with a mark such as `[?]`, and
 * with which hardly anything else begins.
 */
export type Marked<M extends string> = {
  /** The answer without them. */
  text: string;
  /** What stands after each mark, in order. */
  after: Record<M, string[]>;
};

/** An answer without the lines that begin with a mark, wherever they stand: the user must not see them. */
export function partHidden(text: string, mark: string): { text: string; hidden: string[] } {
  const pattern = patternOf(mark);
  const [hidden = [], shown = []] = [true, false].map((isHidden) =>
    text.split("\n").filter((line) => pattern.test(line) === isHidden),
  );
  return { text: shown.join("\n").trimEnd(), hidden: hidden.map((line) => line.replace(pattern, "").trim()) };
}

/** An answer without the marked lines that end it. */
export function partMarked<M extends string>(
  { text, cut }: { text: string; cut: boolean },
  marks: readonly M[],
): Marked<M> {
  const after = Object.fromEntries(marks.map((mark) => [mark, []])) as unknown as Marked<M>["after"];
  const lines = text.trimEnd().split("\n");
  const end = lines.findLastIndex((line) => line.trim() !== "" && !markOf(line, marks)) + 1;
  const marked = lines.slice(end).filter((line) => line.trim() !== "");
  // An answer that was cut among them may have half a one.
  for (const line of cut ? marked.slice(0, -1) : marked) {
    const mark = markOf(line, marks)!;
    const said = line.replace(patternOf(mark), "").trim();
    if (said !== "") after[mark].push(said);
  }
  return { text: lines.slice(0, end).join("\n"), after };
}

function markOf<M extends string>(line: string, marks: readonly M[]): M | undefined {
  return marks.find((mark) => patternOf(mark).test(line));
}

/** As the model may write it: as an item of a list, or in bold. */
function patternOf(mark: string): RegExp {
  return new RegExp(`^\\s*(?:[-*•]\\s+|\\d+[.)]\\s+)?(?:\\*\\*)?${RegExp.escape(mark)}(?:\\*\\*)?`);
}
