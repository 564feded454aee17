import "@swc/core"; // Without this parser dependency-cruiser reads no TypeScript, and finds nothing wrong.
import type { IConfiguration, IRegularForbiddenRuleType } from "dependency-cruiser";

/**
 * Packages: who may import whom. Here and below, types count as much as values.
 *
 *   operator ─┐
 *   local ────┴─▶ functions ─▶ core ◀─ simulation
 *     │                         ▲
 *     │                         └─ stacks, its settings.ts and capacity.ts only; their tests, all of it
 *     └─▶ line-simulator, slack-simulator, model-simulator ─▶ loopback
 *
 * line-openapi stands under simulation, and under the tests of whatever speaks with LINE.
 * Tests and benches may import what their package's sources may, and what `tests` adds.
 */
const packages: Record<string, { sources: string[]; tests: string[]; fix: string }> = {
  core: {
    sources: [],
    tests: [
      ...["bot.config.ts", "line-openapi", "line-simulator", "model-simulator", "simulation"],
      "slack-simulator",
    ],
    fix: "Core takes what it needs as an argument: let packages/functions pass it in.",
  },
  functions: {
    sources: ["bot.config.ts", "core"],
    tests: [],
    fix: "An entry point translates between Lambda and core: what decides goes to core, what runs on a laptop to packages/local.",
  },
  operator: {
    sources: ["bot.config.ts", "core", "functions"],
    tests: ["line-simulator", "local", "loopback", "model-simulator", "slack-simulator"],
    fix: "A command finds the running system with functions and reads it with core.",
  },
  local: {
    sources: [
      ...["bot.config.ts", "core", "functions", "line-simulator", "loopback", "model-simulator"],
      "slack-simulator",
    ],
    tests: ["line-openapi", "simulation", "stacks"],
    fix: "packages/local starts the simulators and the handlers of functions: it needs no other package.",
  },
  simulation: {
    sources: ["bot.config.ts", "core", "line-openapi"],
    tests: ["line-simulator", "local", "model-simulator"],
    fix: "The simulation runs core over its own models of the services: only its contract tests start servers.",
  },
  "line-simulator": {
    sources: ["loopback"],
    tests: ["line-openapi"],
    fix: "The LINE simulator serves any bot and knows nothing of Henji: connect the two in packages/local.",
  },
  "slack-simulator": {
    sources: ["loopback"],
    tests: [],
    fix: "The Slack simulator serves any bot and knows nothing of Henji: connect the two in packages/local.",
  },
  "model-simulator": {
    sources: ["loopback"],
    tests: [],
    fix: "The model simulator serves any client and knows nothing of Henji: connect the two in packages/local.",
  },
  "line-openapi": {
    sources: [],
    tests: [],
    fix: "LINE's schemas judge what others send, and know none of them.",
  },
  loopback: {
    sources: [],
    tests: [],
    fix: "loopback serves any app on 127.0.0.1 and knows none of them.",
  },
};

/** Core's floors, from top to bottom: an import stays on its floor or goes down. */
const floors = [
  [
    "ingress.ts",
    "worker.ts",
    "receive.ts",
    "handle.ts",
    "prepare.ts",
    "gather.ts",
    "way.ts",
    "send.ts",
    "fail.ts",
    "postpone.ts",
    "held.ts",
    "verdict.ts",
  ], // the two ways through core, and the pipeline
  ["dead-letter/", "reply/", "decide/"], // given up and brought back; what is said; what to do
  ["platform/[^/]+/"], // a folder for each platform: webhook, read, compose, deliver, API
  ["context/", "model/"], // what the model sees; how it is asked
  ["turn/", "chat/", "usage/"], // each with its entity, its verbs, its errors
  ["queue/", "platform/[^/]+[.]ts$"], // what travels; the contract of a platform
  [
    ...[
      "settings.ts",
      "capacity.ts",
      "capacity-bounds.ts",
      "bot/",
      "tool/",
      "error.ts",
      "log.ts",
      "clock.ts",
      "courtesy.ts",
    ],
    ...[
      "table.ts",
      "aws-client.ts",
      "breaker.ts",
      "excerpt.ts",
      "lanes.ts",
      "load-once.ts",
      "retry-after.ts",
      "time-zone.ts",
    ],
  ],
];

