/// <reference path="../.sst/platform/config.d.ts" />
import { capacity } from "../packages/core/src/capacity.ts";
import { stageName } from "./defaults";
import { isOn } from "./platforms";

// Made here and not by SST, so that a function's role can name its own group, and only that one.
const logGroup = (name: string) =>
  new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${stageName(name)}`,
    retentionInDays: capacity.logs.retentionDays,
  });

export const ingressLogs = isOn("line") ? logGroup("Ingress") : undefined;
export const slackIngressLogs = isOn("slack") ? logGroup("SlackIngress") : undefined;
export const workerLogs = logGroup("Worker");

/** Of both functions that a message goes through, whichever platform brings it. */
export const allLogs = [ingressLogs, slackIngressLogs, workerLogs].filter((logs) => logs !== undefined);

/** What a function needs to log: streams in its own group, which exists already. */
export const logging = (logs: aws.cloudwatch.LogGroup) => ({
  actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
  resources: [$interpolate`${logs.arn}:*`],
});
