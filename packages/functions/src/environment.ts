import type { LogLevel } from "@henji/core/log";

/** `LOG_LEVEL`: info (default), warn or error. */
export function logLevel(): LogLevel {
  const level = process.env.LOG_LEVEL;
  return level === "warn" || level === "error" ? level : "info";
}
