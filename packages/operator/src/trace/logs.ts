import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { boundedCalls } from "@henji/core/aws-client";
import { cloudWatchError } from "../cloudwatch-error.ts";
import { iso, timeOf } from "../format.ts";
import { table } from "../terminal.ts";

/** A line that a function has logged. */
export type LogLine = {
  /** When it was written. */
  at: string;
  function: string;
  level: string;
  /** What happened, such as `turn.delivered`. */
  name: string;
  fields: Record<string, unknown>;
};

export type LogRequest = {
  eventId: string;
  /** Log groups by function. */
  groups: Record<string, string>;
  /** Epoch milliseconds. */
  from: number;
  to: number;
};

/** CloudWatch reads about 1 MB for a page, and gives a page without lines where there are none. */
const MAX_PAGES = 1_000;
const DEADLINE_MS = 20_000;

/**
 * What the functions have logged of an event, oldest first. FilterLogEvents costs nothing.
 *
 * @param onPage called with the number of pages so far
 */
export async function readLogs(
  { eventId, groups, from, to }: LogRequest,
  onPage: (pages: number) => void,
): Promise<LogLine[]> {
  const { options, plugin } = boundedCalls({ deadlineMs: DEADLINE_MS });
  const client = new CloudWatchLogsClient({ ...options, maxAttempts: 6 });
  client.middlewareStack.use(plugin);
  const lines: (LogLine & { writtenAt: number })[] = [];
  let pages = 0;
  try {
    for (const [name, logGroupName] of Object.entries(groups)) {
      const request = { logGroupName, startTime: from, endTime: to, filterPattern: `"${eventId}"` };
      for await (const { events = [] } of paginateFilterLogEvents({ client }, request)) {
        for (const { timestamp = 0, message = "" } of events) {
          lines.push({ ...toLine(name, message, timestamp), writtenAt: timestamp });
        }
        pages += 1;
        onPage(pages);
        if (pages >= MAX_PAGES) throw new Error(`there is more to read than ${MAX_PAGES} pages`);
      }
    }
  } catch (error) {
    throw cloudWatchError(error);
  } finally {
    client.destroy();
  }
  lines.sort((a, b) => a.writtenAt - b.writtenAt);
  return lines.map(({ writtenAt: _, ...line }) => line);
}

/** What is no line of ours, such as a crash that names the event, stays as it is. */
function toLine(name: string, message: string, timestamp: number): LogLine {
  // Older versions had Lambda's prefix in front.
  const json = message.slice(Math.max(0, message.indexOf("{")));
  try {
    const { level, name: what, at, eventId: _, ...fields } = JSON.parse(json) as Record<string, unknown>;
    return { at: String(at), function: name, level: String(level), name: String(what), fields };
  } catch {
    return { at: iso(timestamp), function: name, level: "", name: message.trim(), fields: {} };
  }
}

export function linesText(lines: readonly LogLine[], timeZone: string): string {
  if (lines.length === 0) return "Nothing is logged of it around that time.";
  const rows = lines.map(({ at, function: from, level, name, fields }) => {
    const known = Object.entries(fields).map(([field, value]) => `${field}=${value}`);
    return [timeOf(Date.parse(at), timeZone), from, level, name, known.join(" ")];
  });
  return table(["logged", "by", "", "what", ""], rows);
}
