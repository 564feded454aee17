import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");

test("the example of a bot's test in docs/develop.md is part of bot.config.test.ts, which is run", () => {
  const section = read("docs/develop.md").split("## Testing your bot\n")[1] ?? "";
  const [, example = "missing"] = /^```ts\n(.*?)^```$/ms.exec(section) ?? [];
  expect(read("bot.config.test.ts")).toContain(example);
});
