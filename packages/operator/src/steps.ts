import type { TurnItem } from "@henji/core/turn/entity";
import { eventIdOf } from "@henji/core/turn/place";
import { iso, timeOf } from "./format.ts";
import { table } from "./terminal.ts";

/** A line for each step of its way. */
export function stepsText(turn: TurnItem, timeZone: string): string {
  const lines = wayOf(turn).map(({ at, is, how, requestId = "" }) => [
    ...[timeOf(at, timeZone), is, how, requestId],
  ]);
  return table(["when", "what", "", "request"], lines);
}

/** In one line. */
export function wayText(turn: TurnItem): string {
  return wayOf(turn)
    .map(({ is, how }) => `${is} ${how}`.trim())
    .join(" > ");
}

/** For `--json`. */
export function stepsOf(turn: TurnItem | undefined) {
  return (turn?.steps ?? []).map(({ at, ...step }) => ({ at: iso(at), ...step }));
}

/** What a turn has to do with answers that wait, or waits for, for `--json`; empty of nearly all. */
export function waitingOf(turn: TurnItem) {
  const { thinkingAt, status, dueAt, carries, carriedBy } = turn;
  const slotAt = slotOf(turn);
  return {
    ...(slotAt !== undefined && { waitsForModelLimitTo: iso(slotAt) }),
    ...(thinkingAt !== undefined && { toldItTakesLongAt: iso(thinkingAt) }),
    ...(status === "waiting" && { pushedAt: dueAt === undefined ? null : iso(dueAt) }),
    ...(carries && { brings: carries.map((key) => eventIdOf({ key })) }),
    ...(carriedBy !== undefined && { broughtBy: eventIdOf({ key: carriedBy }) }),
  };
}

/** The same for people: a line for each that it has. */
export function waitingLines(turn: TurnItem, timeZone: string): [name: string, text: string][] {
  const { status, dueAt, carries = [], carriedBy } = turn;
  const lines: [string, string][] = [];
  if (status === "waiting") {
    const orPushed = dueAt === undefined ? "" : `, or until it is pushed at ${timeOf(dueAt, timeZone)}`;
    lines.push(["waits", `for a tap or the next message${orPushed}`]);
  }
  const slotAt = slotOf(turn);
  if (slotAt !== undefined) {
    lines.push(["waits", `for the model's limit, at least until ${timeOf(slotAt, timeZone)}`]);
  }
  if (carriedBy !== undefined) {
    const isOver = status !== "carried";
    lines.push([isOver ? "was brought by" : "is brought by", eventIdOf({ key: carriedBy })]);
  }
  if (carries.length > 0) lines.push(["brings", carries.map((key) => eventIdOf({ key })).join(", ")]);
  return lines;
}

/** When it is asked, while the model's limit holds it up, epoch milliseconds; later, if all slots were put off. */
function slotOf({ status, steps = [], limited }: TurnItem): number | undefined {
  const isPostponed = status === "claimed" && steps.at(-1)?.is === "postponed";
  return isPostponed ? limited?.slot?.at : undefined;
}

type Line = { at: number; is: string; how: string; requestId?: string | undefined };

/** Its steps; and that its user was told that the answer takes long, which is stored beside them. */
function wayOf({ steps = [], thinkingAt, carriedBy }: TurnItem): Line[] {
  const way = steps.map(({ at, is, code, route = "", requestId }): Line => {
    const isBrought = is === "delivered" && carriedBy !== undefined;
    return { at, is, how: code ?? (isBrought ? `${route} of another` : route), requestId };
  });
  if (thinkingAt === undefined) return way;
  const told = { at: thinkingAt, is: "told", how: "that it takes long" };
  const before = way.filter(({ at }) => at <= thinkingAt);
  return [...before, told, ...way.slice(before.length)];
}
