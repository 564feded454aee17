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
  /**
   * A log whose every line carries these fields as well.
   *
   * @param cause what its lines are about, if that is an error. No line holds it: see {@link causeChannel}.
   */
  with(fields: LogFields, cause?: unknown): Log;
};

export type LogLevel = "info" | "warn" | "error";
export type PrintedLevel = LogLevel | "none";
export type LogEntry = LogFields & { level: LogLevel; name: string; at: string };

/** Every entry, printed or not, passes through here; Studio draws the trace of a message from it. */
export const logChannel = channel("henji:log");

/**
 * The errors behind entries, whole: with the words of OpenAI and LINE, which may quote a user. For whoever
 * watches in this process, such as Studio on a laptop; never printed.
 */
export const causeChannel = channel("henji:cause");
export type Caused = { entry: LogEntry; cause: unknown };

/** The event that is being worked on: a store that is bound to it knows what a request is for. */
export const workChannel = channel("henji:work");
export type Working = { eventId: string };

export type LogOptions = {
  /** The lowest that is printed, or "none". Default: "info". */
  level?: PrintedLevel;
  /** Takes a line, without its line break. */
  write: (line: string) => void;
};

const ranks: Record<PrintedLevel, number> = { info: 0, warn: 1, error: 2, none: 3 };

/**
 * JSON lines. Fields are flat and few, so that no object with a message's text or a
 * token can slip in; errors are logged by code and message only.
 */
export function createLog(options: LogOptions): Log {
  const { level: lowest = "info", write: print } = options;
  const write: Write = (entry, cause) => {
    logChannel.publish(entry);
    if (cause !== undefined) causeChannel.publish({ entry, cause } satisfies Caused);
    if (ranks[entry.level] >= ranks[lowest]) print(JSON.stringify(entry));
  };
  return logTo(write, {});
}

type Write = (entry: LogEntry, cause: unknown) => void;

function logTo(write: Write, common: LogFields, about?: unknown): Log {
  const at = (level: LogLevel) => (name: string, fields?: LogFields) =>
    write({ level, name, at: new Date().toISOString(), ...common, ...fields }, about);
  return {
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields, cause = about) => logTo(write, { ...common, ...fields }, cause),
  };
}

/** Names a chat in logs without naming its user: 12 hex digits of SHA-256. */
export function chatHash(chatId: string): string {
  return createHash("sha256").update(chatId).digest("hex").slice(0, 12);
}

/** The same for a user: what a turn keeps of its sender once it is erased. */
export const userHash = chatHash;
