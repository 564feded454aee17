import type { Bot } from "../bot/bot.ts";
import type { Language } from "../bot/language.ts";
import type { Chats, Memory } from "../chat/chats.ts";
import type { Clock } from "../clock.ts";
import { loadTokenizer } from "../context/tokens.ts";
import type { Decision } from "../decide/decide.ts";
import type { Log } from "../log.ts";
import type { Model, ModelAnswer } from "../model/model.ts";
import { type Content, textOf } from "../platform/content.ts";
import { type Message, type Platform, type Question, shownText } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import type { NoticeKind, Repeated, Said, Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import { costUsd } from "../usage/usage.ts";
import { createAsk } from "./ask.ts";
import { createExport } from "./export.ts";
import { languageFor } from "./language.ts";
import { showLoadingUntil } from "./loading.ts";
import { createNotices } from "./notice.ts";

export type ReplyOptions = {
  bot: Bot;
  turns: Pick<Turns, "renew">;
  chats: Pick<Chats, "page">;
  model: Model;
  /** See `createIdentify`. */
  identify(userId: string): string;
  clock: Clock;
};

export type ReplyRequest = {
  turn: Turn;
  question: Question;
  job: Job;
  memory: Memory;
  platform: Platform;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  log: Log;
};

/** What is said to a question, before it is stored. */
export type Reply = {
  said: Said;
  /** The model's id of the request that gave it. */
  requestId: string | undefined;
  /** The model answered only without what came before: the chat's window is to leave that out. */
  isPastRefused: boolean;
};

/** Decisions after which something is said. */
export type Speaking = Exclude<Decision, { kind: "drop" | "flooded" | "forget" }>;

/** Has the model answer, or says what the bot says by itself. */
export function createReply(options: ReplyOptions) {
  const { bot, chats, identify, clock } = options;
  const askModel = createAsk(options);
  const exportPage = createExport(bot, chats);
  const notices = createNotices(bot);

  async function reply(decision: Speaking, request: ReplyRequest): Promise<Reply> {
    switch (decision.kind) {
      case "ask":
        return ask(decision, request);
      case "say":
        return notice(decision.notice, request);
      case "export": {
        const { turn, memory, platform } = request;
        const language = languageFor(turn, memory, [bot.language]);
        const page = { turn, from: decision.from, summary: memory.summary, platform, language };
        return byBot("export", await exportPage({ ...page, now: clock.now() }));
      }
    }
  }

  function notice(kind: Exclude<NoticeKind, "export">, { turn, memory, platform }: ReplyRequest): Reply {
    const { summary } = memory;
    return byBot(
      kind,
      notices.notice(kind, { platform, language: languageFor(turn, memory, [bot.language]), summary }),
    );
  }

  async function ask(asking: { question: Content; repeats: Repeated | undefined }, request: ReplyRequest) {
    const { turn, memory, platform, job, deadline, log } = request;
    const { chat, senderId } = request.question;
    const startedAt = clock.now();
    const answering = askModel({
      ...{ ...asking, turn, memory, chat, deadline },
      safetyIdentifier: identify(senderId),
      ready: () => platform.ready(platform.route(job, clock.now(), bot.delivery)),
    });
    const [{ answer, isPastRefused }, count] = await Promise.all([
      answering,
      // Counts are for the next turns; without them a turn is bounded by its bytes.
      loadTokenizer().catch(() => undefined),
      showLoadingUntil(answering, { platform, chat, clock, log }),
    ]);
    const { usage, cut, refused, requestId } = answer;
    const ms = clock.now() - startedAt;
    const cost = { costUsd: costUsd(usage, bot.model.prices) };
    log.info("model.answered", { model: bot.model.name, ...usage, ...cost, cut, refused, requestId, ms });

    const messages = compose(answer, languageFor(asking, memory, [bot.language]), platform);
    const text = shownText(messages);
    const tokens = count && { question: count(textOf(asking.question)), answer: count(text) };
    const said: Said = { from: "model", messages, usage, tokens, refused, repeats: asking.repeats };
    return { said, requestId, isPastRefused };
  }

  function compose({ text, cut, refused }: ModelAnswer, language: Language, platform: Platform) {
    if (refused) return notices.refusal({ platform, language });
    return platform.compose(text, { cutNotice: bot.texts[language].cut, isCut: cut });
  }

  return { reply, notice };
}

function byBot(notice: NoticeKind, messages: readonly Message[]): Reply {
  return { said: { from: "bot", notice, messages }, requestId: undefined, isPastRefused: false };
}
