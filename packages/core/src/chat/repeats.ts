/** What a stretch must weigh to tell whose words it repeats: four digits, seven kanji or twenty letters. */
const TELLING = 20;

/** A whole message tells sooner: an address or a name does, "ok" and ありがとう do not. */
const TELLING_WHOLE = 12;

/**
 * Whether a text repeats a telling stretch of `message` word for word; case, width, spaces and marks make no
 * difference. It takes time in proportion to both lengths.
 */
export function createRepeats(message: string): (text: string) => boolean {
  const words = lettersOf(message);
  const stretches = tellingStretches(words);
  if (stretches.size > 0) return (text) => !stretches.isDisjointFrom(tellingStretches(lettersOf(text)));
  const isTelling = words.reduce((sum, letter) => sum + weightOf(letter), 0) >= TELLING_WHOLE;
  return (text) => isTelling && lettersOf(text).join("").includes(words.join(""));
}

function lettersOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]/gu) ?? []
  );
}

/**
 * From each letter on the shortest stretch that is telling. Two texts that share any telling stretch share one of
 * these, since what follows from a letter on decides it.
 */
function tellingStretches(letters: readonly string[]): Set<string> {
  const stretches = new Set<string>();
  let end = 0;
  let weight = 0;
  for (const [start, letter] of letters.entries()) {
    while (weight < TELLING && end < letters.length) {
      weight += weightOf(letters[end]!);
      end += 1;
    }
    if (weight < TELLING) break;
    stretches.add(letters.slice(start, end).join(""));
    weight -= weightOf(letter);
  }
  return stretches;
}

/** How much a letter says: numbers are what a user minds most, and hiragana are mostly grammar. */
function weightOf(letter: string): number {
  if (/\p{N}/u.test(letter)) return 5;
  if (/\p{sc=Han}/u.test(letter)) return 3;
  return /[\p{scx=Katakana}\p{sc=Hangul}]/u.test(letter) ? 2 : 1;
}
