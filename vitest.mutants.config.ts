import { matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const core = fileURLToPath(new URL("packages/core/src/", import.meta.url));

/** The tests that run core in their own process, the fastest first: the first failure kills a mutant. */
const include = [
  "packages/core/test/*.test.ts",
  "packages/core/test/specification/*.test.ts",
  "packages/simulation/test/worlds.test.ts",
  "packages/model-simulator/test/openai.test.ts",
  "packages/operator/test/{report,find}.test.ts",
  "packages/simulation/test/contract.test.ts",
];

class FastestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      include.findIndex((pattern) => matchesGlob(moduleId, `**/${pattern}`));
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** For `npm run test:mutants`. */
export default defineConfig({
  // npm links the workspace to the original sources; the mutants are in a copy.
  resolve: {
    alias: [
      { find: /^@henji\/core\/bot$/, replacement: `${core}bot/bot.ts` },
      { find: /^@henji\/core\/(.+)$/, replacement: `${core}$1.ts` },
    ],
  },
  test: {
    include,
    sequence: { sequencer: FastestFirst },
    setupFiles: "vitest.setup.ts",
    testTimeout: 60_000,
  },
});
