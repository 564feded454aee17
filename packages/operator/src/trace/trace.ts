import { chatHash } from "@henji/core/log";
import type { TurnItem } from "@henji/core/turn/entity";
import { atOf } from "@henji/core/turn/place";
import { createTurnRegister } from "@henji/core/turn/register";
import type { Session } from "../environment.ts";
import { iso, timeOf, whole } from "../format.ts";
import { saidIn, saidText } from "../said.ts";
import { stepsOf, stepsText, waitingLines, waitingOf } from "../steps.ts";
import { table } from "../terminal.ts";
import { eventTimeOf } from "./event-time.ts";
import { type FindRequest, findTurn } from "./find.ts";
import { type LogLine, linesText, readLogs } from "./logs.ts";

export type TraceRequest = FindRequest & { withLogs: boolean; withText: boolean };

/** Before the event; and after the last step, for the lines that come later: an end of a batch, a duplicate. */
const AROUND_MS = { before: 60_000, after: 10 * 60_000 } as const;

/** @returns the exit code: 1 if nothing is known of it, or the logs cannot be read */
export async function trace(session: Session, request: TraceRequest): Promise<number | undefined> {
  const { eventId, withLogs, withText } = request;
  const { stage, terminal, bot } = session;
  const key = await findTurn(session, request);
  terminal.endProgress();
  const [turn] = key ? await createTurnRegister(stage.table()).read([key], "all") : [];
  const logs = withLogs ? await logsOf(session, eventId, turn) : undefined;
  terminal.document({
    ...{ eventId, found: turn !== undefined },
    ...(turn && documentOf(turn)),
    ...(turn && withText && saidIn(turn)),
    ...(withLogs && { logs: logs ?? null }),
  });
  if (turn) terminal.print(textOf(turn, bot.timeZone));
  else terminal.print(notFoundText(request));
  if (turn && withText) terminal.print(`\n${saidText(turn)}`);
  else if (turn) terminal.print("\nWhat was said: --show-text");
  if (logs) terminal.print(`\n${linesText(logs, bot.timeZone)}`);
  const isKnown = turn !== undefined || (logs !== undefined && logs.length > 0);
  return isKnown && (!withLogs || logs !== undefined) ? undefined : 1;
}

/** @returns nothing if they cannot be read; why is on stderr */
async function logsOf(
  { stage, terminal }: Session,
  eventId: string,
  turn: TurnItem | undefined,
): Promise<LogLine[] | undefined> {
  const { logGroups: groups } = stage.cloudWatch();
  if (Object.keys(groups).length === 0) {
    terminal.note(
      "No log group is linked. On this machine there is no CloudWatch: open Studio, whose traces show what was logged. " +
        "On a stage: deploy it; with sst dev, the logs are where that runs.",
    );
    return undefined;
  }
  const at = turn ? atOf(turn) : eventTimeOf(eventId);
  if (at === undefined) {
    terminal.note(`${eventId} does not begin with a time, so nobody knows where to look in the logs.`);
    return undefined;
  }
  const last = turn?.steps?.at(-1)?.at ?? at;
  const from = at - AROUND_MS.before;
  const to = Math.max(at, last) + AROUND_MS.after;
  try {
    return await readLogs({ eventId, groups, from, to }, (pages) =>
      terminal.progress(`${pages} pages of the logs …`),
    );
  } catch (error) {
    // What the table knows is printed nevertheless.
    terminal.note((error as Error).message);
    return undefined;
  } finally {
    terminal.endProgress();
  }
}

function documentOf(turn: TurnItem) {
  const { chatId, status, attempts, error = null, route = null, notice = null, erased = false } = turn;
  const { inputTokens = null, cachedTokens = null, outputTokens = null, finishedAt } = turn;
  return {
    chat: chatHash(chatId),
    at: iso(atOf(turn)),
    ...{ status, attempts, error, route, notice, erased },
    finishedAt: finishedAt === undefined ? null : iso(finishedAt),
    replays: turn.replayedBy?.length ?? 0,
    tokens: { input: inputTokens, cached: cachedTokens, output: outputTokens },
    ...waitingOf(turn),
    steps: stepsOf(turn),
  };
}

function textOf(turn: TurnItem, timeZone: string): string {
  const { eventId, chatId, status, attempts, erased, notice, steps = [] } = turn;
  const { inputTokens, cachedTokens = 0, outputTokens = 0 } = turn;
  const facts = [
    ["event", eventId],
    ["chat", chatHash(chatId)],
    ["sent", `${timeOf(atOf(turn), timeZone)} (${timeZone})`],
    ["status", `${status}${erased ? ", erased" : ""}, attempt ${attempts}${waitedText(turn)}`],
    ...waitingLines(turn, timeZone),
    ...(notice === undefined ? [] : [["notice", notice]]),
    ...(inputTokens === undefined
      ? []
      : [
          [
            "tokens",
            `${whole(inputTokens)} input (${whole(cachedTokens)} cached), ${whole(outputTokens)} output`,
          ],
        ]),
  ];
  const way = steps.length === 0 ? "It was stored before turns kept their way." : stepsText(turn, timeZone);
  return `${table(["", ""], facts).trimStart()}\n\n${way}`;
}

function waitedText(turn: TurnItem): string {
  if (turn.status !== "delivered") return "";
  // What another brought was over before, when it came to wait.
  const at = turn.steps?.findLast(({ is }) => is === "delivered")?.at ?? turn.finishedAt;
  return at === undefined ? "" : `, ${((at - atOf(turn)) / 1000).toFixed(1)} s after it was sent`;
}

function notFoundText({ eventId, chat, mayScan }: TraceRequest): string {
  const where =
    chat !== undefined
      ? `in ${chat}`
      : mayScan
        ? "in the table"
        : "among what is parked, nor in the chats of its day (--scan reads the whole table)";
  return (
    `No turn of ${eventId} ${where}. It may have expired; no worker may have begun it yet; ` +
    "or it asks nothing, as when a user joins. If it was given up on before a worker began it: dead show."
  );
}
