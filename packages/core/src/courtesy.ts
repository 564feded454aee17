import { toBotError } from "./error.ts";
import type { Log } from "./log.ts";

/**
 * Something beside the answer, such as what a user may see of it, which comes without it. It never throws.
 *
 * @param notDone names the log line if it fails
 */
export async function courtesy(act: () => Promise<void>, log: Log, notDone: string): Promise<void> {
  try {
    await act();
  } catch (error) {
    log.with({}, error).warn(notDone, { code: toBotError(error).code });
  }
}
