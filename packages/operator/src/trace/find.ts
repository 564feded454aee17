import { systemClock as clock } from "@henji/core/clock";
import { dayOf } from "@henji/core/time-zone";
import { createTurnFinder, type TimeRange } from "@henji/core/turn/find";
import type { TurnKey } from "@henji/core/turn/place";
import { chatIdOf } from "../chat/find.ts";
import type { Session } from "../environment.ts";
import { whole } from "../format.ts";
import { eventTimeOf } from "./event-time.ts";

/** How far an event's timestamp may be from the time in its id. */
const APART_MS = 60 * 60_000;
/** A message that waited long, as in an outage, is on the list of a later day than its event. */
const LATE_MS = 24 * 60 * 60_000;

export type FindRequest = { eventId: string; chat: string | undefined; mayScan: boolean };

/** The turn of an event, looked for where it costs least first. */
export async function findTurn(
  session: Session,
  { eventId, chat, mayScan }: FindRequest,
): Promise<TurnKey | undefined> {
  const { stage, terminal, bot } = session;
  const finder = createTurnFinder(stage.table(), clock);
  const at = eventTimeOf(eventId);
  const times: TimeRange | undefined =
    at === undefined ? undefined : { from: at - APART_MS, to: at + APART_MS };
  if (chat !== undefined) {
    const chatId = await chatIdOf(session, chat);
    if (chatId === undefined) return undefined;
    return (times && (await finder.inChat(chatId, eventId, times))) ?? finder.inChat(chatId, eventId);
  }

  const parked = await finder.parked(eventId);
  if (parked) return parked;
  if (at !== undefined && times) {
    const days = [at - APART_MS, at, at + LATE_MS].map((time) => dayOf(time, bot.timeZone));
    const found = await finder.onDays([...new Set(days)], eventId, times, (looked, chats) =>
      terminal.progress(`${looked} of ${chats} chats …`),
    );
    terminal.endProgress();
    if (found) return found;
  }
  if (!mayScan) return undefined;
  const { items, bytes } = await finder.tableSize();
  terminal.note(
    `Reads the whole table: ${whole(items)} items, ${(bytes / 1e6).toFixed(1)} MB when DynamoDB last ` +
      "counted them, within the last six hours; at most 10 MB a second. Ctrl-C stops it.",
  );
  return finder.scan(eventId, (read) => terminal.progress(`${whole(read)} items …`));
}
