import { retryKeyGoodMs } from "../../settings.ts";
import type { Reader } from "../platform.ts";
import { read } from "./read.ts";

/**
 * A push is recognized by its retry key for a day. Of a reply nobody can tell whether it arrived, once its token is no
 * longer good.
 */
export const reader: Reader = {
  read,
  mayRepeat: (route, sentAt, now) => route === "push" && now - sentAt <= retryKeyGoodMs,
};
