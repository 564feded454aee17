import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadMarkdown } from "@henji/core/platform/line/markdown";
import { expect, test } from "vitest";

const directory = join(import.meta.dirname, "answers");
const names = (await readdir(directory)).filter((name) => name.endsWith(".markdown"));

/** Between two bubbles. */
const NEXT = "\n━━━━━━━━ next message ━━━━━━━━\n";

// What a model writes is in NN-name.markdown, what LINE shows in NN-name.txt; `vitest run FILE --update` writes the latter.
test.each(names)("%s is shown as in its .txt", async (name) => {
  const composeMarkdown = await loadMarkdown();
  const markdown = await readFile(join(directory, name), "utf8");
  const { messages } = composeMarkdown(markdown, { cutNotice: "(cut)" });
  const shown = messages.map(({ text }) => `${text}\n`).join(NEXT);
  await expect(shown).toMatchFileSnapshot(join(directory, name.replace(/markdown$/, "txt")));
});
