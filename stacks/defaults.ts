/// <reference path="../.sst/platform/config.d.ts" />
import { capacity } from "../packages/core/src/capacity.ts";
import { mistakesIn } from "../packages/core/src/capacity-bounds.ts";
import { platforms } from "./platforms";

/** Production keeps its data and is protected; every other stage can be removed completely. */
export const production = $app.stage === "production";

// Before anything is registered: Pulumi deploys while the program runs.
if ($dev && production) {
  throw new Error("sst dev takes the worker off its queue, and a laptop answers instead: not in production");
}

const mistakes = mistakesIn(capacity, platforms.length);
if (mistakes.length > 0) throw new Error(mistakes.join("\n"));

/** `<app>-<stage>-<name>`: raw `aws.*` resources get no prefix of their own, and stages would collide. */
export const stageName = (name: string) => `${$app.name}-${$app.stage}-${name}`;

/** Options of both functions. Numbers that differ are next to each function. */
export const functionDefaults = {
  // With `sst dev` too, both are deployed as they are. SST would put a stub in their place that stays when it quits,
  // tells SQS that all went well, and so loses messages. A laptop is the worker instead: see `dev.ts`.
  dev: false,
  // Supported until April 2028.
  runtime: "nodejs24.x",
  // A fifth cheaper than x86_64, and nothing here is compiled for either.
  architecture: "arm64",
  // INIT is billed: fewer bytes to read and compile. `splitting` leaves what is imported lazily
  // (the tokenizer, the SDK's credential chain) in files of its own, loaded when used.
  // `sourcemap` is unset on purpose: true and false both put the maps into the zip. So `--enable-source-maps`
  // would find nothing here, and only cost time.
  nodejs: { format: "esm", minify: true, splitting: true },
  // Our lines are JSON already; the JSON format would wrap each one, escaped, in a string of another object.
  // As text, metric filters and Logs Insights find the fields of our lines, and of Lambda's REPORT lines.
  logging: { format: "text" },
} as const satisfies Partial<sst.aws.FunctionArgs>;

// SST 4.17.1 tests `!dev` on an Output, which is always truthy, so every function's role also
// trusts the account's root, that is, any principal in the account that IAM lets assume roles.
// Only Lambda needs it.
// SST also attaches AWSLambdaBasicExecutionRole, which lets a function write to every log group of the
// account; ours may write to their own, as listed with each function.
$transform(sst.aws.Function, (args) => {
  if (args.transform?.role)
    throw new Error("stacks/defaults.ts owns the roles' trust and policies; merge the two transforms");
  args.transform = {
    ...args.transform,
    role: {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
        ],
      }),
      managedPolicyArns: [],
    },
  };
});

// By default a link passes names and grants `sqs:*` and `dynamodb:*`. Here it passes names only: the
// permissions of a function are listed with the function, so ingress cannot read the queue.
sst.Linkable.wrap(sst.aws.Queue, (queue) => ({ properties: { url: queue.url } }));
sst.Linkable.wrap(sst.aws.Dynamo, (table) => ({ properties: { name: table.name } }));
// For the operator's commands, in `sst shell`.
sst.Linkable.wrap(aws.cloudwatch.LogGroup, (group) => ({ properties: { name: group.name } }));
