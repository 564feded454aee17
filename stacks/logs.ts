/// <reference path="../.sst/platform/config.d.ts" />
import { stageName } from "./defaults";

// Made here and not by SST, so that a function's role can name its own group, and only that one.
const logGroup = (name: string) =>
  new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${stageName(name)}`,
    // Twice the 14 days that a parked job waits in the dead-letter queue, so that its log is still there.
    retentionInDays: 30,
  });

export const ingressLogs = logGroup("Ingress");
export const workerLogs = logGroup("Worker");

/** What a function needs to log: streams in its own group, which exists already. */
export const logging = (logs: aws.cloudwatch.LogGroup) => ({
  actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
  resources: [$interpolate`${logs.arn}:*`],
});
