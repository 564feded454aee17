/** What a check found. Only `wrong` makes the command fail. */
export type Finding =
  | { status: "fine"; says: string }
  /** `fix`: what mends it, a command where there is one. */
  | { status: "wrong"; says: string; fix: string }
  /** `says`: why not. */
  | { status: "not checked"; says: string };

export const fine = (says: string): Finding => ({ status: "fine", says });
export const wrong = (says: string, fix: string): Finding => ({ status: "wrong", says, fix });
export const notChecked = (says: string): Finding => ({ status: "not checked", says });

/** Thrown by what a check asks for, if it is not there to be asked. */
export class NotChecked extends Error {
  override readonly name = "NotChecked";
}

/** Fine, if nothing differs from what it should be. */
export function fineUnless(
  differences: readonly (string | false | undefined)[],
  says: string,
  fix: string,
): Finding {
  const found = differences.filter((one) => typeof one === "string");
  return found.length === 0 ? fine(says) : wrong(found.join("; "), fix);
}
