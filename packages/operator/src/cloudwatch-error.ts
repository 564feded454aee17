import { BotError } from "@henji/core/error";

/** An error of CloudWatch, in a line that says what the operator can do. */
export function cloudWatchError(cause: unknown, permission: string): BotError {
  const { name = "", message = "" } = cause instanceof Error ? cause : {};
  return new BotError(
    "config.no_cloudwatch",
    `CloudWatch: ${fixes[name] ?? `${name}: ${message}`} (${permission})`,
    {
      retry: "never",
      cause,
    },
  );
}

const fixes: Record<string, string> = {
  AccessDeniedException: "AWS denies access, which takes a permission",
  AccessDenied: "AWS denies access, which takes a permission",
  ResourceNotFoundException: "there is no such log group: is the stage deployed?",
};
