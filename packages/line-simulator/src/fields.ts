import * as z from "zod/mini";

/** Fields of messages, each refused in LINE's words. */

export const EMPTY = "May not be empty";

export const required = z.string({ error: EMPTY }).check(z.minLength(1, EMPTY));

/** LINE counts UTF-16 code units in texts; zod's own maxLength counts code points and lets twice as many emoji pass. */
export const upTo = (max: number) =>
  required.check(z.refine((text) => text.length <= max, `Length must be between 0 and ${max}`));

const graphemes = new Intl.Segmenter();

/** LINE counts grapheme clusters in what a button shows or says. */
export const upToCharacters = (max: number) =>
  required.check(
    z.refine((text) => [...graphemes.segment(text)].length <= max, `Length must be between 0 and ${max}`),
  );

export const httpsUrl = upTo(2_000).check(z.regex(/^https:\/\//, "Must be a valid HTTPS URL"));

type Kind = z.ZodMiniObject<{ type: z.ZodMiniLiteral<string> }>;

/** An object of one of these kinds, told apart by their `type`. */
export function oneOf<const K extends readonly [Kind, ...Kind[]]>(kinds: K) {
  const types = kinds.map(({ shape }) => shape.type.def.values[0]);
  return z.discriminatedUnion("type", kinds, {
    error: (issue) => {
      const type = (issue.input as { type?: unknown } | null)?.type;
      return type ? `Must be one of the following values: [${types.join(", ")}]` : EMPTY;
    },
  });
}
