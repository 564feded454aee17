import { workerHandler } from "./bot-worker.ts";
import { lineByLink } from "./line.ts";
import { slackByLink } from "./slack.ts";

/** Of a bot on Slack, alone or beside LINE. */
export const handler = workerHandler({ line: lineByLink, slack: slackByLink });
