import type { MarkdownIt } from "markdown-it";

/** Scripts that write words without spaces, beside Chinese and Japanese, which the parser's plug-in knows. */
const unspaced = /^[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
/** Letters of scripts with spaces between words: within a word, a `*` is a `*`. */
const spacedWord = /^[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{N}]/u;

const emphasizable =
  /^(?:[\p{L}\p{N}\p{M}\p{Extended_Pictographic}\p{RI}]|["“”‘’'「『【《〈（(<[{`$_*~\\¿¡#@+=…&!?-])/u;
const word = /^[\p{L}\p{N}「『【《〈]/u;
/** Accents that stand alone: the cheeks of (*ˊᵕˋ*). */
const accent = /^[\u02B0-\u02FF]/;
const notBold = /^[/^.,:;)\]}]/;
const dunder = /__[A-Za-z0-9_]{1,40}?__/y;

/**
 * Which `*` and `_` are marks. CommonMark takes 2*3*4, (*^_^*), (>_<) and src/**\/*.ts for emphasis; a reader of a
 * chat does not. In doubt a mark stays: one too many is ugly, one too few changes what was said.
 */
export function strictEmphasis(md: MarkdownIt): void {
  md.inline.State = class extends md.inline.State {
    override scanDelims(start: number, canSplitWord: boolean) {
      const { length, ...scanned } = super.scanDelims(start, canSplitWord);
      const end = start + length;
      const before = characterBefore(this.src, start);
      const after = end < this.posMax ? String.fromCodePoint(this.src.codePointAt(end)!) : " ";
      if (spacedWord.test(before) && spacedWord.test(after))
        return { can_open: false, can_close: false, length };

      const joins = canSplitWord && (unspaced.test(before) || unspaced.test(after));
      dunder.lastIndex = start;
      const isMark = canSplitWord ? opensStar(before, after, length) : opensLine(before, after);
      return {
        can_open: (scanned.can_open || (joins && after.trim() !== "")) && isMark && !dunder.test(this.src),
        can_close: scanned.can_close || (joins && before.trim() !== ""),
        length,
      };
    }
  };
}

/** `*`, which may stand within a word. */
function opensStar(before: string, after: string, length: number): boolean {
  if (length > 1) return !notBold.test(after);
  if (/^[)\]}]/.test(before)) return false;
  // (*'ω'*)
  if (/^[(（]/.test(before)) return word.test(after) && !accent.test(after);
  return emphasizable.test(after);
}

/** `_`, which may not: (^_^), (>_<), (；_；), ¯\_(ツ)_/¯. */
function opensLine(before: string, after: string): boolean {
  return /^(?:\s|[\p{Ps}\p{Pi}*_"'])/u.test(before) && /^(?:[\p{L}\p{N}]|[「『【《“‘"'`*_[])/u.test(after);
}

function characterBefore(text: string, position: number): string {
  if (position === 0) return " ";
  const low = text.charCodeAt(position - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff && position > 1;
  return text.slice(isPair ? position - 2 : position - 1, position);
}
