/** Stand alone on their lines around code, in place of Markdown's fences; after the top one is the language. */
const TOP = "┌────";
const BOTTOM = "└────";

/** A line on which code begins; its group is what it says of it. */
export const frameTop = /^┌────(?: (\S.{0,59}))?$/;

export const isFrameTitle = (title: string) => frameTop.test(`${TOP} ${title}`);

export const isFrameBottom = (line: string) => line === BOTTOM;

/** Code as LINE shows it: verbatim, between two lines that set it apart. */
export function framed(code: string, title = ""): string {
  const top = title === "" ? TOP : `${TOP} ${title}`;
  return `${top}\n${code}\n${BOTTOM}`;
}

/** Where framed code is in a text, both its lines included; `top` and `bottom` are these lines. */
export type Frame = { start: number; end: number; top: string; bottom: string };

/** In one pass: whatever opens and does not close is text, and so is all that opens after it. */
export function framesIn(text: string): Frame[] {
  const frames: Frame[] = [];
  let open: { start: number; top: string } | undefined;
  let start = 0;
  for (const line of text.split("\n")) {
    const end = start + line.length;
    if (open && isFrameBottom(line)) {
      frames.push({ ...open, end, bottom: line });
      open = undefined;
    } else if (!open && frameTop.test(line)) open = { start, top: line };
    start = end + 1;
  }
  return frames;
}
