import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { afterAll, beforeAll, expect, test } from "vitest";
import config, { rules } from "../../dependency-cruiser.config.ts";

const core = "packages/core/src";
const local = "packages/local";

/** An import: the file that has it, how it is written, the file that it leads to, and what stands in that. */
type Import = [from: string, code: string, to?: string, imported?: string];

const refused: Record<string, Import[]> = {
  "no-circles": [
    [
      "packages/loopback/src/b.ts",
      'import type { A } from "./c.ts";',
      "packages/loopback/src/c.ts",
      'export const load = () => import("./b.ts");',
    ],
  ],
  "core-sources": [
    [`${core}/turn/a.ts`, 'import { a } from "@henji/loopback";', "packages/loopback/src/index.ts"],
    [`${core}/turn/b.ts`, 'import bot from "../../../../bot.config.ts";', "bot.config.ts"],
    [`${core}/turn/c.ts`, 'export * from "../../test/seed.ts";', "packages/core/test/seed.ts"],
  ],
  "core-tests": [["packages/core/test/a.ts", 'import { a } from "@henji/local/a";', `${local}/src/a.ts`]],
  "functions-sources": [
    ["packages/functions/src/a.ts", 'import { a } from "@henji/local/a";', `${local}/src/a.ts`],
  ],
  "functions-tests": [
    ["packages/functions/test/a.ts", 'import { a } from "@henji/local/a";', `${local}/src/a.ts`],
  ],
  "operator-sources": [
    ["packages/operator/src/a.ts", 'import { a } from "@henji/local/a";', `${local}/src/a.ts`],
  ],
  "operator-tests": [
    ["packages/operator/test/a.ts", 'import "@henji/simulation";', "packages/simulation/src/index.ts"],
  ],
  "local-sources": [
    [`${local}/src/b.ts`, 'const a = await import("@henji/simulation");', "packages/simulation/src/index.ts"],
    [`${local}/src/c.ts`, 'import { app } from "../studio/src/app.tsx";', `${local}/studio/src/app.tsx`],
  ],
  "local-tests": [[`${local}/test/a.ts`, 'import "@henji/operator/a";', "packages/operator/src/a.ts"]],
  "simulation-sources": [
    [
      "packages/simulation/src/a.ts",
      'import type { A } from "@henji/functions/b";',
      "packages/functions/src/b.ts",
    ],
  ],
  "simulation-tests": [
    [
      "packages/simulation/test/a.ts",
      'import type { A } from "@henji/functions/b";',
      "packages/functions/src/b.ts",
    ],
  ],
  "line-simulator-sources": [
    ["packages/line-simulator/src/a.ts", 'import { type A } from "@henji/core/error";', `${core}/error.ts`],
  ],
  "line-simulator-tests": [
    ["packages/line-simulator/test/a.ts", 'import { a } from "@henji/core/error";', `${core}/error.ts`],
  ],
  "slack-simulator-sources": [
    ["packages/slack-simulator/src/a.ts", 'import { type A } from "@henji/core/error";', `${core}/error.ts`],
  ],
  "slack-simulator-tests": [
    ["packages/slack-simulator/test/a.ts", 'import { a } from "@henji/core/error";', `${core}/error.ts`],
  ],
  "model-simulator-sources": [
    ["packages/model-simulator/src/a.ts", 'import { type A } from "@henji/core/error";', `${core}/error.ts`],
  ],
  "model-simulator-tests": [
    ["packages/model-simulator/test/a.ts", 'export type { A } from "@henji/core/error";', `${core}/error.ts`],
  ],
  "line-openapi-sources": [
    ["packages/line-openapi/src/a.ts", 'import "@henji/core/error";', `${core}/error.ts`],
  ],
  "line-openapi-tests": [
    ["packages/line-openapi/test/a.ts", 'import "@henji/core/error";', `${core}/error.ts`],
  ],
  "loopback-sources": [["packages/loopback/src/a.ts", 'import "@henji/core/error";', `${core}/error.ts`]],
  "loopback-tests": [["packages/loopback/test/a.ts", 'import "@henji/core/error";', `${core}/error.ts`]],
  "stacks-import-settings": [
    ["stacks/a.ts", 'import { a } from "../packages/core/src/error.ts";', `${core}/error.ts`],
  ],
  "stacks-tests": [
    ["stacks/test/a.ts", 'import { a } from "../../packages/local/src/a.ts";', `${local}/src/a.ts`],
  ],
  "lambda-and-sst-outside-core": [
    [`${core}/queue/a.ts`, 'import type { SQSEvent } from "aws-lambda";'],
    [`${core}/queue/b.ts`, 'import { Resource } from "sst/resource";'],
    [`${core}/queue/c.ts`, 'import { env } from "node:process";'],
  ],
  "studio-imports-local": [
    [
      `${local}/studio/src/a.tsx`,
      'import type { A } from "@henji/core/error"; const a = <b />;',
      `${core}/error.ts`,
    ],
  ],
  "bot-test-imports-testing": [
    ["bot.config.test.ts", 'import { a } from "@henji/local/a";', `${local}/src/a.ts`],
  ],
  "studio-imports-types": [
    [
      `${local}/studio/src/b.tsx`,
      'import { type A, a } from "../../src/a.ts"; const b = <b />;',
      `${local}/src/a.ts`,
    ],
  ],
  "studio-view-runs-in-a-browser": [[`${local}/src/studio-view.ts`, 'import { a } from "node:fs";']],
  "core-floors": [
    [`${core}/error.ts`, 'import type { A } from "./queue/job.ts";', `${core}/queue/job.ts`],
    [`${core}/platform/platform.ts`, 'import type { A } from "../turn/turn.ts";', `${core}/turn/turn.ts`],
    [`${core}/turn/d.ts`, 'import { a } from "../model/model.ts";', `${core}/model/model.ts`],
    [`${core}/reply/a.ts`, 'const a = await import("../worker.ts");', `${core}/worker.ts`],
    [`${core}/platform/line/a.ts`, 'import { a } from "../../reply/b.ts";', `${core}/reply/b.ts`],
  ],
  "core-floor-unknown": [
    [`${core}/helpers/a.ts`, 'import { a } from "../clock.ts";', `${core}/clock.ts`],
    [`${core}/worker.ts`, 'import { a } from "./helpers/b.ts";', `${core}/helpers/b.ts`],
  ],
  "platform-by-its-contract": [
    [
      `${core}/handle.ts`,
      'import type { A } from "./platform/line/event.ts";',
      `${core}/platform/line/event.ts`,
    ],
    [
      `${local}/src/d.ts`,
      'import { a } from "@henji/core/platform/line/event";',
      `${core}/platform/line/event.ts`,
    ],
  ],
  "platforms-apart": [
    [`${core}/platform/slack/a.ts`, 'import { a } from "../line/text.ts";', `${core}/platform/line/text.ts`],
  ],
  "line-sdk-in-its-platform": [[`${core}/reply/c.ts`, 'import type { A } from "@line/bot-sdk";']],
  "line-sdk-types-for-handlers": [
    [`${core}/bot/handler.ts`, 'import { messagingApi } from "@line/bot-sdk";'],
  ],
  "openai-sdk-in-model": [[`${core}/context/a.ts`, 'import OpenAI from "openai";']],
};

