import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Where Slack's name may stand: its folder, the wiring, and what an operator connects and checks. */
const wiring = [
  /^packages\/core\/src\/platform\/slack\//,
  /^packages\/functions\/src\/(slack[a-z-]*|links|readers)\.ts$/,
  /^packages\/operator\/src\/(connect\/|doctor\/|stage\.ts)/,
];

/** Everything else that a bot consists of, and what stands in for LINE and OpenAI. */
const sources =
  "packages/{core,functions,operator,loopback,line-simulator,model-simulator,line-openapi}/src/**/*.ts";

test("no file beside its folder and the wiring knows of the second platform", () => {
  const files = globSync(sources, { withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
  const knowing = files.filter((file) => /slack/i.test(readFileSync(file, "utf8")));
  expect(knowing.filter((file) => !wiring.some((place) => place.test(file)))).toEqual([]);
  expect(files.length).toBeGreaterThan(300);
  for (const place of wiring) expect(knowing.some((file) => place.test(file))).toBe(true);
});
