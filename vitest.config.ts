import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages/*,stacks}/test/**/*.test.ts"],
    exclude: ["**/test/browser/**"],
    testTimeout: 20_000,
    // Some files mostly wait: vitest would leave one of two cores idle beside them.
    maxWorkers: 2,
  },
});
