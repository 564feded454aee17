import type { Reader } from "../platform.ts";
import { read } from "./read.ts";

/** The thread is read before anything is posted again, however late that is. */
export const reader: Reader = { read, mayRepeat: () => true };
