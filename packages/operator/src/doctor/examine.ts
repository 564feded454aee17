import { BotError } from "@henji/core/error";
import { accessDenied, isCredentialsError } from "./aws-error.ts";
import type { Check } from "./check.ts";
import { type Finding, NotChecked, notChecked, wrong } from "./finding.ts";
import type { Subject } from "./subject.ts";

export type Result = { name: string } & Finding;

/** For one check, all of its calls included. */
const DEADLINE_MS = 20_000;

/** Runs all checks side by side. */
export function examine(
  checks: readonly Check[],
  subject: Subject,
  deadline = () => AbortSignal.timeout(DEADLINE_MS),
): Promise<Result[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => {
      const signal = deadline();
      const finding = await Promise.race([aborted(signal), run(subject, signal)]).catch(toFinding);
      return { name, ...finding };
    }),
  );
}

const noAnswer = wrong("there was no answer in time", "is this machine online? Then run it again");

function aborted(signal: AbortSignal): Promise<Finding> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(noAnswer);
    signal.addEventListener("abort", () => resolve(noAnswer), { once: true });
  });
}

/** What could not be asked for want of something else is no mistake: another check tells of that. */
function toFinding(error: unknown): Finding {
  if (error instanceof NotChecked) return notChecked(error.message);
  const denied = accessDenied(error);
  if (denied !== undefined) return notChecked(`AWS denies it: ${denied}`);
  if (isCredentialsError(error)) return notChecked("AWS does not accept the credentials");
  // The check of the credentials says which one it should be.
  if (error instanceof Error && error.message === "Region is missing")
    return notChecked("AWS_REGION is not set");
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  if (error instanceof BotError) return wrong(message, "run it again in a minute");
  // AWS's SDK adds lines on how to look into it.
  return wrong(`${name}: ${message.split("\n")[0]}`, "run it again in a minute");
}
