import { notRunning } from "./stage.ts";

const fixes: Record<string, string> = {
  ResourceNotFoundException:
    "DynamoDB has no such table in the region AWS_REGION: is it the one in sst.config.ts, and is the stage deployed?",
  CredentialsProviderError: "AWS needs credentials: sign in, or set AWS_PROFILE",
  ExpiredTokenException: "Your AWS session has expired: sign in again",
  UnrecognizedClientException: "AWS does not recognize your credentials: sign in again, or set AWS_PROFILE",
};

type Explained = { code?: string; message?: string; stack?: string; localStage?: string };

/** What the operator can do about an error, in one line if it is known. */
export function explain(error: unknown): string {
  const { code = "", message = "", stack, localStage: local } = error as Explained;
  if (/^(config|line|model)\./.test(code)) return message;
  const names = namesOf(error);
  // A local system that was killed leaves the file with its address.
  if (local !== undefined && names.includes("ECONNREFUSED")) return notRunning(local).message;
  const denied = causesOf(error).find(({ name }) => name === "AccessDeniedException");
  if (denied) return `AWS denies access: ${denied.message}`;
  const known = names.find((name) => name in fixes);
  if (known) return fixes[known]!;
  return code.startsWith("table.") ? `The table cannot be read (${names.at(-1)})` : (stack ?? message);
}

/** Names and codes, from the error down to its first cause. */
function namesOf(error: unknown): string[] {
  return causesOf(error).flatMap(({ name, code }) => [name, ...(typeof code === "string" ? [code] : [])]);
}

function causesOf(error: unknown): (Error & { code?: string })[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}
