import { type LogEntry, logChannel } from "@henji/core/log";
import { afterAll, afterEach, beforeAll } from "vitest";

/** What the handlers have logged during the current test. */
export function useLog(): readonly LogEntry[] {
  const log: LogEntry[] = [];
  const record = (entry: unknown) => void log.push(entry as LogEntry);
  beforeAll(() => logChannel.subscribe(record));
  afterAll(() => void logChannel.unsubscribe(record));
  afterEach(() => {
    log.length = 0;
  });
  return log;
}