const accepted: Import[] = [
  ["packages/core/test/b.ts", 'import { a } from "@henji/simulation";', "packages/simulation/src/index.ts"],
  [
    "packages/functions/src/c.ts",
    'import { a } from "@henji/core/platform/line/api";',
    `${core}/platform/line/api.ts`,
  ],
  ["packages/functions/src/d.ts", 'import type { SQSEvent } from "aws-lambda";'],
  ["stacks/test/b.ts", 'import { a } from "@henji/core/error";', `${core}/error.ts`],
  [
    `${local}/studio/src/c.tsx`,
    'import { type A, a } from "../../src/studio-view.ts";',
    `${local}/src/studio-view.ts`,
  ],
  [`${local}/studio/src/d.tsx`, 'import type { A } from "../../src/a.ts";', `${local}/src/a.ts`],
  [`${core}/platform/line/b.ts`, 'import { a } from "../platform.ts";', `${core}/platform/platform.ts`],
  [`${core}/turn/e.ts`, 'import { a } from "../usage/usage.ts";', `${core}/usage/usage.ts`],
];

/** The rules that an import breaks, by the file that has it. */
let broken: Map<string, Set<string>>;

const root = resolve(import.meta.dirname, "../..");
const project = realpathSync(mkdtempSync(join(tmpdir(), "henji-")));

function write(path: string, text: string): void {
  const file = join(project, path);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, text);
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  symlinkSync(target, join(project, path));
}

beforeAll(async () => {
  for (const name of readdirSync(join(root, "packages"))) {
    const manifest = `packages/${name}/package.json`;
    write(manifest, readFileSync(join(root, manifest), "utf8"));
    link(`node_modules/@henji/${name}`, join(project, "packages", name));
  }
  for (const name of ["@line", "@types", "openai", "sst"]) {
    link(`node_modules/${name}`, join(root, "node_modules", name));
  }
  for (const [from, code, to, imported = ""] of [...Object.values(refused).flat(), ...accepted]) {
    write(from, `${code}\n`);
    if (to) write(to, `${imported}\n`);
  }
  const { enhancedResolveOptions, ...options } = config.options;
  const { output } = await cruise(
    ["."],
    { ...options, baseDir: project, validate: true, ruleSet: { forbidden: rules } },
    enhancedResolveOptions,
  );
  const { violations } = (output as ICruiseResult).summary;
  broken = new Map(
    Map.groupBy(violations, ({ from }) => from)
      .entries()
      .map(([from, those]) => [from, new Set(those.map(({ rule }) => rule.name))]),
  );
});

afterAll(() => rmSync(project, { recursive: true }));

test("every rule has an import that it refuses", () => {
  expect(new Set(rules.map(({ name }) => name))).toEqual(new Set(Object.keys(refused)));
});

test.each(
  Object.entries(refused).flatMap(([rule, imports]) => imports.map(([from, code]) => ({ rule, from, code }))),
)("$rule refuses $code in $from", ({ rule, from }) => {
  expect(broken.get(from)).toEqual(new Set([rule]));
});

test.each(accepted.map(([from, code]) => ({ from, code })))("$code is accepted in $from", ({ from }) => {
  expect(broken.get(from)).toBeUndefined();
});
