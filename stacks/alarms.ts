/// <reference path="../.sst/platform/config.d.ts" />
import { messageAlarms } from "./alarms/messages";
import { serviceAlarms } from "./alarms/services";
import { webhookAlarms } from "./alarms/webhooks";
import { workerAlarms } from "./alarms/worker";

export { alarmTopic } from "./alarms/alarm";

/** In the order in which the dashboard shows them. */
export const alarms = [...messageAlarms, ...workerAlarms, ...webhookAlarms, ...serviceAlarms];
