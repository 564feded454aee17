import { createChats } from "@henji/core/chat/chats";
import { createErase } from "@henji/core/chat/erase";
import { createChatStore } from "@henji/core/chat/store";
import { systemClock as clock } from "@henji/core/clock";
import type { Result } from "@henji/core/dead-letter/act";
import { idOf } from "@henji/core/dead-letter/dead-letter";
import { createDiscard } from "@henji/core/dead-letter/discard";
import { chatHash, createLog } from "@henji/core/log";
import { AFTER_ALL, turnKeyOf } from "@henji/core/turn/place";
import { createTurnStore } from "@henji/core/turn/store";
import { createTurns } from "@henji/core/turn/turns";
import { look } from "../dead/list.ts";
import { operatorsSide } from "../dead/side.ts";
import { reasonFor } from "../dead/words.ts";
import type { Session } from "../environment.ts";
import { count } from "../format.ts";
import { chatIdOf, nothingStored } from "./find.ts";
import { countTurns, pagesOf } from "./stored.ts";

type Plan = {
  turns: number;
  toErase: number;
  hasNotes: boolean;
  letters: number;
  /** Letters that could not be looked at, of whatever chat. */
  unknown: number;
};

/** @returns the exit code: 1 if something is left */
export async function erase(session: Session, name: string, isMeant: boolean): Promise<number | undefined> {
  const { terminal } = session;
  const chatId = await chatIdOf(session, name);
  const plan = chatId === undefined ? undefined : await planFor(session, chatId);
  if (chatId === undefined || !plan) return nothingStored(session, name);
  const chat = chatHash(chatId);
  if (!isMeant) {
    terminal.document({ chat, found: true, dryRun: true, ...plan });
    terminal.print(planText(chat, plan));
    return undefined;
  }
  const erased = await eraseTurns(session, chatId);
  const results = await dropLetters(session, chatId);
  const left = results.filter(({ outcome }) => outcome !== "done");
  const letters = results.length - left.length;
  const { unknown } = await look(session);
  terminal.document({
    ...{ chat, found: true, dryRun: false, erased, letters, unknown },
    left: left.map(({ letter, outcome, because = null }) => ({ id: idOf(letter), outcome, because })),
  });
  terminal.print(
    `${chat}: ${count(erased, "turn")} and the notes erased; ${count(letters, "letter")} deleted.`,
  );
  for (const { letter, because = "" } of left) {
    terminal.print(`The letter of ${idOf(letter)} is still there: ${reasonFor(because)}`);
  }
  if (unknown > 0) terminal.print(`${unknownText(unknown)} Erase the chat once more in a minute.`);
  return left.length > 0 || unknown > 0 ? 1 : undefined;
}

/** @returns nothing if nothing is stored */
async function planFor(session: Session, chatId: string): Promise<Plan | undefined> {
  const { stage, terminal } = session;
  const store = createChatStore(stage.table());
  const state = await createChats(store).state(chatId, clock.now());
  const onPage = (turns: number) => terminal.progress(`${turns} turns …`);
  const { turns, erased } = await countTurns(pagesOf(store, chatId), onPage);
  terminal.endProgress();
  const { all, unknown } = await look(session);
  const letters = all.filter((letter) => letter.chatId === chatId).flatMap((letter) => letter.letters).length;
  if (turns === 0 && state.version === 0 && letters === 0) return undefined;
  return { turns, toErase: turns - erased, hasNotes: state.summary !== "", letters, unknown };
}

function planText(chat: string, { turns, toErase, hasNotes, letters, unknown }: Plan): string {
  return [
    `${chat}: this would erase the text of ${count(toErase, "turn")} (${count(turns, "turn")} stored)` +
      `${hasNotes ? ", the notes," : ""} and delete ${count(letters, "letter")} on the dead-letter queue.`,
    ...(unknown > 0 ? [unknownText(unknown)] : []),
    "Messages that wait for their answer get none. To do it: --yes",
  ].join("\n");
}

function unknownText(unknown: number): string {
  return (
    `${count(unknown, "letter")} could not be looked at, and may be of this chat too: SQS shows at most ten of a chat at ` +
    "a time, and none that another command hides."
  );
}

/** Everything up to now, as when its user forgets everything. */
async function eraseTurns({ stage, terminal, bot }: Session, chatId: string): Promise<number> {
  const table = stage.table();
  const chats = createChats(createChatStore(table));
  let seen = 0;
  const counted: typeof chats = {
    ...chats,
    async page(...range) {
      const page = await chats.page(...range);
      seen += page.turns.length;
      terminal.progress(`${seen} turns …`);
      return page;
    },
  };
  const { retentionDays } = bot.memory;
  const eraser = createErase({
    turns: createTurns(createTurnStore(table)),
    chats: counted,
    retentionDays,
    clock,
  });
  const { key } = turnKeyOf(chatId, { eventId: AFTER_ALL, at: clock.now() });
  const erased = await eraser.chat({
    ...{ chatId, before: { key, sequence: AFTER_ALL }, log: createLog({ write: () => {} }) },
    // No invocation ends.
    deadline: Number.POSITIVE_INFINITY,
  });
  terminal.endProgress();
  return erased;
}

/** Comes last: whatever is stopped before, `chat erase` still finds the letters. */
function dropLetters({ stage, bot }: Session, chatId: string): Promise<Result[]> {
  const turns = createTurns(createTurnStore(stage.table()));
  const { retentionDays } = bot.memory;
  const discard = createDiscard({ ...operatorsSide(stage), turns, retentionDays });
  return discard({
    select: (letter) => letter.chatId === chatId && letter.letters.length > 0,
    everyMs: 0,
  });
}
