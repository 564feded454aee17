import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./documents.ts";

type Manifest = Record<"dependencies" | "devDependencies" | "optionalDependencies", Record<string, string>>;

const read = (path: string) => readFileSync(join(root, path), "utf8");

test("CONTRIBUTING.md says of every dependency why it is there, and of no other", () => {
  const manifests = ["package.json", ...globSync("packages/*/package.json", { cwd: root })];
  const used = manifests.flatMap((path) => {
    const { dependencies, devDependencies, optionalDependencies }: Partial<Manifest> = JSON.parse(read(path));
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  });
  const [, list = ""] = read("CONTRIBUTING.md").split("\n### All of them\n");
  const explained = [...list.split("\n## ")[0]!.matchAll(/^- (.*?):/gm)].flatMap(([, names]) =>
    [...names!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  );
  expect(explained.sort()).toEqual([...new Set(used)].filter((name) => !name.startsWith("@henji/")).sort());
});
