import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bot, type BotConfig, defineBot } from "@henji/core/bot";
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
  const examples = documents.flatMap(({ blocks }) =>
    blocks.filter(({ language, text }) => language === "ts" && text.includes("export default defineBot(")),
  );
  expect(examples.length).toBeGreaterThan(1);
  for (const { text } of examples) {
    const body = text.replace(/^import .*$/gm, "").replace("export default", "return");
    const define = new Function("defineBot", body) as (defineBot: (config: BotConfig) => Bot) => Bot;
    expect(define(defineBot)).toMatchObject({ instructions: expect.any(String), limits: bot.limits });
  }
});
