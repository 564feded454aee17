/// <reference path="../.sst/platform/config.d.ts" />
import { functionAlarms } from "./alarms/functions";
import { messageAlarms } from "./alarms/messages";
import { serviceAlarms } from "./alarms/services";

export { alarmTopic } from "./alarms/alarm";

/** In the order in which the dashboard shows them. */
export const alarms = [...messageAlarms, ...functionAlarms, ...serviceAlarms];
