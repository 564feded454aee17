import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bot, defineBot } from "@henji/core/bot";
import { defineCommand } from "@henji/core/command";
import { defineTool, fileSearch, mcpServer, webSearch, z } from "@henji/core/tool";
import { expect, test } from "vitest";
import { documents, root } from "./documents.ts";

const page = readFileSync(join(root, "docs/configure.md"), "utf8");

const [, settings = ""] = page.split(/\n## (?:Settings|What users can do)\n/);

/** Rows of the table of settings. After the first name of a row, its group is left out. */
const rows = [...settings.matchAll(/^\| (`[^|]+`) \| *([^|]*?) *\|/gm)].flatMap(([, names, defaults]) => {
  const all = [...names!.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!);
  const values = defaults!.split(", ");
  const group = all[0]!.replace(/\w+$/, "");
  return all.map((name, n) => ({
    name: name.startsWith(group) ? name : group + name,
    says: values[n] ?? "",
  }));
});

const bot = defineBot({ instructions: "Be brief." });
const groups = { model: bot.model, memory: bot.memory, limits: bot.limits };

test("docs/configure.md has every setting with its default", () => {
  const defaults = Object.entries(groups).flatMap(([group, settings]) =>
    Object.entries(settings).map(([name, value]) => ({ name: `${group}.${name}`, value })),
  );
  expect(defaults.length).toBeGreaterThan(12);
  for (const { name, value } of defaults) {
    const row = rows.find((one) => one.name === name);
    expect([name, row]).toEqual([name, expect.anything()]);
    if (typeof value === "number") expect([name, row!.says]).toEqual([name, value.toLocaleString("en-US")]);
    if (typeof value === "string") expect([name, row!.says]).toEqual([name, expect.stringContaining(value)]);
  }
  const top = Object.keys(bot).filter((name) => !(name in groups));
  expect(top.filter((name) => !rows.some((row) => row.name.split(".")[0] === name))).toEqual([]);
});

test("every bot.config.ts in a document is valid", () => {
  const examples = documents.flatMap(({ blocks }) => {
    const code = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
    return code
      .filter((text) => text.includes("export default defineBot("))
      .map((text) => ({ text, beside: importedFrom(code, text) }));
  });
  expect(examples.length).toBeGreaterThan(1);
  for (const { text, beside } of examples) {
    const body = [...beside, text].map(withoutImports).join("\n").replace("export default", "return");
    const names = Object.keys(authoring);
    const define = new Function(...names, body) as (...values: unknown[]) => Bot;
    expect(define(...Object.values(authoring))).toMatchObject({
      instructions: expect.any(String),
      limits: bot.limits,
    });
  }
});

/** What a bot's owner imports. */
const authoring = { defineBot, defineCommand, defineTool, fileSearch, mcpServer, webSearch, z };

/** The other files of an example: blocks of its page that export what it imports from beside itself. */
function importedFrom(code: readonly string[], text: string): string[] {
  const imports = [...text.matchAll(/^import \{ (.+) \} from "\.\//gm)];
  const names = imports.flatMap(([, list]) => list!.split(", "));
  return names.map((name) => code.find((other) => other.includes(`export const ${name} =`))!);
}

function withoutImports(text: string): string {
  return text.replace(/^import .*$/gm, "").replace(/^export const/gm, "const");
}
