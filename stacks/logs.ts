/// <reference path="../.sst/platform/config.d.ts" />
import { stageName } from "./defaults";
import { isOn } from "./platforms";

// Made here and not by SST, so that a function's role can name its own group, and only that one.
const logGroup = (name: string) =>
  new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${stageName(name)}`,
    // Twice the 14 days that a parked job waits in the dead-letter queue, so that its log is still there.
    retentionInDays: 30,
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
