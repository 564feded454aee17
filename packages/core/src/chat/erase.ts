import type { Clock } from "../clock.ts";
import { BotError } from "../error.ts";
import type { Log } from "../log.ts";
import { cameIn, saidIn, textContent } from "../platform/content.ts";
import type { ErasedMessage } from "../platform/platform.ts";
import { deadlines, notesRetakenMs } from "../settings.ts";
import { expiryOf } from "../table.ts";
import type { StoredTurn } from "../turn/past.ts";
import { AFTER_ALL, atOf, isBefore, keyAt, type Place, timeOf } from "../turn/place.ts";
import type { Turns } from "../turn/turns.ts";
import type { Chats, Page } from "./chats.ts";
import { createRepeats } from "./repeats.ts";
import type { ChatState, StateChange } from "./state.ts";
import type { TalkMessage } from "./talk.ts";

export type EraseOptions = {
  turns: Pick<Turns, "erase" | "eraseAnswer">;
  chats: Pick<Chats, "page" | "state" | "update" | "talk" | "eraseTalk">;
  retentionDays: number;
  clock: Clock;
};

export type EraseRequest = {
  chatId: string;
  /** Everything before this. */
  before: Place;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  /** Of the event that erases. */
  log: Log;
};

/** What is done is done; the next attempt goes on after it. */
const UNFINISHED = "chat.not_erased_yet";

/** Turns erased at the same time. */
const SIDE_BY_SIDE = 25;
/** Messages that were unsent before they arrived: more than one is rare. */
const MAX_UNSENT = 20;

/**
 * Erases what a chat has said. Turns stay as empty shells that keep their events from being answered
 * again, until they expire. Whatever is stopped half-way may be done again.
 */
