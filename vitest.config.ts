import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages/*,scripts,stacks}/test/**/*.test.ts", "*.test.ts"],
    exclude: ["**/test/browser/**"],
    setupFiles: "vitest.setup.ts",
    // Upper bounds for what never happens: a busy machine must not reach them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // Some files mostly wait, for a visibility time-out or for a command: fewer would leave one of two cores idle.
    maxWorkers: 3,
  },
});
