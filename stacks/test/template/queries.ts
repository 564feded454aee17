import { beforeAll, expect, test } from "vitest";
import { type LogLines, realLogLines } from "../cloudwatch/log-lines.ts";
import type { Stage } from "./stage.ts";

/** Saved queries of CloudWatch Logs Insights. */
export function testQueries(stage: Stage) {
  let lines: LogLines;
  beforeAll(async () => {
    lines = await realLogLines();
  });
  const queries = () =>
    stage.all("aws:cloudwatch/queryDefinition:QueryDefinition").map(({ inputs }) => ({
      ...(inputs as { name: string; queryString: string; logGroupNames: string[] }),
      title: inputs.name.split("/")[1],
    }));
  const groups = () => ({
    [stage.logGroup("Ingress").name]: lines.ingress,
    [stage.logGroup("Worker").name]: lines.worker,
  });

  test("these are saved, in a folder of the stage, for the groups that have what they ask for", () => {
    const both = ["Ingress", "Worker"];
    const groupsOf = (names: string[]) => names.map((name) => /(Ingress|Worker)$/.exec(name)?.[1]);
    expect(
      Object.fromEntries(queries().map(({ title, logGroupNames }) => [title, groupsOf(logGroupNames)])),
    ).toEqual({
      "One event, through both functions": both,
      "One chat, by its hash": both,
      "Slowest answers": ["Worker"],
      "Parked, by code": ["Worker"],
      "Retried, by code": ["Worker"],
      "Warnings and errors, by name": both,
      "Model cost, by chat": ["Worker"],
      "Cold starts, durations and memory, by hour": both,
      "Crashes and time-outs": ["Worker"],
    });
    for (const { logGroupNames } of queries())
      for (const name of logGroupNames) expect(Object.keys(groups())).toContain(name);
  });

  test("each asks for fields that the functions write, of lines that they write", () => {
    const known = new Set<string>();
    const names = new Set<string>();
    for (const line of [...lines.ingress, ...lines.worker]) {
      const entry = JSON.parse(line);
      names.add(entry.name);
      for (const field of Object.keys(entry)) known.add(field);
    }
    for (const { title, queryString } of queries()) {
      for (const [, name] of queryString.matchAll(/\bname = "([^"]+)"/g)) expect(names).toContain(name);
      for (const field of fieldsOf(queryString)) expect([...known], title).toContain(field);
    }
    expect(fieldsOf(queries().find(({ title }) => title === "Slowest answers")!.queryString)).toContain(
      "waitMs",
    );
  });
}

const commands = new Set([
  "fields",
  "filter",
  "stats",
  "sort",
  "limit",
  "by",
  "as",
  "in",
  "asc",
  "desc",
  "like",
]);
const functions = /\b(count|count_distinct|latest|max|sum|pct|ispresent|bin)\(/g;

/** The names in a query that are neither of its language, nor its own, nor CloudWatch's, which begin with @. */
function fieldsOf(query: string): string[] {
  const bare = query
    .replace(/"[^"]*"/g, "")
    .replace(/\/[^/\n]*[A-Z][^/\n]*\//g, "")
    .replace(functions, "(")
    .replace(/@\w+|\b\d+h?\b/g, "");
  const own = new Set([...query.matchAll(/\bas (\w+)/g)].map(([, alias]) => alias));
  return [...bare.matchAll(/\w+/g)]
    .map(([word]) => word)
    .filter((word) => !commands.has(word) && !own.has(word));
}
