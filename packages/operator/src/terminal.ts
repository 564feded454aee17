import { clearScreenDown, cursorTo } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Where a command writes: one JSON document for programs, or text for people. Progress goes to stderr. */
export type Terminal = {
  isJson: boolean;
  /** The one document of `--json`; nothing otherwise. */
  document(value: unknown): void;
  /** Text for people; nothing with `--json`. */
  print(text: string): void;
  /** The same in place of everything that the terminal shows; without a terminal, below it. */
  redraw(text: string): void;
  /** Text for people and programs alike, as fast as it is read and no faster. */
  stream(texts: AsyncIterable<string>): Promise<void>;
  /** What a reader must know, beside the result: on stderr, with `--json` too. */
  note(text: string): void;
  /** How far long work is, in place of the last such line where stderr is a terminal. */
  progress(text: string): void;
  /** Removes the last line of progress. */
  endProgress(): void;
};

export type Streams = {
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
};

/** Without a terminal, a line of progress in as many milliseconds. */
const PROGRESS_EVERY_MS = 5_000;

export function createTerminal(isJson: boolean, { stdout, stderr }: Streams): Terminal {
  let printedAt = Date.now();
  return {
    isJson,
    document(value) {
      if (isJson) stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    print(text) {
      if (!isJson) stdout.write(`${text}\n`);
    },
    redraw(text) {
      if (isJson) return;
      if (stdout.isTTY) {
        cursorTo(stdout, 0, 0);
        clearScreenDown(stdout);
      }
      stdout.write(`${text}\n`);
    },
    stream: (texts) => pipeline(Readable.from(texts), stdout, { end: false }),
    note: (text) => void stderr.write(`${text}\n`),
    progress(text) {
      if (stderr.isTTY) stderr.write(`\r\x1b[K${text}`);
      else if (Date.now() - printedAt >= PROGRESS_EVERY_MS) {
        printedAt = Date.now();
        stderr.write(`${text}\n`);
      }
    },
    endProgress() {
      if (stderr.isTTY) stderr.write("\r\x1b[K");
    },
  };
}

/** Columns as wide as their widest cell; those with a number in them are aligned right. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const columns = head.map((name, n) => {
    const cells = lines.map((line) => line[n] ?? "");
    const width = Math.max(name.length, ...cells.map(({ length }) => length));
    return { width, isRight: cells.some((cell) => /^[\d,.]+$/.test(cell)) };
  });
  const cell = (text: string, n: number) =>
    columns[n]!.isRight ? text.padStart(columns[n]!.width) : text.padEnd(columns[n]!.width);
  return [head, ...lines].map((line) => line.map(cell).join("  ").trimEnd()).join("\n");
}
