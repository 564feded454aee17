import { read } from "@henji/core/platform/line/read";
import type { Readers } from "@henji/core/platform/platform";

/** What the events of every platform mean, for commands that answer none. */
export const readers: Readers = { line: { read } };
