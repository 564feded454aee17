/// <reference path="../../.sst/platform/config.d.ts" />
import { stageName } from "../defaults";
import { namespace } from "../metrics";
import { alarmEmail } from "../secrets";

/** Receives the alarms. Anything can subscribe to it. */
export const alarmTopic = new sst.aws.SnsTopic("Alarms");

// A secret is known whenever the program runs, in a preview too, so this is no resource that comes and goes.
alarmEmail.value.apply((email) => {
  if (!email) return;
  new aws.sns.TopicSubscription("AlarmEmail", {
    topic: alarmTopic.arn,
    protocol: "email",
    endpoint: alarmEmail.value,
  });
});

/** Once a minute is the finest that SQS and Lambda report. */
type PeriodS = 60 | 300 | 900;

type Metric = {
  namespace: string;
  metricName: string;
  dimensions?: Record<string, $util.Input<string>>;
  statistic: "Maximum" | "Sum";
};

/** One metric, or several and what is made of them. Each costs $0.10 a month. */
type Watched = Metric | { expression: string; of: Record<string, Metric> };

type AlarmOptions = {
  /** What it means, for someone who reads it in a mail. */
  says: string;
  watches: Watched;
  /** Begins when the value is above this. */
  above: number;
  periodS: PeriodS;
  /** So many of so many periods. Default: one of one. */
  periods?: [breaching: number, of: number];
  /**
   * A state has an end, of which a mail tells. An event has none: that none came in the last period says nothing, but the
   * next one rings again.
   */
  kind: "state" | "event";
};

/** Rings when the value is above the threshold. Its description names its section of the runbook. */
export function alarm(name: string, options: AlarmOptions) {
  const { says, watches, above, periodS, periods = [1, 1], kind } = options;
  return new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: stageName(name),
    alarmDescription: `${says} See docs/operate.md#alarm-${name.toLowerCase()}`,
    ...("expression" in watches ? math(watches, periodS) : { ...watches, period: periodS }),
    comparisonOperator: "GreaterThanThreshold",
    threshold: above,
    datapointsToAlarm: periods[0],
    evaluationPeriods: periods[1],
    // What has no traffic reports nothing, and that is fine.
    treatMissingData: "notBreaching",
    alarmActions: [alarmTopic.arn],
    ...(kind === "state" && { okActions: [alarmTopic.arn] }),
  });
}

function math({ expression, of }: Extract<Watched, { of: unknown }>, period: PeriodS) {
  const inputs = Object.entries(of).map(([id, { statistic: stat, ...metric }]) => ({
    id,
    metric: { ...metric, period, stat },
  }));
  return { metricQueries: [{ id: "result", expression, label: "result", returnData: true }, ...inputs] };
}

/** A metric of the stage's own, from the lines of its log: see `metrics.ts`. */
export const counted = (metricName: string): Metric => ({ namespace, metricName, statistic: "Sum" });
