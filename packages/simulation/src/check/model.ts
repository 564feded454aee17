import { ABOUT_HEADING } from "@henji/core/context/about";
import { type Context, OVERHEARD_HEADING, SUMMARY_HEADING } from "@henji/core/context/context";
import { retry } from "@henji/core/settings";
import { toolLimits } from "@henji/core/tool/limits";
import { askedIn, type Book, type BookOptions, named } from "./book.ts";
import { type Fate, unasked } from "./fate.ts";
import type { checkLimit } from "./limit.ts";

const marker = new RegExp(named, "g");

/** Three, if the context is too long and the shorter one is refused; each twice, if the first was a 401. */
const CALLS_OF_AN_ATTEMPT = 6;

/** Events that a summary of 200 tokens has room for. */
const SUMMARIZED = 40;

/** What the model is asked: only by its chat, only what has no answer yet, and within bounds. */
export function checkModel(
  book: Book,
  { bot, plan, history, count }: BookOptions,
  limit: ReturnType<typeof checkLimit>,
) {
  const { fates, fateOf, takerOf, turnOf, violate, calm } = book;
  /** Events whose questions the model has refused to read. */
  const refused = new Set<string>();

  return {
    asked(question: string, context: Context): void {
      const seen = fateOf(askedIn(question));
      const taking = seen && (takerOf(seen) ?? seen);
      if (!taking) {
        violate("private", "the model was asked a question that no user asked");
        return;
      }
      // A question that is asked again belongs to the message that asks for it.
      const { status, messages } = turnOf(taking) ?? {};
      const isItsOwn = status === "claimed" && messages === undefined;
      const fate = isItsOwn ? taking : (retryOf(taking) ?? taking);
      if (unasked.includes(fate.kind)) violate("bounded", "the model was asked for a command", fate);
      fate.asks += 1;
      limit.asked(fate);
      history.note("model", `is asked, ${context.input.length} messages`, fate);
      const isAlone = context.input.filter(({ content }) => !content.startsWith(ABOUT_HEADING)).length === 1;
      if (isAlone && refused.has(taking.eventId)) fate.mayHaveDroppedPast = true;
      if (turnOf(fate)?.messages !== undefined) violate("asked once", "its answer was stored already", fate);
      // Each answer to a round of calls is another request.
      const rounds = plan.tools.called > 0 ? toolLimits.maxRounds : 0;
      if (fate.asks > (CALLS_OF_AN_ATTEMPT + rounds) * retry.maxAttempts)
        violate("bounded", `the model was asked ${fate.asks} times`, fate);
      checkContext(context, fate);
    },

    /** OpenAI refuses a whole request for one part of it. */
    isRefused({ input }: Context): boolean {
      const past = eventsIn(input.slice(0, -1).map(({ content }) => content));
      const { content: question = "" } = input.at(-1) ?? {};
      const isPoisoned = past.some(({ kind }) => kind === "poisonous" || kind === "refused");
      return isPoisoned || eventsIn([question]).some(({ kind }) => kind === "refused");
    },

    /** The model summarizes: the events of the chat, as many as there is room for. */
    noted(content: string): string {
      const ids = [...new Set([...content.matchAll(marker)].map(([, eventId]) => eventId!))];
      const [chatId, ...others] = new Set(ids.map((eventId) => fates.get(eventId)?.chatId));
      if (others.length > 0) violate("private", `${chatId} and ${others.join(", ")} in one summary`);
      history.note("model", `summarizes ${ids.length} events`, { chatId });
      return ids
        .slice(-SUMMARIZED)
        .map((eventId) => `[${eventId}]`)
        .join(" ");
    },

    modelFailed(question: string, code: string, retryAfterMs?: number): void {
      const eventId = askedIn(question) ?? "";
      fateOf(eventId)?.errors.add(code);
      if (code === "model.rate_limited") limit.refused(fateOf(eventId), retryAfterMs);
      if (code === "model.refused") refused.add(eventId);
      book.modelErrors.add(code);
      history.note("model", code, { eventId, chatId: fateOf(eventId)?.chatId });
    },
  };

  /** The message for which a question that has its answer is asked again: the chat's first unanswered one. */
  function retryOf({ chatId }: Fate): Fate | undefined {
    return [...fates.values()].find(
      (fate) =>
        fate.chatId === chatId &&
        (fate.kind === "retry" || fate.kind === "tap") &&
        fate.claims > 0 &&
        turnOf(fate)?.status === "claimed",
    );
  }

  function checkContext({ instructions, input }: Context, fate: Fate): void {
    const text = input.map(({ content }) => content).join("\n");
    for (const [, eventId] of text.matchAll(marker)) {
      const other = fates.get(eventId!);
      const isKept = bot.groups.overheard > 0;
      if (other?.chatId !== fate.chatId || (other.kind === "overheard" && !isKept))
        violate("private", `the context holds ${eventId}`, fate);
    }
    const { maxTokens, summaryTokens, maxTurns } = bot.memory;
    if (input.length > 2 * maxTurns + 3) violate("bounded", `${input.length} messages in the context`, fate);
    const past = input.slice(0, -1).map(({ content }) => content);
    // What named the bot when it did not know its name may be among what members said to each other.
    const window = past.filter((content) => !content.startsWith(OVERHEARD_HEADING));
    if (eventsIn(window).some(({ kind }) => kind === "refused"))
      violate("bounded", "a refused question is sent again", fate);
    // The newest turn at which the window was moved past a refused past.
    const leftBehind = [...fates.values()].findLast(
      ({ chatId, droppedPast }) => chatId === fate.chatId && droppedPast,
    );
    const isStale = leftBehind && eventsIn(window).some((other) => other.timestamp < leftBehind.timestamp);
    if (isStale && calm.butForQuestions && !wasSummarizedAgain(fate))
      violate("bounded", `the past that was refused at ${leftBehind.eventId} is sent again`, fate);
    // What members said to each other has a bound of its own.
    const tokens = window.reduce((sum, content) => sum + count(content), 0);
    if (tokens > maxTokens + summaryTokens + count(SUMMARY_HEADING) + 1) {
      violate("bounded", `the context has ${tokens} tokens`, fate);
    }
    if (!instructions.startsWith(String(bot.instructions)))
      violate("private", "the instructions have changed", fate);
  }

  /** After an unsend the summary is made again from all that is left. */
  function wasSummarizedAgain({ chatId }: Fate): boolean {
    return [...fates.values()].some((other) => other.chatId === chatId && other.kind === "unsend");
  }

  function eventsIn(texts: readonly string[]): Fate[] {
    return [...texts.join("\n").matchAll(marker)].flatMap(([, eventId]) => fates.get(eventId!) ?? []);
  }
}
