import { createChats } from "@henji/core/chat/chats";
import type { ChatState } from "@henji/core/chat/state";
import { createChatStore } from "@henji/core/chat/store";
import { type ChatMemory, readMemory } from "@henji/core/context/memory";
import { chatHash } from "@henji/core/log";
import type { TurnItem } from "@henji/core/turn/entity";
import { atOf } from "@henji/core/turn/place";
import type { Session } from "../environment.ts";
import { count, iso, timeOf, whole } from "../format.ts";
import { saidIn, saidText } from "../said.ts";
import { stepsOf, waitingOf, wayText } from "../steps.ts";
import { table } from "../terminal.ts";
import { chatIdOf, nothingStored } from "./find.ts";
import { type Counts, countTurns, pagesOf } from "./stored.ts";

export type ShowRequest = {
  /** So many of the last. */
  turns: number;
  withText: boolean;
  withId: boolean;
};

type Shown = { chatId: string; memory: ChatMemory; state: ChatState; counts: Counts; last: TurnItem[] };

/** What is remembered of a chat. */
export async function show(
  session: Session,
  name: string,
  request: ShowRequest,
): Promise<number | undefined> {
  const { terminal, bot } = session;
  const chatId = await chatIdOf(session, name);
  const shown = chatId === undefined ? undefined : await read(session, chatId, request.turns);
  if (!shown) return nothingStored(session, name);
  terminal.document(documentOf(shown, request));
  terminal.print(textOf(shown, request, bot.timeZone));
  if (!request.withText) terminal.print("\nWhat was said, and the notes: --show-text");
  return undefined;
}

/** @returns nothing if nothing is stored */
async function read({ stage, terminal, bot }: Session, chatId: string, turns: number) {
  const store = createChatStore(stage.table());
  const chats = createChats(store);
  const now = Date.now();
  const [memory, state, newest] = await Promise.all([
    readMemory(chatId, { chats, bot, now }),
    chats.state(chatId, now),
    // One more: the chat's own item comes first.
    store.query(chatId, { order: "desc", limit: turns + 1 }),
  ]);
  if (newest.turns.length === 0 && state.version === 0) return undefined;
  const counts = await countTurns(pagesOf(store, chatId), (count) => terminal.progress(`${count} turns …`));
  terminal.endProgress();
  return { chatId, memory, state, counts, last: newest.turns.slice(0, turns).reverse() };
}

function documentOf({ chatId, memory, state, counts, last }: Shown, { withText, withId }: ShowRequest) {
  const { notes, window, today } = memory;
  const { first, last: newest, ...others } = counts;
  return {
    chat: chatHash(chatId),
    found: true,
    ...(withId && { chatId }),
    stored: {
      ...others,
      first: first === undefined ? null : iso(first),
      last: newest === undefined ? null : iso(newest),
    },
    window,
    notes: { tokens: notes.tokens, maxTokens: notes.maxTokens, ...(withText && { text: notes.text }) },
    erasedBefore: erasedBefore(state) ?? null,
    today,
    turns: last.map((turn) => ({
      ...{ eventId: turn.eventId, at: iso(atOf(turn)), status: turn.status, attempts: turn.attempts },
      ...{ erased: turn.erased === true, notice: turn.notice ?? null, error: turn.error ?? null },
      ...waitingOf(turn),
      steps: stepsOf(turn),
      ...(withText && saidIn(turn)),
    })),
  };
}

function textOf(shown: Shown, { withText, withId }: ShowRequest, timeZone: string): string {
  const { chatId, memory, counts, last } = shown;
  const { window, notes, today } = memory;
  const erased = erasedBefore(shown.state);
  const facts = [
    ["chat", withId ? `${chatHash(chatId)} ${chatId}` : chatHash(chatId)],
    ["stored", storedText(counts, timeZone)],
    [
      "sent to the model",
      `${count(window.turns, "turn")}, ${whole(window.tokens)} tokens; ${marksText(window)}`,
    ],
    [
      "notes",
      notes.text === "" ? "none" : `${whole(notes.tokens)} tokens of at most ${whole(notes.maxTokens)}`,
    ],
    ...(erased === undefined
      ? []
      : [["erased", `everything before ${timeOf(Date.parse(erased), timeZone)}`]]),
    ["used today", todayText(today)],
  ];
  const parts = [table(["", ""], facts).trimStart()];
  if (withText && notes.text !== "") parts.push(`Notes:\n${notes.text}`);
  if (last.length > 0) parts.push(turnsText(last, timeZone));
  if (withText) parts.push(...last.map((turn) => `${turn.eventId}\n${saidText(turn)}`));
  return parts.join("\n\n");
}

function storedText({ turns, byStatus, erased, first, last }: Counts, timeZone: string): string {
  if (turns === 0) return "no turns";
  const statuses = Object.entries(byStatus).map(([status, number]) => `${whole(number)} ${status}`);
  const shells = erased > 0 ? `; ${whole(erased)} of them erased` : "";
  const times = `${timeOf(first, timeZone)} to ${timeOf(last, timeZone)} (${timeZone})`;
  return `${count(turns, "turn")}: ${statuses.join(", ")}${shells}; ${times}`;
}

function marksText({ highWaterTokens, leftOut }: ChatMemory["window"]): string {
  const out = leftOut > 0 ? `; ${count(leftOut, "turn")} left out` : "";
  return `notes are taken above ${whole(highWaterTokens)}${out}`;
}

function todayText(today: ChatMemory["today"]): string {
  const { answers, replies, pushes, inputTokens, cachedTokens, outputTokens, dollars } = today;
  const sent = `${count(answers, "answer")}, ${whole(replies)} replied, ${whole(pushes)} pushed`;
  const input = `${whole(inputTokens)} input (${whole(cachedTokens)} cached)`;
  return `${sent}; tokens: ${input}, ${whole(outputTokens)} output; $${dollars.toFixed(5)}`;
}

/** A line for each, oldest first. */
function turnsText(turns: readonly TurnItem[], timeZone: string): string {
  const lines = turns.map((turn) => {
    const { eventId, status, attempts } = turn;
    return [eventId, timeOf(atOf(turn), timeZone), status, String(attempts), wayText(turn)];
  });
  return table(["event", "asked", "status", "attempts", "its way"], lines);
}

function erasedBefore({ erasedBefore: at }: ChatState): string | undefined {
  return at === "" ? undefined : iso(Number(at));
}
