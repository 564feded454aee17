import { read as readLine } from "@henji/core/platform/line/read";
import type { Readers } from "@henji/core/platform/platform";
import { read as readSlack } from "@henji/core/platform/slack/read";

/** What the events of every platform mean, for commands that answer none. */
export const readers: Readers = { line: { read: readLine }, slack: { read: readSlack, looksFirst: true } };
