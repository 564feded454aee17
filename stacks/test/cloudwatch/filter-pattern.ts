import type { Untyped } from "../synth/template.ts";

/** A line of the log, as it was printed. */
export type Line = string;

/** What a metric filter makes of one line. */
export type DataPoint = { metric: string; value: number; dimensions: Record<string, string> };

type MetricFilter = {
  pattern: string;
  metricTransformation: {
    namespace: string;
    name: string;
    value: string;
    unit?: string;
    dimensions?: Record<string, string>;
  };
};

/**
 * What CloudWatch Logs publishes for a line: nothing if the pattern does not match, if the value is no number, or if a
 * dimension has no value.
 */
export function publish({ pattern, metricTransformation }: MetricFilter, line: Line): DataPoint | undefined {
  const entry = parse(line);
  if (entry === undefined || !matcherOf(pattern)(entry)) return undefined;
  const { namespace, name, value, dimensions = {} } = metricTransformation;
  const number = value.startsWith("$.") ? fieldOf(entry, value) : Number(value);
  if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
  const values = Object.entries(dimensions).map(([key, path]) => [key, fieldOf(entry, path)] as const);
  if (values.some(([, field]) => field === undefined)) return undefined;
  const shown = Object.fromEntries(values.map(([key, field]) => [key, String(field)]));
  return { metric: `${namespace} ${name}`, value: number, dimensions: shown };
}

/** Only whole lines of JSON are matched by a JSON pattern: a prefix, and nothing matches. */
function parse(line: Line): Untyped {
  try {
    const entry = JSON.parse(line);
    return typeof entry === "object" && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

type Matcher = (entry: Untyped) => boolean;

/**
 * CloudWatch's JSON patterns, as far as ours go: `{ ($.a = "text*") && ($.b > 5) || … }`, with && before ||.
 * Anything else is refused, so that no pattern is taken for one that it is not.
 */
export function matcherOf(pattern: string): Matcher {
  const tokens = tokensOf(pattern);
  const next = () => tokens.shift() ?? refuse("it ends too soon");
  const expect = (token: string) => {
    const found = next();
    if (found !== token) refuse(`${token} expected, not ${found}`);
  };
  const refuse = (why: string): never => {
    throw new Error(`Filter pattern ${pattern}: ${why}`);
  };

  function any(): Matcher {
    const parts = [all()];
    while (tokens[0] === "||") {
      next();
      parts.push(all());
    }
    return (entry) => parts.some((matches) => matches(entry));
  }

  function all(): Matcher {
    const parts = [one()];
    while (tokens[0] === "&&") {
      next();
      parts.push(one());
    }
    return (entry) => parts.every((matches) => matches(entry));
  }

  function one(): Matcher {
    if (tokens[0] === "(") {
      next();
      const inner = any();
      expect(")");
      return inner;
    }
    const path = next();
    if (!path.startsWith("$.")) refuse(`a selector expected, not ${path}`);
    const compare = comparisons[next()] ?? refuse("an operator expected");
    const wanted = literal(next());
    return (entry) => compare(fieldOf(entry, path), wanted);
  }

  function literal(token: string): Wanted {
    if (token.startsWith('"')) return token.slice(1, -1);
    const number = Number(token);
    return Number.isNaN(number) ? refuse(`${token} is neither a quoted text nor a number`) : number;
  }

  expect("{");
  const matcher = any();
  expect("}");
  if (tokens.length > 0) refuse("it goes on after }");
  return matcher;
}

type Wanted = string | number;

const comparisons: Record<string, (field: unknown, wanted: Wanted) => boolean> = {
  "=": equals,
  "!=": (field, wanted) => field !== undefined && !equals(field, wanted),
  ">": (field, wanted) => typeof field === "number" && field > Number(wanted),
  ">=": (field, wanted) => typeof field === "number" && field >= Number(wanted),
  "<": (field, wanted) => typeof field === "number" && field < Number(wanted),
  "<=": (field, wanted) => typeof field === "number" && field <= Number(wanted),
};

/** A text is compared in whole, with * for anything; a number is not a text that looks like it. */
function equals(field: unknown, wanted: Wanted): boolean {
  if (typeof wanted === "number") return field === wanted;
  if (typeof field !== "string") return false;
  const parts = wanted.split("*").map(RegExp.escape);
  return new RegExp(`^${parts.join(".*")}$`, "s").test(field);
}

function fieldOf(entry: Untyped, path: string): unknown {
  return path
    .slice(2)
    .split(".")
    .reduce((value, key) => value?.[key], entry);
}

const token = /\s*("[^"]*"|\|\||&&|!=|>=|<=|[{}()=<>]|[^\s{}()=<>!"|&]+)/y;

function tokensOf(pattern: string): string[] {
  const tokens: string[] = [];
  const scanner = new RegExp(token);
  while (scanner.lastIndex < pattern.trimEnd().length) {
    const found = scanner.exec(pattern);
    if (!found) throw new Error(`Filter pattern ${pattern}: unreadable`);
    tokens.push(found[1]!);
  }
  return tokens;
}
