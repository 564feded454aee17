import type { Inbound } from "@henji/core/platform/platform";
import { readers } from "@henji/functions/readers";

/** What an event means, of whichever platform it is; nothing, if it is of none. */
export function inboundOf(event: object): Inbound | undefined {
  for (const reader of Object.values(readers)) {
    try {
      return reader?.read(event);
    } catch {
      // Of another one.
    }
  }
  return undefined;
}
