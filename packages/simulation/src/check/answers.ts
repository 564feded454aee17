import { type Context, SUMMARY_HEADING } from "@henji/core/context/context";
import type { TextMessage } from "@henji/core/platform/line/compose";
import { apologyPushedEveryMs, deadlines, replyTokenFreshMs, retry } from "@henji/core/settings";
import type { TurnItem } from "@henji/core/turn/entity";
import type { SendRequest, Sent } from "../line.ts";
import type { Process } from "../process.ts";
import { type Book, type BookOptions, namedIn, textOf } from "./book.ts";
import { erasing, type Fate, unasked } from "./fate.ts";

const marker = /\[(E\d+)\]/g;

/** If the context was too long, and shorter is refused: three, and each twice if the first was a 401. */
const CALLS_OF_AN_ATTEMPT = 6;

/** Events that notes of 200 tokens have room for. */
const NOTED = 40;

const STANDSTILL_MS = 5 * 60_000;

/** What is written, asked and sent: once, in order, as stored, and to nobody else. */
export function checkAnswers(book: Book, { bot, scheduler, history, count }: BookOptions) {
  const { fates, fateOf, turnOf, keyOf, eventOf, violate, calm } = book;
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
      if (what === "claim" || what === "reclaim") {
        fate.claims += 1;
        fate.claimedAt = scheduler.now();
      }
      // The SDK may have repeated the write.
      if (what === "reclaim" && fate.reclaimedBy !== item.owner) broughtBack(fate);
      if (what === "reclaim") fate.reclaimedBy = item.owner;
      const claims = fate.claims - fate.claimsBefore;
      if ((what === "claim" || what === "reclaim") && item.attempts !== claims)
        violate("bounded", `counts ${item.attempts} attempts after ${claims} claims`, fate);
      if (what === "answer" && item.repeats !== undefined) standIn(fate, item.repeats);
      if (item.chatId !== fate.chatId) violate("private", `stored under ${item.chatId}`, fate);
      if (what === "answer" && (fate.kind === "not_a_question" || erasing.includes(fate.kind)))
        violate("exactly one", "no question", fate);
    },

    asked(question: string, context: Context): void {
      const named = fateOf(namedIn(question));
      if (!named) {
        violate("private", "the model was asked what nobody has asked");
        return;
      }
      // What is asked once more is asked for the message that says so.
      const { status, messages } = turnOf(named) ?? {};
      const isItsOwn = status === "claimed" && messages === undefined;
      const fate = isItsOwn ? named : (retryOf(named) ?? named);
      if (unasked.includes(fate.kind)) violate("bounded", "the model was asked for a command", fate);
      fate.asks += 1;
      history.note("model", `is asked, ${context.input.length} messages`, fate);
      if (turnOf(fate)?.messages !== undefined) violate("asked once", "its answer was stored already", fate);
      if (fate.asks > CALLS_OF_AN_ATTEMPT * retry.maxAttempts)
        violate("bounded", `the model was asked ${fate.asks} times`, fate);
      checkContext(context, fate);
    },

    /** OpenAI reads all that it is sent, and declines it for a word in it. */
    isRefused({ input }: Context): boolean {
      const past = eventsIn(input.slice(0, -1).map(({ content }) => content));
      const { content: question = "" } = input.at(-1) ?? {};
      const isPoisoned = past.some(({ kind }) => kind === "poisonous" || kind === "refused");
      return isPoisoned || eventsIn([question]).some(({ kind }) => kind === "refused");
    },

    /** The model writes notes: on which events of the chat, as far as there is room for them. */
    noted(content: string): string {
      const named = [...new Set([...content.matchAll(marker)].map(([, eventId]) => eventId!))];
      const [chatId, ...others] = new Set(named.map((eventId) => fates.get(eventId)?.chatId));
      if (others.length > 0) violate("private", `notes of ${chatId} and ${others.join(", ")} in one`);
      history.note("model", `writes notes on ${named.length} events`, { chatId });
      return named
        .slice(-NOTED)
        .map((eventId) => `[${eventId}]`)
        .join(" ");
    },

    modelFailed(question: string, code: string): void {
      const eventId = namedIn(question);
      fateOf(eventId)?.errors.add(code);
      book.modelErrors.add(code);
      history.note("model", code, { eventId, chatId: fateOf(eventId)?.chatId });
    },

    /** A process is about to send. */
    sending(
      process: Process,
      by: "reply" | "push",
      key: string,
      to: string,
      messages: readonly TextMessage[],
    ): void {
      const { fate, apology } = eventOf(key, messages);
      if (messages.length < 1 || messages.length > 5)
        violate("bounded", `${messages.length} messages in one call`, fate);
      if (!fate) {
        violate("private", `a message that belongs to no event goes to ${to}`);
        return;
      }
      if (to !== fate.chatId && by === "push") violate("private", `goes to ${to}`, fate);
      const code = fate.parkings.at(-1);
      if (apology) {
        if (code === "delivery.unclear")
          violate("exactly one", "an apology although it may have arrived", fate);
        return;
      }
      if (by === "reply") fate.replySends += 1;
      const item = turnOf(fate);
      // It was taken away while the process stood still, and nothing can hold it back.
      if (item?.erased && process.wasFrozen()) return;
      if (item?.messages === undefined) {
        violate("stored first", "sent before it was stored", fate);
        return;
      }
      if (item.messages !== JSON.stringify(messages)) violate("stored first", "not what was stored", fate);
      // Who sends must hold the lease to the end of the call.
      const holds = item.owner.startsWith(`${process.name}.`);
      const inTime = process.clock.now() + deadlines.lineMs <= item.leaseUntil;
      if (!holds || !inTime)
        violate("exactly one", "sent without a lease for as long as the call can take", fate);
    },

    /** LINE accepted it: the user sees it. */
    sent({ chatId, by, key, messages, reached }: Sent): void {
      const { fate, apology } = eventOf(key, messages);
      const text = textOf(messages);
      if (!fate) return;
      const notice = !apology && turnOf(fate)?.notice !== undefined;
      const what = apology ? "apology" : notice ? "notice" : "answer";
      history.note("LINE", `${what} by ${by}${reached ? "" : ", to nobody"}`, {
        chatId,
        eventId: fate.eventId,
      });
      if (chatId !== fate.chatId) violate("private", `${what} in ${chatId}`, fate);
      if (/UPSTREAM|OpenAI|DynamoDB|SQS|Error|undefined/.test(text))
        violate("private", "shows an error", fate);
      if (apology) {
        fate.apologies += 1;
        if (fate.apologies > fate.parkings.length) violate("exactly one", `apology ${fate.apologies}`, fate);
        if (by === "push") checkApology(fate);
        return;
      }
      fate.answeredAt ??= scheduler.now();
      if (by === "push") fate.pushes += 1;
      if (notice) fate.notices += 1;
      else fate.answers += 1;
      if (isAnsweredElsewhere(fate)) violate("exactly one", "answered although it was asked again", fate);
      if (fate.answers + fate.notices > 1) violate("exactly one", `answered ${fate.answers} times`, fate);
      if (fate.kind === "not_a_question") violate("exactly one", "answered, but not a question", fate);
      checkOrder(fate);
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

  function eventsIn(texts: readonly string[]): Fate[] {
    return [...texts.join("\n").matchAll(marker)].flatMap(([, eventId]) => fates.get(eventId!) ?? []);
  }

  /** An unsend takes the notes again from all that is left. */
  function wasRetaken({ chatId }: Fate): boolean {
    return [...fates.values()].some((other) => other.chatId === chatId && other.kind === "unsend");
  }

  /** It answers in place of a turn that was given up on; any other may be answered once more. */
  function standIn(fate: Fate, key: string): void {
    const other = [...fates.values()].find((one) => one.chatId === fate.chatId && keyOf(one) === key);
    if (other && turnOf(other)?.status === "parked") other.standsIn = fate.eventId;
  }

  function isAnsweredElsewhere(fate: Fate): boolean {
    const other = fateOf(fate.standsIn);
    return other !== undefined && (other.answers > 0 || isAnsweredElsewhere(other));
  }

  /** The message for which a question that has its answer is asked again: the chat's first unanswered one. */
  function retryOf({ chatId }: Fate): Fate | undefined {
    return [...fates.values()].find(
      (fate) =>
        fate.chatId === chatId &&
        fate.kind === "retry" &&
        fate.claims > 0 &&
        turnOf(fate)?.status === "claimed",
    );
  }

  function broughtBack(fate: Fate): void {
    fate.claimsBefore = fate.claims - 1;
    fate.errorEnds = 0;
    fate.asks = 0;
    fate.reclaims += 1;
    if (fate.reclaims > fate.replays)
      violate("bounded", "one replay has brought it back more than once", fate);
  }

  function checkApology(fate: Fate): void {
    const before = apologyPushedAt.get(fate.chatId) ?? Number.NEGATIVE_INFINITY;
    apologyPushedAt.set(fate.chatId, scheduler.now());
    // A process may stand still between parking and sending.
    if (scheduler.now() - before < apologyPushedEveryMs - STANDSTILL_MS)
      violate("bounded", "a second apology was pushed within the hour", fate);
  }

  function checkOrder(fate: Fate): void {
    const { chatId, sequence = 0 } = fate;
    const newest = newestAnswered.get(chatId);
    const wasGivenUp = fate.parkings.length > 0 || fate.redriven;
    if (newest && newest.sequence! > sequence && !wasGivenUp) {
      violate("in order", `answered after ${newest.eventId}, which stands behind it`, fate);
    }
    if (!newest || newest.sequence! < sequence) newestAnswered.set(chatId, fate);
  }

  function checkContext({ instructions, input }: Context, fate: Fate): void {
    const text = input.map(({ content }) => content).join("\n");
    for (const [, eventId] of text.matchAll(marker)) {
      if (fates.get(eventId!)?.chatId !== fate.chatId)
        violate("private", `the context holds ${eventId}`, fate);
    }
    const { maxTokens, summaryTokens, maxTurns } = bot.memory;
    if (input.length > 2 * maxTurns + 2) violate("bounded", `${input.length} messages in the context`, fate);
    const past = input.slice(0, -1).map(({ content }) => content);
    if (eventsIn(past).some(({ kind }) => kind === "refused"))
      violate("bounded", "what the model has refused is sent along again", fate);
    // The first after it whose memory was read when the window had been moved.
    const leftBehind = [...fates.values()].findLast(
      ({ chatId, leftPastBehind }) => chatId === fate.chatId && leftPastBehind,
    );
    const isStale = leftBehind && eventsIn(past).some((other) => other.timestamp < leftBehind.timestamp);
    if (isStale && calm.butForQuestions && !wasRetaken(fate))
      violate("bounded", `the past that was refused at ${leftBehind.eventId} is sent again`, fate);
    const tokens = past.reduce((sum, content) => sum + count(content), 0);
    if (tokens > maxTokens + summaryTokens + count(SUMMARY_HEADING) + 1) {
      violate("bounded", `the context has ${tokens} tokens`, fate);
    }
    if (instructions !== bot.instructions) violate("private", "the instructions have changed", fate);
  }
}
