import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages/*,stacks}/test/**/*.test.ts"],
    exclude: ["**/test/browser/**"],
    testTimeout: 20_000,
  },
});
