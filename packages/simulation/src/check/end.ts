import type { QueuedMessage } from "../fifo-queue.ts";
import type { MemoryQueue } from "../queue.ts";
import { type Book, type BookOptions, eventIdOf } from "./book.ts";
import type { EventKind, Fate, Tally } from "./fate.ts";

/** What nothing keeps from being answered once there is no trouble. */
const answerable: readonly EventKind[] = [
  "question",
  "refused",
  "poisonous",
  "greeting",
  "quoting",
  "picture",
  "postback",
];

/** What must hold when the queue is empty. */
export function checkEnd(book: Book, { bot, plan }: BookOptions) {
  const { fates, fateOf, turnOf, textOf, violate } = book;

  return {
    /** After the last replay: what is parked now cannot be repaired by a replay. */
    healed(queues: MemoryQueue): void {
      // Of two questions that kill their process in one batch, one may do so each time the other is isolated.
      const killers = [...fates.values()].filter(({ kind }) => kind === "crashing").length;
      for (const { chatId, body, reason } of queues.deadLetters.messages()) {
        const fate = fateOf(eventIdOf(body));
        if (!fate || mayStay(fate)) continue;
        // Of two copies, one was given up on anew, and the other met a limit, which is no error of its question.
        const isOther = fate.kind === "rejected" && fate.notices > 0;
        if (fate.answers + fate.notices > 0 && !isOther)
          violate("nothing lost", "still a dead letter, although it was answered", fate);
        const mayFail = !answerable.includes(fate.kind);
        if (mayFail || (reason?.code === "worker.crashed" && killers > 1)) continue;
        violate("nothing lost", `parked again as ${reason?.code} without any trouble`, {
          chatId,
          eventId: fate.eventId,
        });
      }
    },

    /** Chats in which an answer waits. */
    waiting(): string[] {
      const waiting = [...fates.values()].filter((fate) => {
        const { status } = turnOf(fate) ?? {};
        return status === "waiting" || (status === "carried" && !hasParkedCarrier(fate));
      });
      return [...new Set(waiting.map(({ chatId }) => chatId))];
    },

    /** When the queue is empty. */
    end(queues: MemoryQueue): void {
      for (const { chatId, body } of queues.main.messages()) {
        violate("bounded", "still in the queue", { chatId, eventId: eventIdOf(body) ?? "" });
      }
      const parked = new Map(
        queues.deadLetters.messages().map((message) => [eventIdOf(message.body) ?? "", message]),
      );
      for (const fate of fates.values()) {
        if (fate.accepted && !hasEnded(fate, parked)) {
          violate(
            "nothing lost",
            `turn ${turnOf(fate)?.status ?? "never claimed"}, no answer, not parked`,
            fate,
          );
        }
      }
      for (const fate of fates.values()) {
        const isKept = bot.groups.overheard > 0;
        if (fate.kind === "overheard" && !isKept && textOf(fate).includes(`[${fate.eventId}]`))
          violate("private", "stored, although it was only overheard", fate);
        const { status, erased, notice } = turnOf(fate) ?? {};
        const isMembers = fate.kind === "question" && fate.senderId !== fate.chatId;
        // A notice goes with any unsent message, which it may repeat as long as it is not marked as delivered.
        const isAnswered = status === "delivered" && notice === undefined;
        if (isMembers && erased && isAnswered && !mayBeErased(fate))
          violate("private", "erased, although nobody has asked for it", fate);
      }
      const erased = [...fates.values()].filter((fate) => fate.erased);
      for (const ofChat of Map.groupBy(erased, ({ chatId }) => chatId).values()) {
        const text = textOf(ofChat[0]!);
        for (const fate of ofChat) {
          // It was passed over, and is new when LINE delivers it once more.
          if (fate.byName && fate.ignored) continue;
          if (fate.mayBeKeptAgain || book.isForgottenTalk(fate)) continue;
          if (text.includes(`[${fate.eventId}]`))
            violate("private", "stored again after it was erased", fate);
        }
      }
      if (book.unreadable.parked < book.unreadable.queued)
        violate("nothing lost", "an unreadable job is gone");
    },

    tally(): Tally {
      const all = [...fates.values()];
      const number = (is: (fate: Fate) => boolean) => all.filter(is).length;
      return {
        events: all.length,
        answered: number((fate) => fate.answers > 0),
        noticed: number((fate) => fate.notices > 0),
        parked: number((fate) => fate.parkings.length > 0),
        redriven: number((fate) => fate.redriven),
        dropped: number((fate) => turnOf(fate)?.status === "dropped"),
        ignored: number((fate) => fate.ignored),
        erased: number((fate) => fate.erased),
        tooOld: number((fate) => fate.tooOld),
        notAccepted: number((fate) => !fate.accepted),
        believed: number(isBelieved),
        apologies: all.reduce((sum, fate) => sum + fate.apologies, 0),
        asked: all.reduce((sum, fate) => sum + fate.asks, 0),
        deaths: all.reduce((sum, fate) => sum + fate.deaths, 0),
      };
    },
  };

  /** Its answer may have arrived, and the operator leaves it alone. */
  function mayStay(fate: Fate): boolean {
    const { error, outcomeUnknownSince } = turnOf(fate) ?? {};
    // The console forces nothing.
    const isForced = plan.operator?.forces && !plan.operator.moves;
    return !isForced && (error === "delivery.unclear" || outcomeUnknownSince !== undefined);
  }

  /** By an erasure that has begun, whether or not it came to its end. */
  function mayBeErased(fate: Fate): boolean {
    return [...fates.values()].some(({ kind, target, chatId, senderId }) => {
      if (kind === "unsend") return target === fate.eventId;
      const isOwn = kind === "unfollow" || (kind === "forgetForSure" && senderId === fate.senderId);
      return isOwn && chatId === fate.chatId;
    });
  }

  /** Nobody knows whether the turn that brings it has arrived: its fate is that one's. */
  function hasParkedCarrier(fate: Fate): boolean {
    const carrier = carrierOf(fate);
    const { status, outcomeUnknownSince } = (carrier && turnOf(carrier)) ?? {};
    const isUnknown = status === "parked" && outcomeUnknownSince !== undefined;
    return turnOf(fate)?.status === "carried" && isUnknown;
  }

  /** The event whose turn brings, or has brought, its answer. */
  function carrierOf(fate: Fate): Fate | undefined {
    const { carriedBy } = turnOf(fate) ?? {};
    if (carriedBy === undefined) return undefined;
    return [...fates.values()].find(
      (other) => other.chatId === fate.chatId && turnOf(other)?.key === carriedBy,
    );
  }

  function hasEnded(fate: Fate, parked: ReadonlyMap<string, QueuedMessage>): boolean {
    const copy = parked.get(fate.eventId);
    if (hasParkedCarrier(fate)) return true;
    if (fate.answers + fate.notices > 0 || fate.ignored) return true;
    // It brought what waited, and had nothing to say itself.
    if (turnOf(fate)?.status === "delivered" && turnOf(fate)?.notice === "show") return true;
    if (turnOf(fate)?.status === "gathered") {
      const taker = fateOf(fate.takenBy);
      return taker !== undefined && hasEnded(taker, parked);
    }
    if (copy) return copy.reason !== undefined || fate.redriven;
    // SQS takes its letter for the one that was moved back less than five minutes before. Its turn is listed.
    if (fate.redriven && turnOf(fate)?.list === "parked") return true;
    const carrier = carrierOf(fate);
    if (carrier && isBelieved(carrier)) return true;
    return fate.tooOld || turnOf(fate)?.status === "dropped" || isBelieved(fate);
  }

  /**
   * While the outcome of a reply is unknown, a token that expires before LINE's minute is over looks like one
   * that was used. Core takes it for used.
   */
  function isBelieved(fate: Fate): boolean {
    const item = turnOf(fate);
    const unclear = fate.openReplies > 0 || fate.diedAnswered;
    const nobodySaw = fate.answers + fate.notices === 0;
    return (
      nobodySaw && item?.status === "delivered" && item.route === "reply" && fate.tokenDiedEarly && unclear
    );
  }
}
