import type { PrintedLevel } from "@henji/core/log";

/** `LOG_LEVEL`: info (default), warn, error, or none, for tests. */
export function logLevel(): PrintedLevel {
  const level = process.env.LOG_LEVEL;
  return level === "warn" || level === "error" || level === "none" ? level : "info";
}
