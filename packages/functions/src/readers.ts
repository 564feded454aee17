import { reader as line } from "@henji/core/platform/line/reader";
import type { Readers } from "@henji/core/platform/platform";
import { reader as slack } from "@henji/core/platform/slack/reader";

/** What the events of every platform mean, for commands that answer none. */
export const readers: Readers = { line, slack };
