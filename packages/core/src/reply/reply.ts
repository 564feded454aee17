import type { Language } from "../bot/language.ts";
import type { Chats } from "../chat/chats.ts";
import type { Decision } from "../decide/decision.ts";
import type { Composed } from "../platform/platform.ts";
import type { NoticeKind } from "../turn/answer.ts";
import { type AnswerOptions, type Asking, createAnswer } from "./answer.ts";
import { createCompose } from "./compose.ts";
import { createExport } from "./export.ts";
import { languageOfAsking } from "./language.ts";
import { createNotices, type SaidNotice } from "./notice.ts";
import { createHandleOwn } from "./own.ts";
import type { Reply, ReplyRequest } from "./request.ts";

export type ReplyOptions = Omit<AnswerOptions, "notices"> & { chats: Pick<Chats, "page"> };

/** Decisions after which something is said. */
export type Speaking = Exclude<
  Decision,
  { kind: "drop" | "flooded" | "forget" | "too_early" | "hear" | "gather" | "own" }
>;

/** Has the model answer, or says what the bot says by itself. */
export function createReply(options: ReplyOptions) {
  const { bot, chats, clock } = options;
  const notices = createNotices(bot);
  const answer = createAnswer({ ...options, notices });
  const exportPage = createExport(bot, chats);
  const handleOwn = createHandleOwn({ bot, clock });
  const { compose } = createCompose(bot, notices);

  async function reply(decision: Speaking, request: ReplyRequest): Promise<Reply> {
    switch (decision.kind) {
      case "ask":
        return { ...(await ask(decision, request)), gathers: decision.gathers?.map(({ key }) => key) };
      case "confirm":
        return ask({ question: request.turn.question, repeats: undefined, confirmed: decision }, request);
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
      case "go_on": {
        const { turn, platform } = request;
        const composing = { key: turn.key, language: languageIn(request), composeBy: platform.compose };
        return byBot("go_on", compose({ text: decision.rest, cut: false }, composing));
      }
    }
  }

  /** In which language the one who asks is answered. */
  function languageIn({ turn, memory, profile }: ReplyRequest): Language {
    return languageOfAsking(turn, memory, profile, bot);
  }

  async function ask(asking: Asking, request: ReplyRequest): Promise<Reply> {
    const answered = await answer(asking, request);
    return typeof answered === "string" ? notice(answered, request) : answered;
  }

  function notice(kind: SaidNotice, request: ReplyRequest): Reply {
    const { inbound, memory, platform } = request;
    const { summary } = memory;
    const language = languageIn(request);
    const messages = notices.notice(kind, { platform, chat: inbound.chat, language, summary });
    return byBot(kind, { messages });
  }

  /** Has a handler of the bot's owner answer. @returns nothing, if nothing is to be said */
  async function own(
    { handler, orElse }: Extract<Decision, { kind: "own" }>,
    request: ReplyRequest,
  ): Promise<Reply | undefined> {
    const messages = await handleOwn(handler, { ...request, language: languageIn(request) });
    if (messages.length > 0) return byBot("own", { messages: [...messages] });
    return orElse && notice(orElse, request);
  }

  return { reply, notice, own };
}

function byBot(notice: NoticeKind, composed: Composed): Reply {
  return {
    said: { from: "bot", notice, ...composed },
    requestId: undefined,
    speaker: undefined,
    isPastRefused: false,
  };
}
