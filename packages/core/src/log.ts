import { createHash } from "node:crypto";
import { channel } from "node:diagnostics_channel";

export type LogFields = {
  eventId?: string | undefined;
  /** Hash of the chat's id: see {@link chatHash}. */
  chat?: string | undefined;
  [field: string]: string | number | boolean | undefined;
};

/** One line per decision. The first argument is a stable name such as `turn.delivered`. */
export type Log = {
  info(name: string, fields?: LogFields): void;
  warn(name: string, fields?: LogFields): void;
  error(name: string, fields?: LogFields): void;
};

export type LogLevel = "info" | "warn" | "error";
export type LogEntry = LogFields & { level: LogLevel; name: string; at: string };

/** Every entry, printed or not, passes through here; Studio draws the way of a message from it. */
export const logChannel = channel("henji:log");

const ranks: Record<LogLevel, number> = { info: 0, warn: 1, error: 2 };

/**
 * JSON lines. Fields are flat and few, so that no object with a message's text or a
 * token can slip in; errors are logged by code and message only.
 */
export function createLog(options: { level?: LogLevel; write?: (line: string) => void } = {}): Log {
  const { level: lowest = "info", write = (line) => console.log(line) } = options;
  const at = (level: LogLevel) => (name: string, fields?: LogFields) => {
    const entry: LogEntry = { level, name, at: new Date().toISOString(), ...fields };
    logChannel.publish(entry);
    if (ranks[level] >= ranks[lowest]) write(JSON.stringify(entry));
  };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

/** Names a chat in logs without naming its user: 12 hex digits of SHA-256. */
export function chatHash(chatId: string): string {
  return createHash("sha256").update(chatId).digest("hex").slice(0, 12);
}
