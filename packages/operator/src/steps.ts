import type { TurnItem } from "@henji/core/turn/entity";
import type { Step } from "@henji/core/turn/turn";
import { iso, timeOf } from "./format.ts";
import { table } from "./terminal.ts";

/** A line for each step of its way. */
export function stepsText(steps: readonly Step[], timeZone: string): string {
  const lines = steps.map(({ at, is, code = "", route = "", requestId = "" }) => [
    ...[timeOf(at, timeZone), is, code || route, requestId],
  ]);
  return table(["when", "what", "", "request"], lines);
}

/** For `--json`. */
export function stepsOf(turn: TurnItem | undefined) {
  return (turn?.steps ?? []).map(({ at, ...step }) => ({ at: iso(at), ...step }));
}
