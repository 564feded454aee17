import {
  type FunctionConfiguration,
  GetAccountSettingsCommand,
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import * as settings from "@henji/core/settings";
import type { LinkName } from "@henji/functions/links";
import { fixesFor } from "../fixes.ts";
import type { Check } from "./check.ts";
import { fine, fineUnless, wrong } from "./finding.ts";
import { neededBy } from "./platforms.ts";
import { linked, type Subject } from "./subject.ts";

async function configurationsOf(subject: Subject): Promise<[LinkName, FunctionConfiguration][]> {
  const lambda = subject.aws.lambda();
  const { ingresses } = await neededBy(subject);
  const names: readonly LinkName[] = [...ingresses, "Worker"];
  return Promise.all(
    names.map(async (name): Promise<[LinkName, FunctionConfiguration]> => {
      const command = new GetFunctionConfigurationCommand({ FunctionName: linked(subject, name, "name") });
      return [name, await lambda.send(command)];
    }),
  );
}

const timeoutOf = (name: LinkName) =>
  name === "Worker" ? settings.worker.timeoutS : settings.ingress.timeoutS;

export const functions: Check = {
  name: "functions",
  async run(subject) {
    const differences = (await configurationsOf(subject)).flatMap(
      ([name, { State, LastUpdateStatus, Timeout }]) => [
        // Inactive: Lambda has put it to sleep, and the next invocation wakes it.
        State !== "Active" && State !== "Inactive" && `${name} is ${State}`,
        LastUpdateStatus === "Failed" && `the last update of ${name} failed`,
        Timeout !== timeoutOf(name) && `the time-out of ${name} is ${Timeout} s, not ${timeoutOf(name)} s`,
      ],
    );
    return fineUnless(differences, "all are active", fixesFor(subject).redeploy);
  },
};

/** `sst dev` puts it in place of a function; without a laptop it tells SQS that all is done, and does nothing. */
const isStub = ({ Handler, Description, Runtime }: FunctionConfiguration) =>
  Handler === "bootstrap" || Runtime?.startsWith("provided") || Description?.endsWith("(live)");

export const stub: Check = {
  name: "sst dev",
  async run(subject) {
    const stubs = (await configurationsOf(subject)).filter(([, configuration]) => isStub(configuration));
    if (stubs.length === 0) return fine("it left nothing behind");
    const names = stubs.map(([name]) => name).join(" and ");
    const says = `it left a stub in place of ${names}: without a laptop, messages are deleted unanswered`;
    return wrong(says, fixesFor(subject).deploy);
  },
};

export const logFormat: Check = {
  name: "log format",
  async run(subject) {
    const differences = (await configurationsOf(subject)).map(
      ([name, { LoggingConfig }]) =>
        // AWS's default is text.
        LoggingConfig?.LogFormat === "JSON" &&
        `${name} logs in Lambda's JSON, in which no metric finds its lines`,
    );
    return fineUnless(differences, "text, of which metrics are made", fixesFor(subject).redeploy);
  },
};

type Source = {
  name: string;
  queue: "EventQueue" | "Reminders";
  /** In words. */
  of: string;
  isOff: string;
  maximumConcurrency: number;
};

const sourceCheck = ({ name, queue: queueName, of, isOff, maximumConcurrency }: Source): Check => ({
  name,
  async run(subject) {
    const lambda = subject.aws.lambda();
    const worker = linked(subject, "Worker", "name");
    const queue = linked(subject, queueName).split("/").at(-1);
    const command = new ListEventSourceMappingsCommand({ FunctionName: worker });
    const { EventSourceMappings = [] } = await lambda.send(command);
    const source = EventSourceMappings.find(({ EventSourceArn = "" }) =>
      EventSourceArn.endsWith(`:${queue}`),
    );
    const { deploy, redeploy } = fixesFor(subject);
    if (!source) return wrong(`the worker is not subscribed to the ${of}`, redeploy);
    const { State = "", UUID, LastProcessingResult: last = "" } = source;
    if (/^Disabl/.test(State)) {
      const says = `is off: ${isOff}. While sst dev runs, that is meant`;
      return wrong(
        says,
        `${deploy}, or at once: aws lambda update-event-source-mapping --uuid ${UUID} --enabled`,
      );
    }
    const { batchSize } = settings.worker;
    const { FunctionResponseTypes: types = [], BatchSize, ScalingConfig } = source;
    const most = ScalingConfig?.MaximumConcurrency;
    const differences = [
      last.startsWith("PROBLEM") && last,
      !types.includes("ReportBatchItemFailures") &&
        "failed messages are not reported one by one: they would be lost",
      BatchSize !== batchSize && `the batch size is ${BatchSize}, not ${batchSize}`,
      most !== maximumConcurrency &&
        `the most workers at once are ${most ?? "not limited"}, not ${maximumConcurrency}`,
    ];
    return fineUnless(differences, `is on (${State})`, redeploy);
  },
});

export const eventSource = sourceCheck({
  ...{ name: "event source", queue: "EventQueue", of: "event queue" },
  isOff: "messages wait, and nobody answers them",
  maximumConcurrency: settings.worker.maximumConcurrency,
});

export const reminderSource = sourceCheck({
  ...{ name: "source of reminders", queue: "Reminders", of: "queue of reminders" },
  isOff: "answers that wait are not pushed, and reminders are lost after a day",
  maximumConcurrency: settings.reminderQueue.maximumConcurrency,
});

/** Lambda's limit for a Region; by this code Service Quotas knows it. */
const increase =
  "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000";

export const concurrency: Check = {
  name: "account concurrency",
  async run(subject) {
    const lambda = subject.aws.lambda();
    linked(subject, "Worker", "name"); // else it is no stage whose account could be asked
    const { AccountLimit = {} } = await lambda.send(new GetAccountSettingsCommand({}));
    const { ConcurrentExecutions: all = 0, UnreservedConcurrentExecutions: free = all } = AccountLimit;
    const { maximumConcurrency } = settings.worker;
    if (free > maximumConcurrency) return fine(`${free} functions can run at once`);
    const says = `${free} functions can run at once: ${maximumConcurrency} workers leave none for the webhook`;
    return wrong(says, increase);
  },
};
