import { type Context, OVERHEARD_HEADING, SUMMARY_HEADING } from "@henji/core/context/context";
import { TOKENS_PER_MESSAGE } from "@henji/core/context/tokens";
import { textOf } from "@henji/core/platform/content";
import type { TurnItem } from "@henji/core/turn/entity";
import { eventIdOf } from "@henji/core/turn/place";
import type { Process } from "../process.ts";
import { askedIn, type Book, type BookOptions, namedIn } from "./book.ts";
import { commands, type Fate } from "./fate.ts";

/** What an attempt should find in its chat's past. */
type Recalled = { eventId: string; newest: TurnItem | undefined };

/** A waiting answer is part of the conversation. */
const answered: ReadonlySet<string> = new Set(["delivered", "waiting", "carried"]);

/** What the model is shown of a chat: the turn just answered, and all of it in order. */
export function checkContexts(book: Book, { bot }: BookOptions) {
  const { fates, fateOf, takerOf, turnsOf, turnOf, isBefore, violate } = book;
  /** By process and chat: of the newest attempt. */
  const recalled = new Map<string, Recalled>();

  return {
    /** A process is about to read the turns before a turn. */
    recalling({ name }: Process, chatId: string, key: string): void {
      const eventId = eventIdOf({ key });
      const fate = fateOf(eventId);
      if (fate) recalled.set(`${name}/${chatId}`, { eventId, newest: newestBefore(fate) });
    },

    /** A process is about to ask the model. */
    showing(process: Process, { input }: Context): void {
      const question = input.at(-1)?.content ?? "";
      const fate = fateOf(askedIn(question));
      if (!fate) return;
      checkOrder(fate, input);
      checkTalk(fate, input, process);
      const attempt = `${process.name}/${fate.chatId}`;
      const { eventId, newest } = recalled.get(attempt) ?? {};
      // The second call of an attempt has a shorter context.
      recalled.delete(attempt);
      if (eventId !== fate.eventId || !newest || !isShown(newest)) return;
      // In a group its speaker's name stands before it.
      const words = textOf(JSON.parse(newest.question ?? "[]"));
      if (!input.slice(0, -1).some(({ content }) => content.endsWith(words))) {
        violate("remembered", `${newest.eventId}, answered just before, is not in the context`, fate);
      }
    },
  };

  /**
   * The chat's newest answered turn. Nothing if the event comes before it, since the window may have moved past
   * a late event; and nothing if the chat was erased in between.
   */
  function newestBefore(fate: Fate): TurnItem | undefined {
    const items = turnsOf(fate.chatId);
    const [newest] = items
      .flatMap((item) => {
        const other = fates.get(item.eventId);
        const isAnswered = answered.has(item.status) && item.notice === undefined && item.refused !== true;
        return other && isAnswered ? { item, other } : [];
      })
      .sort((a, b) => (isBefore(a.other, b.other) ? 1 : -1));
    if (!newest || !isBefore(newest.other, fate)) return undefined;
    if (items.some(({ repeats }) => repeats === newest.item.key)) return undefined;
    // The window may begin at one that was erased since, or has waited and was parked; then the notes have this one.
    const isCovered = items.some(({ eventId, erased, waitedAt, status }) => {
      const other = fates.get(eventId);
      // What is brought back may stand before the window itself.
      const isInFront = other && (isBefore(other, fate) || fate.parkings.length > 0);
      const isOut = erased || (waitedAt !== undefined && !answered.has(status));
      return isOut && isInFront && isBefore(newest.other, other);
    });
    if (isCovered) return undefined;
    // The window begins at a turn whose past the model refuses to read, whether that turn is answered or not.
    const isDropped = [...fates.values()].some(
      (other) => other.chatId === fate.chatId && other.mayHaveDroppedPast && isBefore(newest.other, other),
    );
    if (isDropped) return undefined;
    const isErased = [...fates.values()].some(
      (other) =>
        other.chatId === fate.chatId &&
        (other.kind === "unfollow" || other.kind === "forgetForSure") &&
        !isBefore(other, newest.other) &&
        !isBefore(fate, other),
    );
    return isErased ? undefined : newest.item;
  }

  /** It was not erased since, and fits into any context. */
  function isShown({ eventId }: TurnItem): boolean {
    const item = turnOf(fates.get(eventId)!);
    const { questionTokens, answerTokens, erased } = item ?? {};
    if (erased || questionTokens === undefined || answerTokens === undefined) return false;
    return questionTokens + answerTokens + 2 * TOKENS_PER_MESSAGE <= bot.memory.maxTokens;
  }

  /** What members of a group said to each other: since the last answer, in order, and nothing that was erased. */
  function checkTalk(fate: Fate, input: Context["input"], process: Process): void {
    const talk = input.find(({ content }) => content.startsWith(OVERHEARD_HEADING));
    if (!talk) return;
    const lines = talk.content.split("\n").slice(1);
    const said = lines.map((line) => fateOf(namedIn(line)));
    if (said.length > bot.groups.overheard) violate("bounded", `${said.length} messages of talk`, fate);
    for (const [index, one] of said.entries()) {
      if (!one && wasCommandedByName(fate.chatId)) continue;
      if (!one || one.chatId !== fate.chatId || !isTalk(one)) {
        violate("private", `is told of ${one?.eventId ?? lines[index]}`, fate);
        continue;
      }
      if (one.erased && !process.wasFrozen()) violate("private", `is told of ${one.eventId}, erased`, fate);
      const next = said[index + 1];
      if (next === one) violate("exactly one", `is told of ${one.eventId} twice`, fate);
      if (next && isBefore(next, one)) violate("in order", `is told of ${one.eventId} too early`, fate);
    }
  }

  /** A command has no mark of its event, and was said to others if the bot did not know its name. */
  function wasCommandedByName(chatId: string): boolean {
    const isOne = ({ kind, byName }: Fate) => byName && commands.includes(kind);
    return [...fates.values()].some((fate) => fate.chatId === chatId && isOne(fate));
  }

  /** A question that was asked again counts where it was asked last. */
  function checkOrder(fate: Fate, input: Context["input"]): void {
    const repeated = new Set(turnsOf(fate.chatId).map(({ repeats }) => repeats));
    const shown = input
      .slice(0, -1)
      .filter(({ role, content }) => role === "user" && !isForReference(content))
      .flatMap(({ content }) => fateOf(askedIn(content)) ?? [])
      .map((one) => takerOf(one) ?? one)
      .filter((one) => !repeated.has(turnOf(one)?.key ?? ""));
    for (const [index, one] of shown.entries()) {
      const next = shown[index + 1];
      if (next && isBefore(next, one) && !one.redriven && !next.redriven) {
        violate("in order", `the context has ${one.eventId} in front of ${next.eventId}`, fate);
      }
    }
  }
}

function isForReference(content: string): boolean {
  return content.startsWith(SUMMARY_HEADING) || content.startsWith(OVERHEARD_HEADING);
}

/** What a member wrote to others, what quoted something that the bot did not remember, or named it when it did not know its name. */
function isTalk({ kind, byName }: Fate): boolean {
  return kind === "overheard" || kind === "quoting" || byName;
}
