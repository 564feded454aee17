import { pressingIn } from "@henji/core/decide/button";
import type { Content } from "@henji/core/platform/content";
import { BUTTON_DATA } from "@henji/core/platform/line/button-data";
import type { Action, TextMessage } from "@henji/core/platform/line/compose";
import { apologyPushedEveryMs, deadlines, replyTokenFreshMs } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import type { SendRequest, Sent } from "../line.ts";
import type { Process } from "../process.ts";
import { type Book, type BookOptions, named, textOf } from "./book.ts";
import { erasing, type Fate, forOthers } from "./fate.ts";

const MAX_FREEZE_MS = 5 * 60_000;

/** What is stored and sent: once, in order, as stored, and to nobody else. */
export function checkAnswers(book: Book, { bot, plan, scheduler, history }: BookOptions) {
  const { fates, fateOf, turnOf, carriedBy, keyOf, eventOf, violate } = book;
  const newestAnswered = new Map<string, Fate>();
  const apologyPushedAt = new Map<string, number>();

  return {
    tokenGiven(eventId: string, lifeMs: number): void {
      const fate = fates.get(eventId)!;
      if (lifeMs < replyTokenFreshMs + 2_000) fate.tokenDiedEarly = true;
    },

    /** A write to a turn was committed. */
    written(what: string, item: TurnItem): void {
      const fate = fateOf(item.eventId);
      history.note("table", `${what}: ${item.status}, attempt ${item.attempts}`, item);
      if (!fate) return;
      if (what === "takeUp" && fate.reclaimedBy !== item.owner) {
        fate.claimsBeforeReplay = fate.claims;
        fate.failedAttempts = 0;
        fate.reclaimedBy = item.owner;
        fate.claims += 1;
      }
      if (what === "claim" || what === "reclaim") {
        // It may have been passed over before, when the bot did not know its own name.
        if (fate.claims === 0 && fate.byName) fate.sequence = Number(item.sequence);
        fate.claims += 1;
        if (what === "claim" && item.status === "answered" && fate.lastWrite !== "release")
          fate.diedAnswered = true;
        fate.claimedAt = scheduler.now();
      }
      if (what === "postpone" && fate.lastWrite !== "postpone") fate.claims -= 1;
      // Whoever was told to wait has died, or could not write it down.
      if (what === "claim" && fate.lastWrite !== "postpone") fate.askAgainAt = undefined;
      // The SDK may have repeated the write.
      if (what === "reclaim" && fate.reclaimedBy !== item.owner) countReplay(fate);
      if (what === "reclaim") fate.reclaimedBy = item.owner;
      const claims = fate.claims - fate.claimsBeforeReplay;
      if ((what === "claim" || what === "reclaim") && item.attempts !== claims)
        violate("bounded", `counts ${item.attempts} attempts after ${claims} claims`, fate);
      if (what === "answer" && item.repeats !== undefined) markAnswered(fate, item.repeats);
      fate.lastWrite = what;
      if (item.chatId !== fate.chatId) violate("private", `stored under ${item.chatId}`, fate);
      if (what === "gather") fate.wasGathered = true;
      if (what === "answer") checkTaken(fate, item);
      if (JSON.stringify(item).includes("base64")) violate("private", "bytes are stored", fate);
      if (what === "answer" && erasing.includes(fate.kind)) violate("exactly one", "no question", fate);
      if (forOthers.includes(fate.kind)) violate("private", "what is not for the bot has a turn", fate);
    },

    /** A process is about to send. */
    sending(
      process: Process,
      by: "reply" | "push",
      key: string,
      to: string,
      messages: readonly TextMessage[],
    ): void {
      const { fate, apology, thought } = eventOf(key, messages);
      if (messages.length < 1 || messages.length > 5)
        violate("bounded", `${messages.length} messages in one call`, fate);
      if (!fate) {
        violate("private", `a message that belongs to no event goes to ${to}`);
        return;
      }
      if (to !== fate.chatId && by === "push") violate("private", `goes to ${to}`, fate);
      const code = fate.parkings.at(-1);
      if (thought) {
        if (turnOf(fate)?.thinkingAt === undefined)
          violate("stored first", "a reply token is spent before that is recorded", fate);
        fate.thoughtSent = true;
        return;
      }
      if (by === "reply" && fate.thoughtSent) violate("exactly one", "a reply token is spent twice", fate);
      if (by === "push" && bot.delivery === "free")
        violate("bounded", "pushed, although nothing is to be", fate);
      if (apology) {
        if (code === "delivery.unclear")
          violate("exactly one", "an apology although it may have arrived", fate);
        return;
      }
      if (by === "reply") {
        fate.replySends += 1;
        fate.openReplies += 1;
      }
      const item = turnOf(fate);
      // It was erased while the process was frozen, and nothing can stop the send.
      if (item?.erased && process.wasFrozen()) return;
      if (item?.messages === undefined) {
        violate("stored first", "sent before it was stored", fate);
        return;
      }
      const own = withoutAnswerButton(messages);
      if (JSON.stringify(expectedOf(fate, item)) !== JSON.stringify(own))
        violate("stored first", "not what was stored", fate);
      if (item.heldBack && JSON.stringify(own) === JSON.stringify(messages))
        violate("nothing lost", "its answer waits, and no button asks for it", fate);
      // The sender must hold the lease to the end of the call.
      const holds = item.owner.startsWith(`${process.name}.`);
      const inTime = process.clock.now() + deadlines.sendMs <= item.leaseUntil;
      if (!holds || !inTime)
        violate("exactly one", "sent without a lease for as long as the call can take", fate);
    },

    replyRefused(key: string, messages: readonly TextMessage[]): void {
      const { fate, apology, thought } = eventOf(key, messages);
      if (fate && !apology && !thought) fate.openReplies -= 1;
    },

    /** LINE accepted it: the user sees it. */
    sent({ chatId, by, key, messages, reached }: Sent): void {
      const { fate, apology, thought } = eventOf(key, messages);
      const text = textOf(messages);
      if (!fate) return;
      if (thought) {
        history.note("LINE", "is told that it takes long", fate);
        fate.thoughts += 1;
        if (fate.thoughts > 1) violate("exactly one", "told twice that it takes long", fate);
        return;
      }
      const notice = !apology && turnOf(fate)?.notice !== undefined;
      const what = apology ? "apology" : notice ? "notice" : "answer";
      history.note("LINE", `${what} by ${by}${reached ? "" : ", to nobody"}`, {
        chatId,
        eventId: fate.eventId,
      });
      if (chatId !== fate.chatId) violate("private", `${what} in ${chatId}`, fate);
      if (/\[=\]|UPSTREAM|OpenAI|DynamoDB|SQS|Error|undefined/.test(text))
        violate("private", "shows an error", fate);
      if (apology) {
        fate.apologies += 1;
        if (fate.apologies > fate.parkings.length) violate("exactly one", `apology ${fate.apologies}`, fate);
        if (by === "push") checkApology(fate);
        return;
      }
      if (by === "push") fate.pushes += 1;
      const isForced = fate.mayComeTwice;
      for (const item of carriedBy(fate)) {
        history.note("LINE", `brings ${item.eventId}`, fate);
        const one = fates.get(item.eventId)!;
        // Its fate was that of a turn that was given up on.
        one.redriven ||= fate.parkings.length > 0;
        shown(one, item, isForced);
      }
      const item = turnOf(fate);
      if (item?.heldBack || item?.notice === "show") return;
      shown(fate, item, false);
    },

    /** What LINE said to a send. */
    said({ key, messages }: SendRequest, status: number, message: string): void {
      const { fate } = eventOf(key, messages);
      if (!fate) return;
      if (status !== 200) history.note("LINE", `${status} ${message}`, fate);
      if (status === 401) fate.errors.add("line.unauthorized");
      if (status === 400 && message !== "Invalid reply token") fate.errors.add("line.rejected");
      if (status !== 429) return;
      for (const code of ["line.rate_limited", "line.quota_exhausted", "line.quota_reserved"])
        fate.errors.add(code);
    },
  };

  /** Its user sees its answer. */
  function shown(fate: Fate, item: TurnItem | undefined, isForced: boolean): void {
    fate.answeredAt ??= scheduler.now();
    fate.mayComeTwice ||= isForced;
    if (item?.notice !== undefined) fate.notices += 1;
    else fate.answers += 1;
    if (fate.takenBy !== undefined) violate("exactly one", `answered, and by ${fate.takenBy} too`, fate);
    if (isAnsweredElsewhere(fate)) violate("exactly one", "answered although it was asked again", fate);
    if (fate.answers + fate.notices > (fate.mayComeTwice ? 2 : 1))
      violate("exactly one", `answered ${fate.answers + fate.notices} times`, fate);
    if (forOthers.includes(fate.kind)) violate("exactly one", "answered, but not a question", fate);
    if (fate.kind === "export") checkExport(fate, item?.messages ?? "");
    checkOrder(fate);
  }

  /** What it asks for beside its own question has no other answer, and what was said in it is stored. */
  function checkTaken(fate: Fate, { gathers = [], question = "[]" }: TurnItem): void {
    for (const key of gathers) {
      const one = [...fates.values()].find((other) => other.chatId === fate.chatId && keyOf(other) === key);
      if (!one) continue;
      const isTaken = one.takenBy !== undefined && one.takenBy !== fate.eventId;
      if (isTaken || one.answers + one.notices > 0)
        violate("exactly one", `asked for by ${fate.eventId} too`, one);
      if (one.senderId !== fate.senderId) violate("private", `asked for by ${fate.eventId}`, one);
      one.takenBy = fate.eventId;
    }
    const isUnheard = (JSON.parse(question) as Content).some(
      ({ kind, ...part }) => kind === "audio" && !("text" in part),
    );
    if (isUnheard && turnOf(fate)?.notice === undefined)
      violate("stored first", "what was said is not stored", fate);
  }

  /** What is stored of what it brings, and of its own. */
  function expectedOf(fate: Fate, { messages = "[]", heldBack }: TurnItem): unknown[] {
    const carried = carriedBy(fate).flatMap((item) => JSON.parse(item.messages ?? "[]") as unknown[]);
    return [...carried, ...(heldBack ? [] : (JSON.parse(messages) as unknown[]))];
  }

  /** It answers a question that was parked; any other question may be answered once more. */
  function markAnswered(fate: Fate, key: string): void {
    const other = [...fates.values()].find((one) => one.chatId === fate.chatId && keyOf(one) === key);
    if (other && other.senderId !== fate.senderId) violate("private", `repeats ${other.eventId}`, fate);
    if (other && turnOf(other)?.status === "parked") other.answeredBy = fate.eventId;
  }

  function isAnsweredElsewhere(fate: Fate): boolean {
    const other = fateOf(fate.answeredBy);
    return other !== undefined && (other.answers > 0 || isAnsweredElsewhere(other));
  }

  function countReplay(fate: Fate): void {
    fate.claimsBeforeReplay = fate.claims - 1;
    fate.failedAttempts = 0;
    fate.asks = 0;
    fate.refusals = 0;
    fate.heldUpAt = undefined;
    fate.reclaims += 1;
    if (fate.reclaims > fate.replays.size)
      violate("bounded", "one replay has resumed it more than once", fate);
  }

  /** The answers to a member's questions may repeat what others have said. */
  function checkExport(fate: Fate, text: string): void {
    const { quoted, quoting } = plan.traffic;
    for (const [, eventId] of text.matchAll(new RegExp(named, "g"))) {
      const other = fateOf(eventId);
      const isOwn = other?.senderId === fate.senderId || quoted + quoting > 0;
      if (other?.chatId !== fate.chatId || !isOwn) violate("private", `exports ${eventId}`, fate);
    }
  }

  function checkApology(fate: Fate): void {
    const before = apologyPushedAt.get(fate.chatId) ?? Number.NEGATIVE_INFINITY;
    apologyPushedAt.set(fate.chatId, scheduler.now());
    // A process may freeze between parking and sending.
    if (scheduler.now() - before < apologyPushedEveryMs - MAX_FREEZE_MS)
      violate("bounded", "a second apology was pushed within the hour", fate);
  }

  function checkOrder(fate: Fate): void {
    const { chatId, sequence = 0 } = fate;
    const newest = newestAnswered.get(chatId);
    // Passed over by one worker that did not know the bot's name, or before the bot had spoken in the thread, and
    // answered by another to which it came later.
    const mayBePassedOver = fate.byName || fate.kind === "quoting";
    const wasPassedOver = mayBePassedOver && fate.ignored;
    const wasGivenUp = fate.parkings.length > 0 || fate.redriven || fate.mayComeTwice || wasPassedOver;
    if (fate.wasGathered) return;
    if (newest && newest.sequence! > sequence && !wasGivenUp) {
      violate("in order", `answered after ${newest.eventId}, which comes after it`, fate);
    }
    if (!newest || newest.sequence! < sequence) newestAnswered.set(chatId, fate);
  }
}

/** What is sent while more waits has a button that asks for it, and that is stored nowhere. */
function withoutAnswerButton(messages: readonly TextMessage[]): TextMessage[] {
  return messages.map((message) => {
    const { quickReply, ...bare } = message;
    const items = quickReply?.items.filter(({ action }) => !asksForAnswer(action)) ?? [];
    if (items.length === quickReply?.items.length) return message;
    return items.length === 0 ? bare : { ...message, quickReply: { items } };
  });
}

function asksForAnswer(action: Action): boolean {
  if (action.type !== "postback" || !action.data.startsWith(BUTTON_DATA)) return false;
  return pressingIn(action.data.slice(BUTTON_DATA.length))?.kind === "answer";
}