/** Who imports from a platform's folder; everyone else sees `platform/platform.ts` only. */
const wiring = [
  "^packages/functions/src/", // chooses the platform and passes it to core
  "^packages/simulation/src/", // wires core as functions does, and plays LINE's side
  "^(packages/[^/]+|stacks)/(test|bench)/",
];

/** Everything of this repository. */
const ours = ["^packages/[^/]+/(src|test|bench|studio)/", "^stacks/", "^scripts/", "^[^/]+[.]config[.]ts$"];

/** The files of a package, or else what is called so at the root. */
function filesOf(name: string, folders = ""): string {
  return name in packages ? `^packages/${name}/${folders}` : `^${name}`;
}

function inCore(paths: string[]): string {
  return `^packages/core/src/(${paths.join("|").replaceAll(".ts", "[.]ts$")})`;
}

export const rules: IRegularForbiddenRuleType[] = [
  {
    name: "no-circles",
    comment: "Files that import each other are one file, or need a third: move what both need into it.",
    from: {},
    to: { circular: true },
  },

  // Packages
  ...Object.entries(packages).flatMap(([name, { sources, tests, fix }]) => [
    {
      name: `${name}-sources`,
      comment: `${fix} Sources of ${name} may import ${sources.join(", ") || "no other package"}.`,
      from: { path: filesOf(name, "src/") },
      to: { path: ours, pathNot: [name, ...sources].map((other) => filesOf(other, "src/")) },
    },
    {
      name: `${name}-tests`,
      comment: `${fix} Tests of ${name} may import ${[...sources, ...tests].join(", ") || "no other package"}.`,
      from: {
        path: filesOf(name, "(test|bench)/"),
        // It makes DynamoDB's responses get lost, and only packages/local starts a DynamoDB.
        pathNot: "^packages/core/test/specification/repeated-writes[.]test[.]ts$",
      },
      to: { path: ours, pathNot: [name, ...sources, ...tests].map((other) => filesOf(other)) },
    },
  ]),
  {
    name: "stacks-import-settings",
    comment:
      "Infrastructure takes numbers from core's settings.ts and capacity.ts with its bounds, the platforms from bot.config.ts, and bundles the rest by its path.",
    from: { path: ["^stacks/", "^sst[.]config[.]ts$"], pathNot: "^stacks/(test|bench)/" },
    to: {
      path: "^packages/",
      pathNot: ["^packages/core/src/(settings|capacity|capacity-bounds|bot/bot)[.]ts$", "/node_modules/"],
    },
  },
  {
    name: "stacks-tests",
    comment:
      "Tests of stacks feed the metric filters with lines that core writes in its own specification: they need no other package.",
    from: { path: "^stacks/(test|bench)/" },
    to: {
      path: ours,
      pathNot: ["^stacks/", "^bot[.]config[.]ts$", "^packages/core/", "^packages/simulation/src/"],
    },
  },
  {
    name: "bot-test-imports-testing",
    comment:
      "The bot's own test speaks with it as its users do, by @henji/local/testing: what it lacks is missing there.",
    from: { path: "^bot[.]config[.]test[.]ts$" },
    to: { path: ours, pathNot: ["^bot[.]config[.]ts$", "^packages/local/src/testing[.]ts$"] },
  },
  {
    name: "lambda-and-sst-outside-core",
    comment:
      "Only functions, operator and local know Lambda, SST and the environment: pass the value in from there.",
    from: { path: "^packages/", pathNot: "^packages/(functions|operator|local)/" },
    to: { path: ["(^|/)node_modules/(@types/aws-lambda|aws-lambda|sst)/", "^(node:)?process$"] },
  },

  // Studio's page, which runs in a browser
  {
    name: "studio-imports-local",
    comment: "Studio's page takes types from packages/local: what else it needs comes from Studio's API.",
    from: { path: "^packages/local/studio/" },
    to: { path: ours, pathNot: ["^packages/local/studio/", "^packages/local/src/"] },
  },
  {
    name: "studio-imports-types",
    comment:
      "Studio's page takes types and constants from packages/local: write `import type`, or move the constant to studio-limits.ts.",
    from: { path: "^packages/local/studio/" },
    to: {
      path: "^packages/local/src/",
      pathNot: "^packages/local/src/studio-(limits|view)[.]ts$",
      dependencyTypesNot: ["type-only"],
    },
  },
  {
    name: "studio-view-runs-in-a-browser",
    comment:
      "studio-view.ts and studio-limits.ts are sent to the browser: they hold types and constants, and import types only.",
    from: { path: "^packages/local/src/studio-(limits|view)[.]ts$" },
    to: { dependencyTypesNot: ["type-only"] },
  },

  // Core
  ...floors
    .map((floor, index) => ({
      name: "core-floors",
      comment:
        "Core's imports go down, never up: move what both files need to the lower floor, or take it as an argument.",
      from: { path: inCore(floor) },
      to: { path: inCore(floors.slice(0, index).flat()) },
    }))
    .slice(1),
  ...[
    { from: { path: "^packages/core/src/", pathNot: inCore(floors.flat()) }, to: {} },
    { from: {}, to: { path: "^packages/core/src/", pathNot: inCore(floors.flat()) } },
  ].map((ends) => ({
    name: "core-floor-unknown",
    comment: "A new file or folder of core: write it on a floor in dependency-cruiser.config.ts.",
    ...ends,
  })),
  {
    name: "platform-by-its-contract",
    comment:
      "What a platform does is known by platform/platform.ts: extend that contract, or do it in the platform's folder.",
    from: { pathNot: ["^packages/core/src/platform/[^/]+/", ...wiring] },
    to: { path: "^packages/core/src/platform/[^/]+/" },
  },
  {
    name: "platforms-apart",
    comment: "A platform knows no other: move what both need beside platform/platform.ts.",
    from: { path: "^packages/core/src/platform/([^/]+)/" },
    to: { path: "^packages/core/src/platform/[^/]+/", pathNot: "^packages/core/src/platform/$1/" },
  },
  {
    name: "line-sdk-in-its-platform",
    comment:
      "Only core's platform/line/ calls LINE; the LINE simulator is tested with the same SDK, what a bot's owner writes has its types, and the bots that Henji is measured against are not Henji.",
    from: {
      path: "^packages/",
      pathNot: [
        "^packages/core/src/platform/line/",
        "^packages/core/src/bot/handler[.]ts$",
        "^packages/line-simulator/test/",
        "^packages/local/bench/peers/",
      ],
    },
    to: { path: "(^|/)node_modules/@line/bot-sdk/" },
  },
  {
    name: "line-sdk-types-for-handlers",
    comment: "A bot.config.ts is read before LINE's SDK is loaded: take its types only.",
    from: { path: "^packages/core/src/bot/handler[.]ts$" },
    to: { path: "(^|/)node_modules/@line/bot-sdk/", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "openai-sdk-in-model",
    comment:
      "Only core's model/ calls OpenAI; it is tested with the SDK's errors, the model simulator with its client, and the bots that Henji is measured against are not Henji.",
    from: {
      path: "^packages/",
      pathNot: [
        "^packages/core/(src/model/|test/model[.])",
        "^packages/model-simulator/test/",
        "^packages/local/bench/peers/",
      ],
    },
    to: { path: "(^|/)node_modules/openai/" },
  },
];

export default {
  forbidden: rules.map((rule) => ({
    severity: "error",
    ...rule,
  })),
  options: {
    parser: "swc",
    // SST writes them into every package, at each deployment.
    exclude: { path: "(^|/)sst-env[.]d[.]ts$" },
    doNotFollow: { path: "(^|/)node_modules/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".tsx", ".js", ".d.ts"],
    },
  },
} satisfies IConfiguration;
