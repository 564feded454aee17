import type { Clock } from "../clock.ts";
import { BotError } from "../error.ts";
import { chatHash, type Log } from "../log.ts";
import { deadlines, notesRetakenMs, unsentWithinMs } from "../settings.ts";
import { expiryOf } from "../table.ts";
import { BEHIND_ALL, isBefore, type Place, type StoredTurn, timeOf } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import type { Chats, Notes, NotesChange, Page } from "./chats.ts";
import { createRepeats } from "./repeats.ts";

export type EraseOptions = {
  turns: Pick<Turns, "erase" | "eraseAnswer">;
  chats: Pick<Chats, "page" | "notes" | "note">;
  retentionDays: number;
  clock: Clock;
  log: Log;
};

export type EraseRequest = {
  chatId: string;
  eventId: string;
  /** Everything before this. */
  before: Place;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
};

/** Turns erased at the same time. */
const SIDE_BY_SIDE = 25;
/** Messages that were unsent before they arrived: more than one is rare. */
const MAX_UNSENT = 20;

/**
 * Takes away what a chat has said. Turns stay as empty shells that keep their events from being answered
 * again, until they expire. Whatever is stopped half-way may be done again.
 */
export function createErase({ turns, chats, retentionDays, clock, log }: EraseOptions) {
  return {
    /** The whole chat: its notes and its turns. */
    async chat(request: EraseRequest): Promise<void> {
      const { chatId, eventId, before } = request;
      const time = timeOf(before.key);
      await change(chatId, ({ erasedBefore }) => ({
        windowStart: time,
        summary: "",
        erasedBefore: time > erasedBefore ? time : erasedBefore,
      }));
      let erased = 0;
      for await (const page of pages(chatId, "")) {
        // Behind it, what was asked once more and a notice that was never delivered may repeat what was before.
        const isMeant = (turn: StoredTurn) =>
          isBefore(turn, before) || (turn.repeats ?? turn.key) < time || turn.hasNotice;
        const meant = page.filter((turn) => !turn.isErased && isMeant(turn));
        erased += await eraseAll(meant, request);
      }
      log.info("chat.erased", { eventId, chat: chatHash(chatId), turns: erased });
    },

    /**
     * One message, its answers, what was noted of it, and later answers that repeat it. A message that has not
     * arrived yet is remembered, so that it is not answered when it does.
     */
    async message(messageId: string, request: EraseRequest): Promise<void> {
      const { chatId, eventId, before } = request;
      const meant: StoredTurn[] = [];
      const repeating: StoredTurn[] = [];
      let repeats = (_text: string) => false;
      for await (const page of pages(chatId, timeBefore(before, unsentWithinMs))) {
        for (const turn of page) {
          const isMessage = turn.messageId === messageId;
          if (isMessage) repeats = createRepeats(turn.question);
          // A notice that was never delivered may repeat the message.
          if (isMessage || turn.hasNotice) meant.push(turn);
          else if (repeats(turn.answer)) repeating.push(turn);
        }
      }
      const first = meant.find((turn) => turn.messageId === messageId)?.key;
      await change(chatId, ({ windowStart, unsent }) => ({
        // The notes hold it: they are taken again, from the turns that are left.
        ...(first !== undefined &&
          first < windowStart && { windowStart: timeBefore(before, notesRetakenMs), summary: "" }),
        ...(first === undefined && { unsent: [...unsent, messageId].slice(-MAX_UNSENT) }),
      }));
      // The message itself comes last: an attempt that is cut off before finds again what repeats it.
      const answers = await eraseAll(repeating, request, turns.eraseAnswer);
      const erased = await eraseAll(meant, request);
      log.info("message.erased", { eventId, chat: chatHash(chatId), turns: erased, answers });
    },
  };

  /** All turns from a key on, those too that are newer than the event that takes something away. */
  async function* pages(chatId: string, from: string): AsyncGenerator<StoredTurn[]> {
    let next: string | undefined = from;
    while (next !== undefined) {
      const page: Page = await chats.page(chatId, next, BEHIND_ALL, clock.now());
      yield page.turns;
      next = page.next;
    }
  }

  async function eraseAll(
    meant: readonly StoredTurn[],
    { chatId, deadline }: EraseRequest,
    erase = turns.erase,
  ): Promise<number> {
    for (let start = 0; start < meant.length; start += SIDE_BY_SIDE) {
      if (clock.now() + deadlines.reserveMs > deadline) throw unfinished();
      const some = meant.slice(start, start + SIDE_BY_SIDE);
      await Promise.all(some.map(({ key }) => erase({ chatId, key })));
    }
    return meant.length;
  }

  /**
   * Comes before anything is erased: it makes a new version, so that a fold which is under way does not bring
   * back what it has read; and an attempt that is cut off behind it still finds what it must erase.
   */
  async function change(chatId: string, to: (notes: Notes) => Omit<NotesChange, "expiresAt">): Promise<void> {
    for (let tries = 0; tries < 3; tries += 1) {
      const now = clock.now();
      const notes = await chats.notes(chatId, now);
      const expiresAt = expiryOf(now, retentionDays);
      if (await chats.note(chatId, notes, { ...to(notes), expiresAt })) return;
    }
    throw new BotError("chat.busy", "The chat's notes kept changing", { retry: "later" });
  }
}

/** The time that was `ms` milliseconds before, as keys start with it. */
function timeBefore({ key }: Place, ms: number): string {
  return String(Math.max(0, Number(timeOf(key)) - ms)).padStart(13, "0");
}

/** What is done is done; the next attempt goes on behind it. */
function unfinished(): BotError {
  return new BotError("chat.not_erased_yet", "Too little of the invocation is left", { retry: "later" });
}
