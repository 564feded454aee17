import type { Bot } from "../bot/bot.ts";
import type { Language } from "../bot/language.ts";
import type { Chats, Memory } from "../chat/chats.ts";
import type { TalkMessage } from "../chat/talk.ts";
import type { Clock } from "../clock.ts";
import { aboutText, plainName } from "../context/about.ts";
import { askedText } from "../context/context.ts";
import { loadTokenizer } from "../context/tokens.ts";
import type { Decision } from "../decide/decide.ts";
import type { Log } from "../log.ts";
import type { Model, ModelAnswer } from "../model/model.ts";
import type { Content } from "../platform/content.ts";
import {
  type Answerable,
  type Button,
  type Compose,
  type Composed,
  type Platform,
  type Profile,
  shownText,
} from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import type { NoticeKind, Repeated, Said, Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import { costUsd } from "../usage/usage.ts";
import { createAsk } from "./ask.ts";
import { createExport } from "./export.ts";
import { languageOfAsking } from "./language.ts";
import { showLoadingUntil } from "./loading.ts";
import { createNotices, type SaidNotice } from "./notice.ts";
import { NAMELESS, overheardBefore } from "./overheard.ts";
import { partSuggestions } from "./suggest.ts";
import { createThinking } from "./thinking.ts";

export type ReplyOptions = {
  bot: Bot;
  turns: Pick<Turns, "renew" | "spend" | "told">;
  chats: Pick<Chats, "page">;
  model: Model;
  /** See `createIdentify`. */
  identify(userId: string): string;
  clock: Clock;
};

export type ReplyRequest = {
  turn: Turn;
  /** What it answers. */
  inbound: Answerable;
  /** Of the one who asks, as far as it is known. */
  profile: Profile | undefined;
  /** What members of its group said to each other. */
  talk: readonly TalkMessage[];
  job: Job;
  memory: Memory;
  platform: Platform;
  /** See `Held`. */
  thinking: { at: number | undefined };
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  log: Log;
};

/** What is said to a question, before it is stored. */
export type Reply = {
  said: Said;
  /** The model's id of the request that gave it. */
  requestId: string | undefined;
  /** Name of the one who asks, if it is part of the conversation: in a group. */
  speaker: string | undefined;
  /** The model answered only without what came before: the chat's window is to leave that out. */
  isPastRefused: boolean;
};

/** Decisions after which something is said. */
export type Speaking = Exclude<Decision, { kind: "drop" | "flooded" | "forget" | "too_early" }>;

/** Has the model answer, or says what the bot says by itself. */
export function createReply(options: ReplyOptions) {
  const { bot, chats, identify, clock } = options;
  const askModel = createAsk(options);
  const exportPage = createExport(bot, chats);
  const notices = createNotices(bot);
  const lateFor = createThinking({ bot, turns: options.turns, notices, clock });

  async function reply(decision: Speaking, request: ReplyRequest): Promise<Reply> {
    switch (decision.kind) {
      case "ask":
        return ask(decision, request);
      case "say":
        return notice(decision.notice, request);
      case "export": {
        const { turn, inbound, memory, platform } = request;
        const language = languageIn(request);
        const { chat } = inbound;
        const page = { turn, chat, from: decision.from, summary: memory.summary, platform, language };
        return byBot("export", { messages: await exportPage({ ...page, now: clock.now() }) });
      }
      case "show":
        return byBot("show", { messages: [] });
      case "go_on":
        return byBot(
          "go_on",
          compose({ text: decision.rest, cut: false }, request.platform.compose, request),
        );
    }
  }

  /** In which language the one who asks is answered. */
  function languageIn({ turn, memory, profile }: ReplyRequest, question = turn.question): Language {
    return languageOfAsking({ question }, memory, profile, bot);
  }

  function notice(kind: SaidNotice, request: ReplyRequest): Reply {
    const { inbound, memory, platform } = request;
    const { summary } = memory;
    const language = languageIn(request);
    const messages = notices.notice(kind, { platform, chat: inbound.chat, language, summary });
    return byBot(kind, { messages });
  }

  async function ask(asking: { question: Content; repeats: Repeated | undefined }, request: ReplyRequest) {
    const { turn, inbound, profile, memory, platform, job, deadline, log } = request;
    const { chat, senderId } = inbound;
    const isGroup = chat.type !== "user";
    const speaker = isGroup ? plainName(profile?.name ?? "") || NAMELESS : undefined;
    const startedAt = clock.now();
    const about = aboutText({ now: startedAt, profile: isGroup ? undefined : profile }, bot);
    const { question, repeats } = asking;
    const quotes = repeats ? undefined : turn.quotes;
    const overheard = await overheardBefore({ ...request, repeats, chat });
    const answering = askModel({
      ...{ about, overheard, asked: { question, speaker, quotes }, repeats, turn, memory, chat, deadline },
      safetyIdentifier: identify(senderId),
      ready: () => platform.ready(),
    });
    const language = languageIn(request, question);
    const late = lateFor({ turn, platform, job, thinking: request.thinking, language, deadline, log });
    const showing = showLoadingUntil(answering, { platform, chat, late, clock, log });
    const [{ answer, isPastRefused }, count, composeMarkdown] = await Promise.all([
      answering,
      // Counts are for the next turns; without them a turn is bounded by its bytes.
      loadTokenizer().catch(() => undefined),
      // An answer that is paid for is shown, with its marks if need be.
      platform.loadMarkdown().catch(() => platform.compose),
      // An error too waits until it is known whether the free reply is spent.
    ]).finally(() => showing);
    const { usage, cut, refused, requestId } = answer;
    const ms = clock.now() - startedAt;
    const cost = { costUsd: costUsd(usage, bot.model.prices) };
    log.info("model.answered", { model: bot.model.name, ...usage, ...cost, cut, refused, requestId, ms });

    const composed = refused
      ? { messages: notices.refusal({ platform, language, chat }) }
      : compose({ ...answer, ...partSuggestions(answer, bot, chat) }, composeMarkdown, request, language);
    const shown = { question: askedText({ question, speaker }), answer: shownText(composed.messages) };
    const tokens = count && { question: count(shown.question), answer: count(shown.answer) };
    const said: Said = { from: "model", ...composed, usage, tokens, refused, repeats };
    return { said, requestId, speaker, isPastRefused };
  }

  function compose(
    { text, cut, buttons = [] }: Pick<ModelAnswer, "text" | "cut"> & { buttons?: Button[] },
    composeBy: Compose,
    request: ReplyRequest,
    language = languageIn(request),
  ): Composed {
    const cutNotice = bot.texts[language].cut;
    const continueButton = notices.continueButton(request.turn.key, language);
    const { messages, rest } = composeBy(text, { cutNotice, isCut: cut, buttons, continueButton });
    if (rest === undefined) return { messages };
    return { messages, rest: cut ? `${rest}\n${cutNotice}` : rest };
  }

  return { reply, notice };
}

function byBot(notice: NoticeKind, composed: Composed): Reply {
  const said: Said = { from: "bot", notice, ...composed };
  return { said, requestId: undefined, speaker: undefined, isPastRefused: false };
}
