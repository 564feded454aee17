import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { chromium } from "./packages/local/test/browser/chromium.ts";

if (!existsSync(chromium)) {
  console.error(
    `No Chromium at ${chromium}: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji, or set CHROMIUM to another one`,
  );
  process.exit(1);
}

/** Studio in a real browser; not part of `npm test`, which needs none. */
export default defineConfig({
  test: {
    include: ["packages/local/test/browser/**/*.test.ts"],
    // Each file runs a browser and the whole system.
    fileParallelism: false,
    // Upper bounds for what never happens, as in the other tests.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
