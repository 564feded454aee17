import { BotError } from "@henji/core/error";

/** An error of CloudWatch, in a line for the operator. AWS's own message names the permission that is missing. */
export function cloudWatchError(cause: unknown): BotError {
  const { name = "", message = "" } = cause instanceof Error ? cause : {};
  const isMissing = name === "ResourceNotFoundException";
  const what = isMissing ? "there is no such log group: is the stage deployed?" : `${name}: ${message}`;
  return new BotError("config.no_cloudwatch", `CloudWatch: ${what}`, { retry: "never", cause });
}
