// npm run test:mutants: core with one small mistake at a time; a mistake that no test notices has survived.

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [
    "packages/core/src/**/*.ts",
    // Sentences: whether they are good ones, no test can tell.
    "!packages/core/src/texts.ts",
  ],
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutants.config.ts" },
  coverageAnalysis: "perTest",
  concurrency: Number(process.env.STRYKER_CONCURRENCY ?? 1),
  // Only a mutant that never ends comes near it; a busy machine does not.
  timeoutMS: 30_000,
  timeoutFactor: 4,
  dryRunTimeoutMinutes: 10,
  // What neither a mutant nor its tests have changed since is not run again.
  incremental: true,
  incrementalFile: ".stryker/incremental.json",
  tempDirName: ".stryker/sandbox",
  ignorePatterns: [".sst", ".henji", ".stryker", "docs"],
  // Stryker would read it with TypeScript's own parser, which TypeScript 7 does not have.
  tsconfigFile: "none",
  reporters: ["progress-append-only", "clear-text", "html"],
  clearTextReporter: { logTests: false, allowColor: false },
  htmlReporter: { fileName: ".stryker/report.html" },
};
