// npm run test:mutants: changes core in one small way at a time; a mutant survives if no test fails.

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [
    "packages/core/src/**/*.ts",
    // Sentences for users: no test can judge them.
    "!packages/core/src/bot/texts/{en,ja,zh-tw,th,ko,id}.ts",
  ],
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutants.config.ts" },
  coverageAnalysis: "perTest",
  concurrency: Number(process.env.STRYKER_CONCURRENCY ?? 1),
  // Only a mutant that never ends reaches it; a busy machine does not.
  timeoutMS: 30_000,
  timeoutFactor: 4,
  dryRunTimeoutMinutes: 10,
  // A mutant runs again only if it or its tests have changed.
  incremental: true,
  incrementalFile: ".stryker/incremental.json",
  tempDirName: ".stryker/sandbox",
  ignorePatterns: [".sst", ".henji", ".stryker", "docs"],
  // Stryker would need TypeScript's JavaScript API to read one, which TypeScript 7 does not have.
  tsconfigFile: "none",
  reporters: ["progress-append-only", "clear-text", "html"],
  clearTextReporter: { logTests: false, allowColor: false },
  htmlReporter: { fileName: ".stryker/report.html" },
};
