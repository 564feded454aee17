import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commands, needsAccount, noCommands, pages, runBy, withoutVariables } from "./commands.ts";
import { root } from "./documents.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const show = ({ page, line }: { page: string; line: string }) => `${page}: ${line}`;

/** The table of docs/develop.md of what takes too long, or needs too much, to be run by a test. */
const byHand = (() => {
  const [, after = ""] = readFileSync(join(root, "docs/develop.md"), "utf8").split("\n### Run by hand\n");
  return [...after.split("\n## ")[0]!.matchAll(/^\| `([^`]+)` \|/gm)].map(([, command]) => command!);
})();

const runByATest = Object.values(runBy).flat();
const matches = (one: string | RegExp, line: string) =>
  typeof one === "string" ? one === line : one.test(line);
const isRun = (line: string) =>
  runByATest.some((one) => matches(one, line) || matches(one, withoutVariables(line)));
const isByHand = (line: string) =>
  byHand.some((command) => line === command || line.startsWith(`${command} `));

test("every command is run by a test, needs an AWS account, or is listed as run by hand", () => {
  expect(commands.length).toBeGreaterThan(100);
  const others = commands.filter(
    ({ line, block }) =>
      block !== "sh aws" &&
      !needsAccount(line) &&
      !isRun(line) &&
      !isByHand(line) &&
      !noCommands.includes(line),
  );
  expect(others.map(show)).toEqual([]);
});

test("what needs an AWS account is in blocks of its own, on pages that say so", () => {
  const inBlocks = commands.filter(({ block }) => block !== undefined);
  expect(inBlocks.filter(({ block, line }) => block === "sh" && needsAccount(line)).map(show)).toEqual([]);
  const marked = new Set(inBlocks.filter(({ block }) => block === "sh aws").map(({ page }) => page));
  expect(marked.size).toBeGreaterThan(2);
  for (const page of marked)
    expect([page, textOf(page)]).toEqual([page, expect.stringMatching(/AWS( account|アカウント)/)]);
});

test("no secret is part of a command, where the shell's history keeps it", () => {
  const set = commands.filter(({ line }) => line.includes("sst secret set "));
  expect(set.length).toBeGreaterThan(3);
  // Its name, options, and at most a file. SST asks for the value.
  const withValue = set.filter(({ line }) => !/ set \w+( --\w+( \w+)?)*( < \S+)?$/.test(line));
  expect(withValue.map(show)).toEqual([]);
});

test("the tests that are said to run commands exist, and nothing is listed that no page has", () => {
  expect(Object.keys(runBy).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const listed = [...runByATest, ...noCommands].filter(
    (one) => !commands.some(({ line }) => matches(one, line) || matches(one, withoutVariables(line))),
  );
  expect(listed).toEqual([]);
});

test("npm scripts that are to be typed exist, and each has its line in docs/develop.md", () => {
  const typed = commands.flatMap(({ line }) => /^npm run ([\w:]+)(?! -w)\b/.exec(line)?.[1] ?? []);
  expect(typed.filter((name) => !(name in manifest.scripts) && name !== "build")).toEqual([]);
  const explained = commands.filter(({ page }) => page === "docs/develop.md").map(({ line }) => line);
  const scripts = Object.keys(manifest.scripts).filter((name) => !/^(pre|check:)/.test(name));
  const missing = scripts.filter(
    (name) => !explained.includes(`npm run ${name}`) && !explained.includes(`npm ${name}`),
  );
  expect(missing).toEqual([]);
});

test("options that are to be typed are in the command's --help", () => {
  const unknown = commands.flatMap((command) =>
    programsOf(withoutVariables(command.line)).flatMap(({ file, subcommands, options }) => {
      const help = options.length === 0 ? "" : helpOf(file, subcommands);
      return options
        .filter((option) => !new RegExp(`${option}\\b`).test(help))
        .map((option) => `${show(command)} (${option})`);
    }),
  );
  expect(unknown).toEqual([]);
});

test("docs/develop.md has the options of npm start as its --help has them", () => {
  const options = helpOf("packages/local/src/main.ts", []).match(/^ {2}--(?!help).*$/gm)!;
  expect(options.length).toBeGreaterThan(3);
  for (const option of options) expect(textOf("docs/develop.md")).toContain(option);
});

function textOf(page: string): string {
  expect(pages.has(page)).toBe(true);
  return readFileSync(join(root, page), "utf8");
}

/** The programs of this repository, and SST's, that a line starts, and what they get. */
function programsOf(line: string): { file: string; subcommands: string[]; options: string[] }[] {
  const programs: [start: RegExp, file: string, first?: string][] = [
    [/^npm start -- /, "packages/local/src/main.ts"],
    [/^(npm run henji -- |node packages\/operator\/src\/main\.ts )/, "packages/operator/src/main.ts"],
    [/^npm run simulate -- /, "packages/simulation/src/main.ts"],
    [/^npm run fuzz -- /, "packages/core/test/fuzz/main.ts"],
    [/^npx line-simulator /, "packages/line-simulator/src/main.ts"],
    [/^npx node packages\/model-simulator\/src\/main\.ts /, "packages/model-simulator/src/main.ts"],
    [/^npm run deploy -- /, sst, "deploy"],
    [/^npm run dev -- /, sst, "dev"],
    [/^npx sst /, sst],
  ];
  // What `sst shell` runs has its own options.
  const [own, inShell] = line.startsWith("npx sst shell ") ? line.split(" -- npm ") : [line];
  const found = programs.flatMap(([start, file, first]) => {
    if (!start.test(own!)) return [];
    const words = own!.replace(start, "").split(" ");
    const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
    const names = words.slice(0, end === -1 ? words.length : end);
    const options = words.filter((word) => /^--\w/.test(word)).map((word) => word.replace(/=.*/, ""));
    return [{ file, subcommands: [...(first ? [first] : []), ...names], options }];
  });
  return inShell === undefined ? found : [...found, ...programsOf(`npm ${inShell}`)];
}

const sst = "node_modules/sst/bin/sst.mjs";
const helps = new Map<string, string>();

function helpOf(file: string, subcommands: string[]): string {
  const key = [file, ...subcommands].join(" ");
  const known = helps.get(key);
  if (known !== undefined) return known;
  const env = {
    ...process.env,
    SST_SKIP_DEPENDENCY_CHECK: "1",
    SST_NO_BUN: "1",
    SST_TELEMETRY_DISABLED: "1",
  };
  // SST's ends with 1.
  const { stdout, stderr } = spawnSync(process.execPath, [file, ...subcommands, "--help"], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  const help = stdout + stderr;
  expect(help, key).toMatch(/--help\b/);
  helps.set(key, help);
  return help;
}
