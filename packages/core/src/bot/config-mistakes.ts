import type * as z from "zod/mini";

/** What is wrong with a configuration, each mistake with its path; a key that nobody knows with the one that was meant. */
export function mistakesOf(issue: z.core.$ZodIssue, schema: z.core.$ZodType): string[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [`${path.join(".") || "(top)"}: ${issue.message}`];
  return issue.keys.map((key) => {
    const meant = nearest(key, keysAt(schema, path)) ?? elsewhere(key, schema);
    return `${[...path, key].join(".")}: unknown${meant ? `; did you mean ${meant}?` : ""}`;
  });
}

/** The keys of the object at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly string[]): string[] {
  let at: z.core.$ZodType | undefined = schema;
  for (const key of path) at = at && (elementOf(at) ?? shapeOf(at)[key]);
  return at ? Object.keys(shapeOf(at)) : [];
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** Of an object, with a default or without. */
function shapeOf(schema: z.core.$ZodType): Shape {
  const { innerType, shape } = schema._zod.def as { innerType?: z.core.$ZodType; shape?: Shape };
  return innerType ? shapeOf(innerType) : (shape ?? {});
}

/** Of a list, with a default or without. */
function elementOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { innerType, element } = schema._zod.def as {
    innerType?: z.core.$ZodType;
    element?: z.core.$ZodType;
  };
  return innerType ? elementOf(innerType) : element;
}

/** A key that is right, in the wrong place: `maxTurns` for `memory.maxTurns`. */
function elsewhere(key: string, schema: z.core.$ZodType): string | undefined {
  const section = Object.entries(shapeOf(schema)).find(([, inner]) => key in shapeOf(inner));
  return section && `${section[0]}.${key}`;
}

/** The known key that is one slip of the fingers away, or a few if it is long. */
function nearest(key: string, known: readonly string[]): string | undefined {
  // A language without its region: "zh" means "zh-TW", and not "th".
  const whole = known.find((name) => name.startsWith(`${key}-`));
  if (whole) return whole;
  const [best] = known
    .map((name) => ({ name, slips: slipsBetween(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips);
  return best && best.slips <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Letters to add, leave out, replace or swap with their neighbour: the optimal string alignment distance. */
function slipsBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const areSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = areSwapped ? rows[i - 2]![j - 2]! + 1 : replaced;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
