import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** In the tests of `packages`; those next to `bot.config.ts` have that file itself. */
const shipped = join(import.meta.dirname, "packages/core/test/shipped.config.ts");

const everywhere = ["{packages/*,scripts,stacks}/test/**/*.test.ts", "*.test.ts", "examples/*/*.test.ts"];
/** Tests without processes and servers. */
const inMemory = "packages/core/test/**/*.test.ts";

/** Files that take a minute or more: begun last, each would be waited for alone. */
const longest = [
  "simulation/test/mutations",
  "simulation/test/simulation",
  "operator/test/rescue",
  "operator/test/dead",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.includes(`${name}.test.ts`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  // Whoever edits bot.config.ts must not find our tests red.
  resolve: { alias: [{ find: /^(?:\.\.\/)+bot\.config\.ts$/, replacement: shipped }] },
  test: {
    env: { HENJI_BOT_CONFIG: shipped },
    setupFiles: "vitest.setup.ts",
    // Upper bounds for what never happens: a busy machine must not reach them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // Some files mostly wait, for a visibility time-out or for a command: fewer would leave one of two cores idle.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: "whole", include: everywhere, exclude: [inMemory, "**/test/browser/**"] },
      },
      // Their files share a process, and the modules in it: that halves the time they take.
      { extends: true, test: { name: "in memory", include: [inMemory], isolate: false } },
    ],
  },
});