export function createErase({ turns, chats, retentionDays, clock }: EraseOptions) {
  return {
    /**
     * The whole chat: its notes and its turns.
     *
     * @returns how many turns it has erased
     */
    async chat(request: EraseRequest): Promise<number> {
      const { chatId, before, log } = request;
      const time = timeOf(before.key);
      const { erasedTo } = await change(chatId, ({ erasedBefore }) => ({
        windowStart: time,
        summary: "",
        erasedBefore: time > erasedBefore ? time : erasedBefore,
      }));
      await chats.eraseTalk(chatId, (message) => isBefore(message, before), clock.now());
      let reached = erasedTo;
      let erased = 0;
      try {
        for await (const page of pages(request, erasedTo)) {
          erased += await erasePage(page, request);
          reached = page.next ?? reached;
        }
      } catch (error) {
        // The next attempt does not read once more what this one has erased.
        const to = reached < time ? reached : time;
        if (isUnfinished(error) && to > erasedTo) await change(chatId, () => ({ erasedTo: to }));
        throw error;
      }
      log.info("chat.erased", { turns: erased });
      return erased;
    },

    /** What one member of a group has said, the answers, what was noted of it, and later answers that repeat it. */
    async ofSender(senderId: string, request: EraseRequest): Promise<void> {
      const { chatId, before, log } = request;
      // The notes may hold it: they are taken again, from the turns that are left.
      await change(chatId, () => ({ windowStart: timeBefore(before, notesRetakenMs), summary: "" }));
      const ownOf = (page: Page) =>
        page.turns.filter((turn) => turn.senderId === senderId && isBefore(turn, before) && !turn.isErased);
      const isOwn = (message: TalkMessage) => message.senderId === senderId && isBefore(message, before);
      const talk = (await chats.talk(chatId, clock.now())).filter(isOwn).map(asAsked);
      let earlier: readonly StoredTurn[] = [];
      for await (const page of pages(request, "")) {
        const own = ownOf(page);
        // What repeats a turn is not far from it, but may be on the next page.
        const repeating = [...talk, ...earlier, ...own].flatMap((turn) => repeatsOf(turn, page.turns));
        await eraseAll([...new Set(repeating)], request, turns.eraseAnswer);
        earlier = own;
      }
      // These come last: an attempt that is cut off before finds again what repeats them.
      let erased = 0;
      for await (const page of pages(request, "")) erased += await eraseAll(ownOf(page), request);
      await chats.eraseTalk(chatId, isOwn, clock.now());
      log.info("chat.erased", { turns: erased });
    },

    /**
     * One message, its answers, what was noted of it, and later answers that repeat it. A message that has not
     * arrived yet is remembered, so that it is not answered when it does.
     */
    async message({ messageId, since }: ErasedMessage, request: EraseRequest): Promise<void> {
      const { chatId, before, log } = request;
      const isMessage = (one: { messageId: string | undefined }) => one.messageId === messageId;
      const recent: StoredTurn[] = [];
      for await (const page of pages(request, keyAt(since))) recent.push(...page.turns);
      // A notice that was never delivered may repeat the message.
      const meant = recent.filter((turn) => isMessage(turn) || turn.hasNotice);
      // A picture that was sent with others was asked about by one of them.
      const asking = recent.filter(({ question }) => cameIn(question, messageId));
      const talk = (await chats.talk(chatId, clock.now())).map(asAsked);
      const message = recent.find(isMessage) ?? talk.find(isMessage);
      await change(chatId, ({ windowStart, unsent }) => ({
        // The notes hold it: they are taken again, from the turns that are left.
        ...(message &&
          message.key < windowStart && { windowStart: timeBefore(before, notesRetakenMs), summary: "" }),
        ...(!message && { unsent: [...unsent, messageId].slice(-MAX_UNSENT) }),
      }));
      // The message itself comes last: an attempt that is cut off before finds again what repeats it.
      const repeating = [...(message ? [message] : []), ...asking].flatMap((one) => repeatsOf(one, recent));
      const answers = await eraseAll([...new Set(repeating)], request, turns.eraseAnswer);
      await eraseAll(message ? recent.filter((turn) => isOf(turn, message)) : [], request);
      const erased = (await eraseAll(asking, request)) + (await eraseAll(meant, request));
      await chats.eraseTalk(chatId, isMessage, clock.now());
      log.info("message.erased", { turns: erased, answers });
    },
  };

  /**
   * By the queue: an event that comes late stands before the message, but is answered with notes that hold it. And
   * what was brought back may have been answered after any message.
   */
  function repeatsOf(message: Asked, recent: readonly StoredTurn[]): StoredTurn[] {
    const repeats = createRepeats(saidIn(message.question));
    return recent.filter(
      (turn) =>
        turn.messageId !== message.messageId &&
        (turn.sequence >= message.sequence || turn.wasReplayed) &&
        !turn.hasNotice &&
        repeats(turn.answer),
    );
  }

  async function erasePage(page: Page, request: EraseRequest): Promise<number> {
    const { before } = request;
    const time = timeOf(before.key);
    // After it, what was asked once more and a notice that was never delivered may repeat what was before.
    // A key does not tell whether it was before within its millisecond: then it is taken to be.
    const repeatsEarlier = ({ key, origin }: StoredTurn) => origin !== key && timeOf(origin) <= time;
    const isMeant = (turn: StoredTurn) => isBefore(turn, before) || repeatsEarlier(turn) || turn.hasNotice;
    const meant = page.turns.filter((turn) => !turn.isErased && isMeant(turn));
    // And if the event comes late, so may any answer: it was given by a model that knew what was before.
    const later = page.turns.filter(
      (turn) => !isMeant(turn) && turn.key !== before.key && turn.answer !== "",
    );
    return (await eraseAll(meant, request)) + (await eraseAll(later, request, turns.eraseAnswer));
  }

  /** All turns from a key on, those too that are newer than the event that erases. */
  async function* pages({ chatId, deadline }: EraseRequest, from: string): AsyncGenerator<Page> {
    let next: string | undefined = from;
    while (next !== undefined) {
      checkTime(deadline);
      const page: Page = await chats.page(chatId, next, AFTER_ALL, clock.now());
      yield page;
      next = page.next;
    }
  }

  function checkTime(deadline: number): void {
    if (clock.now() + deadlines.reserveMs <= deadline) return;
    throw new BotError(UNFINISHED, "Too little of the invocation is left", { retry: "later" });
  }

  async function eraseAll(
    meant: readonly StoredTurn[],
    { chatId, deadline }: EraseRequest,
    erase = turns.erase,
  ): Promise<number> {
    for (let start = 0; start < meant.length; start += SIDE_BY_SIDE) {
      checkTime(deadline);
      const some = meant.slice(start, start + SIDE_BY_SIDE);
      await Promise.all(some.map(({ key }) => erase({ chatId, key })));
    }
    return meant.length;
  }

  /**
   * Comes before anything is erased: it makes a new version, so that a fold which is under way does not bring
   * back what it has read; and an attempt that is cut off after it still finds what it must erase.
   *
   * @returns the state as it was
   */
  async function change(
    chatId: string,
    to: (state: ChatState) => Omit<StateChange, "expiresAt">,
  ): Promise<ChatState> {
    for (let tries = 0; tries < 3; tries += 1) {
      const now = clock.now();
      const state = await chats.state(chatId, now);
      const expiresAt = expiryOf(now, retentionDays);
      if (await chats.update(chatId, state, { ...to(state), expiresAt })) return state;
    }
    throw new BotError("chat.busy", "The chat's state kept changing", { retry: "later" });
  }
}

/** It took up what the model had called for that message: by a tap, or because it asks once more. */
function isOf({ key, origin }: StoredTurn, message: Asked): boolean {
  return origin === message.key && key !== message.key;
}

/** What may be repeated. */
type Asked = Pick<StoredTurn, "key" | "sequence" | "messageId" | "question">;

function asAsked({ text, ...message }: TalkMessage): Asked {
  return { ...message, question: textContent(text) };
}

/** The time that was `ms` milliseconds before, as keys start with it. */
function timeBefore(place: Place, ms: number): string {
  return keyAt(atOf(place) - ms);
}

function isUnfinished(error: unknown): boolean {
  return error instanceof BotError && error.code === UNFINISHED;
}
