import { DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import { fixesFor } from "../fixes.ts";
import type { Check } from "./check.ts";
import { fine, NotChecked, wrong } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** @throws NotChecked where there are none, as with `sst dev` */
function topicOf({ link, isLocal }: Subject): string {
  const topic = link("Alarms");
  if (topic === "")
    throw new NotChecked(isLocal ? "there are no alarms on this machine" : "Alarms is not linked");
  return topic;
}

export const alarms: Check = {
  name: "alarms",
  async run(subject) {
    const topic = topicOf(subject);
    const prefix = `${subject.link("App", "name")}-${subject.stage}-`;
    // More than a page of 100 would be another bot's.
    const command = new DescribeAlarmsCommand({ AlarmNamePrefix: prefix, MaxRecords: 100 });
    const { MetricAlarms = [] } = await subject.aws.cloudWatch().send(command);
    // A stage whose name begins with this one's has the same prefix.
    const own = MetricAlarms.filter(({ AlarmName = "" }) => /^\w+$/.test(AlarmName.slice(prefix.length)));
    const { redeploy } = fixesFor(subject);
    if (own.length === 0) return wrong("there are none", redeploy);
    const named = (some: MetricAlarm[]) => some.map((one) => one.AlarmName!.slice(prefix.length)).join(", ");
    const mute = own.filter(
      ({ ActionsEnabled, AlarmActions = [] }) => ActionsEnabled === false || !AlarmActions.includes(topic),
    );
    if (mute.length > 0) return wrong(`these tell nobody: ${named(mute)}`, redeploy);
    const ringing = own.filter(({ StateValue }) => StateValue === "ALARM");
    if (ringing.length === 0) return fine(`${own.length}, none of them rings`);
    const meanings = ringing.map(({ AlarmDescription = "" }) => AlarmDescription);
    return wrong(`ringing: ${named(ringing)}`, meanings.join(" "));
  },
};

export const mailbox: Check = {
  name: "alarm mailbox",
  async run(subject) {
    const command = new ListSubscriptionsByTopicCommand({ TopicArn: topicOf(subject) });
    const { Subscriptions = [] } = await subject.aws.sns().send(command);
    const { setSecret, deploy } = fixesFor(subject);
    const mailbox = subject.link("AlarmEmail");
    if (mailbox !== "" && !Subscriptions.some(({ Endpoint }) => Endpoint === mailbox)) {
      return wrong(`${mailbox} is set and not subscribed`, deploy);
    }
    if (Subscriptions.length === 0) {
      return wrong("nobody is told of alarms", setSecret("AlarmEmail"));
    }
    const pending = Subscriptions.filter(({ SubscriptionArn = "" }) => !SubscriptionArn.startsWith("arn:"));
    if (pending.length === 0) return fine(Subscriptions.map(({ Endpoint }) => Endpoint).join(", "));
    const who = pending.map(({ Endpoint }) => Endpoint).join(", ");
    // AWS: the link in the mail is good for two days, and another deployment sends none.
    const fix = `open the link in AWS's mail "AWS Notification - Subscription Confirmation"; for another mail: aws sns subscribe --topic-arn ${topicOf(subject)} --protocol email --notification-endpoint ${who}`;
    return wrong(`${who} has not confirmed it yet`, fix);
  },
};
