import type { Bot } from "../bot/bot.ts";
import type { Language } from "../bot/language.ts";
import type { Chats, Memory } from "../chat/chats.ts";
import type { TalkMessage } from "../chat/talk.ts";
import type { Clock } from "../clock.ts";
import { aboutText, plainName } from "../context/about.ts";
import type { Attachment } from "../context/attachment.ts";
import { askedText } from "../context/context.ts";
import { loadTokenizer } from "../context/tokens.ts";
import type { Decision } from "../decide/decision.ts";
import { visibleIn } from "../decide/media.ts";
import { toBotError } from "../error.ts";
import { loadOnce } from "../load-once.ts";
import type { Log } from "../log.ts";
import type { Model, ModelAnswer, Source } from "../model/model.ts";
import type { Moderator } from "../model/moderator.ts";
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
import { maxMediaLength, mediaRoomLength } from "../settings.ts";
import type { NoticeKind, Said } from "../turn/answer.ts";
import { heardLine, withoutHeardLine } from "../turn/heard.ts";
import type { Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import { someMedia } from "../usage/media.ts";
import { costUsd, loggedUsage } from "../usage/usage.ts";
import { createAsk } from "./ask.ts";
import { type Attached, attach, sizeOf } from "./attach.ts";
import { confirmButtons, confirmText } from "./confirm.ts";
import { createExport } from "./export.ts";
import { languageOfAsking } from "./language.ts";
import { showLoadingUntil } from "./loading.ts";
import { createModerate } from "./moderate.ts";
import { createNotices, type SaidNotice } from "./notice.ts";
import { NAMELESS, overheardBefore } from "./overheard.ts";
import { createHandleOwn } from "./own.ts";
import { type Parted, partAnswer } from "./part.ts";
import { plain } from "./plain.ts";
import { createRoom, type Held } from "./room.ts";
import type { Confirmed, RoundsAnswer } from "./rounds.ts";
import { seenRule, withSeen } from "./seen.ts";
import { suggestionButtons } from "./suggest.ts";
import { createThinking } from "./thinking.ts";

export type ReplyOptions = {
  bot: Bot;
  turns: Pick<Turns, "renew" | "spend" | "told" | "record" | "takeUpCalls" | "leaveCalls">;
  chats: Pick<Chats, "page">;
  model: Model;
  moderator: Moderator;
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
  /** See `Answer`. */
  gathers?: readonly string[] | undefined;
};

/** For a bot only whose tools OpenAI runs. */
export const loadSources = loadOnce(() => import("./sources.ts"));

/** Decisions after which something is said. */
export type Speaking = Exclude<
  Decision,
  { kind: "drop" | "flooded" | "forget" | "too_early" | "hear" | "gather" | "own" }
>;

type Asking = Pick<Extract<Decision, { kind: "ask" }>, "question" | "repeats" | "again"> & {
  confirmed?: Confirmed;
};

/** Has the model answer, or says what the bot says by itself. */
export function createReply(options: ReplyOptions) {
  const mediaRoom = createRoom(mediaRoomLength);
  const { bot, chats, identify, clock } = options;
  const askModel = createAsk(options);
  const exportPage = createExport(bot, chats);
  const notices = createNotices(bot);
  const moderate = createModerate(options);
  const handleOwn = createHandleOwn({ bot, clock });
  const lateFor = createThinking({ bot, turns: options.turns, notices, clock });

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

  async function ask(asking: Asking, request: ReplyRequest): Promise<Reply> {
    const { turn, inbound, profile, memory, platform, job, deadline, log } = request;
    const { chat, senderId } = inbound;
    const isGroup = chat.type !== "user";
    const speaker = isGroup ? plainName(profile?.name ?? "") || NAMELESS : undefined;
    const startedAt = clock.now();
    const about = aboutText({ now: startedAt, profile: isGroup ? undefined : profile }, bot);
    const { question, repeats, confirmed, again = [] } = asking;
    const quotes = repeats ? undefined : turn.quotes;
    const overheard = await overheardBefore({ ...request, repeats, chat });
    const isShown = again.length > 0 || visibleIn(question, bot).length > 0;
    const attaching = async (held?: Held) => {
      const attached = await attach({ question, again, platform, log }, bot);
      if (attached.kind === "unseen") return attached;
      const { attachments, parts } = attached;
      held?.keep(sizeOf(attachments));
      const answering = askModel({
        ...{ about, overheard, asked: { question, speaker, quotes }, repeats, turn, memory, chat, deadline },
        ...{ attachments, rule: parts.length > 0 ? seenRule : undefined },
        isFlagged: moderate({ question, attachments, log }),
        ...{ confirmed, user: { id: senderId, name: profile?.name }, log },
        safetyIdentifier: identify(senderId),
        ready: () => platform.ready(),
      });
      return answering.then(
        (answered) => ({ kind: "answered" as const, ...answered, parts, attachments }),
        (error) => unseenBy(error, attachments),
      );
    };
    const answering = isShown ? inRoom(attaching) : attaching();
    const language = languageIn(request, question);
    const late = lateFor({ turn, platform, job, thinking: request.thinking, language, deadline, log });
    const showing = showLoadingUntil(answering, { platform, chat, late, clock, log });
    const [result, count, composeMarkdown] = await Promise.all([
      answering,
      // Counts are for the next turns; without them a turn is bounded by its bytes.
      loadTokenizer().catch(() => undefined),
      // An answer that is paid for is shown, with its marks if need be.
      platform.loadMarkdown().catch(() => platform.compose),
      // An error too waits until it is known whether the free reply is spent.
    ]).finally(() => showing);
    if (result.kind === "unseen") return notice(result.because, request);
    const { answer, isPastRefused, parts, attachments } = result;
    const { usage, cut, refused, requestId } = answer;
    const ms = clock.now() - startedAt;
    const cost = { costUsd: costUsd(usage, bot.model.prices) };
    const took = { ...loggedUsage(usage), ...cost, ms };
    log.info("model.answered", { model: bot.model.name, ...took, cut, refused, requestId });

    const parted = partAnswer(answer, bot, attachments.length > 0);
    const sourced = answer.hosted ? await withSources(parted.text, answer.hosted.sources) : parted.text;
    const text = withHeardLine(sourced, question);
    const composed = composedOf(answer, { ...parted, text }, composeMarkdown, request, language);
    const seen = parts.length === 0 ? undefined : withSeen(question, parts, parted.seen);
    const shown = {
      question: askedText({ question: seen ?? question, speaker }),
      answer: withoutHeardLine(shownText(composed.messages), question),
    };
    const tokens = count && { question: count(shown.question), answer: count(shown.answer) };
    const { confirms } = answer.asking ?? {};
    const said: Said = { from: "model", ...composed, usage, tokens, refused, repeats, seen, confirms };
    const files = attachments.filter(({ kind }) => kind === "file").length;
    const media = { files, pictures: attachments.length - files, voiceSeconds: 0 };
    return { said: { ...said, media: someMedia(media) }, requestId, speaker, isPastRefused };
  }

  /** Fetches nothing before there is memory for the most that it can be. */
  async function inRoom<T>(run: (held: Held) => Promise<T>): Promise<T> {
    const held = await mediaRoom(maxMediaLength);
    return run(held).finally(held.leave);
  }

  /** What its user is shown of what the model says: an answer, or the question whether a tool may run. */
  function composedOf(
    answer: RoundsAnswer,
    { text, suggested }: Pick<Parted, "text" | "suggested">,
    composeMarkdown: Compose,
    request: ReplyRequest,
    language: Language,
  ): Composed {
    const { platform, inbound, profile, turn } = request;
    const { chat, senderId } = inbound;
    if (answer.asking) {
      const how = { user: { id: senderId, name: profile?.name }, chat, language };
      const text = confirmText(answer.asking.calls, how, bot.texts[language]);
      const buttons = confirmButtons(turn.key, bot.texts[language]);
      return platform.compose(text, { cutNotice: bot.texts[language].cut, buttons });
    }
    if (answer.refused) return { messages: notices.refusal({ platform, language, chat }) };
    const buttons = suggestionButtons(suggested, bot, chat);
    return compose({ text, cut: answer.cut, buttons }, composeMarkdown, request, language);
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

/** The model could not open what it was shown, or it is too much for it: the user may send something else. */
function unseenBy(error: unknown, attachments: readonly Attachment[]): Attached & { kind: "unseen" } {
  const { code } = toBotError(error);
  if (attachments.length > 0 && code === "model.bad_media")
    return { kind: "unseen", because: "not_understood" };
  const isFile = attachments.some(({ kind }) => kind === "file");
  if (isFile && code === "model.context_too_long") return { kind: "unseen", because: "media_too_large" };
  throw error;
}

/** Whoever has spoken sees what was understood. */
function withHeardLine(text: string, question: Content): string {
  const line = heardLine(question);
  return line === undefined ? text : `${plain(line)}\n\n${text}`;
}

/** An answer that is paid for is shown, without its sources if need be. */
async function withSources(text: string, sources: readonly Source[]): Promise<string> {
  const loaded = await loadSources().catch(() => undefined);
  return loaded?.withSources(text, sources, plain) ?? text;
}

function byBot(notice: NoticeKind, composed: Composed): Reply {
  const said: Said = { from: "bot", notice, ...composed };
  return { said, requestId: undefined, speaker: undefined, isPastRefused: false };
}
