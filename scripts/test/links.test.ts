import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documents, root, targetOf } from "./documents.ts";

const byPath = new Map(documents.map((document) => [document.path, document]));

test("the pages are found, and their headings", () => {
  expect([...byPath.keys()]).toEqual(
    expect.arrayContaining(["README.md", "docs/deploy.md", "docs/decisions/README.md", "CONTRIBUTING.md"]),
  );
  expect(byPath.get("docs/operate.md")!.anchors).toContain("alarm-messagesparked");
  expect(byPath.get("CONTRIBUTING.md")!.anchors).toContain("done-means-npm-test");
});

test.each(documents)("every link of $path leads somewhere", (document) => {
  const broken = document.links.filter((link) => {
    const target = targetOf(document, link);
    if (!target) return false;
    const { path, anchor } = target;
    if (path.startsWith("..") || !existsSync(join(root, path))) return true;
    return anchor !== undefined && !byPath.get(path)?.anchors.includes(anchor);
  });
  expect(broken).toEqual([]);
});

test("every page is linked from another one", () => {
  const linked = new Set(
    documents.flatMap((document) =>
      document.links.flatMap((link) => {
        const path = targetOf(document, link)?.path;
        return path === document.path ? [] : [path];
      }),
    ),
  );
  // GitHub shows these by themselves.
  const found = ["README.md", "CHANGELOG.md"];
  expect([...byPath.keys()].filter((path) => !linked.has(path) && !found.includes(path))).toEqual([]);
});
