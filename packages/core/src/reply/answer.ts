import type { Bot } from "../bot/bot.ts";
import type { Clock } from "../clock.ts";
import { aboutText, plainName } from "../context/about.ts";
import type { Attachment } from "../context/attachment.ts";
import { askedText } from "../context/context.ts";
import { loadTokenizer } from "../context/tokens.ts";
import type { Decision } from "../decide/decision.ts";
import { loadOnce } from "../load-once.ts";
import type { Log } from "../log.ts";
import type { Source } from "../model/model.ts";
import type { Content } from "../platform/content.ts";
import { shownText } from "../platform/platform.ts";
import { isTool } from "../tool/tool.ts";
import { heardLine, withoutHeardLine } from "../turn/heard.ts";
import { type MediaUsage, someMedia } from "../usage/media.ts";
import { costUsd, loggedUsage } from "../usage/usage.ts";
import { type AskOptions, type AskResult, createAsk } from "./ask.ts";
import type { Unseen } from "./attach.ts";
import { createCompose } from "./compose.ts";
import { languageOfAsking } from "./language.ts";
import { showLoadingUntil } from "./loading.ts";
import { createLook } from "./look.ts";
import { partHidden } from "./marked.ts";
import { createModerate, type ModerateOptions } from "./moderate.ts";
import type { Notices } from "./notice.ts";
import { NAMELESS, overheardBefore } from "./overheard.ts";
import { partAnswer } from "./part.ts";
import { plain } from "./plain.ts";
import type { Reply, ReplyRequest } from "./request.ts";
import type { Room } from "./room.ts";
import type { Confirmed } from "./rounds.ts";
import { SEEN, seenRule, withSeen } from "./seen.ts";
import { createThinking, type ThinkingOptions } from "./thinking.ts";

export type AnswerOptions = AskOptions &
  ModerateOptions & {
    bot: Bot;
    turns: AskOptions["turns"] & ThinkingOptions["turns"];
    notices: Notices;
    /** For what is shown and listened to. */
    room: Room;
    /** See `createIdentify`. */
    identify(userId: string): string;
    clock: Clock;
  };

export type Asking = Pick<Extract<Decision, { kind: "ask" }>, "question" | "repeats" | "again"> & {
  confirmed?: Confirmed;
};

/** For a bot only whose tools OpenAI runs. */
export const loadSources = loadOnce(() => import("./sources.ts"));

/**
 * Has the model answer, and makes of that what its user is shown.
 *
 * @returns answers a question; or says why nothing of it can be seen
 */
export function createAnswer(options: AnswerOptions) {
  const { bot, notices, identify, clock } = options;
  const askModel = createAsk(options);
  const moderate = createModerate(options);
  const look = createLook(options);
  const lateFor = createThinking(options);
  const mayCall = bot.tools.some(isTool);
  const { composeAnswer } = createCompose(bot, notices);

  return async (asking: Asking, request: ReplyRequest): Promise<Reply | Unseen> => {
    const { turn, inbound, profile, memory, platform, job, spending, deadline, log } = request;
    const { question, repeats, confirmed, again = [] } = asking;
    const { chat, senderId } = inbound;
    const isGroup = chat.type !== "user";
    const user = { id: senderId, name: profile?.name };
    const speaker = isGroup ? plainName(profile?.name ?? "") || NAMELESS : undefined;
    const startedAt = clock.now();
    const about = aboutText({ now: startedAt, profile: isGroup ? undefined : profile }, bot);
    const quotes = repeats ? undefined : turn.quotes;
    const overheard = await overheardBefore({ ...request, repeats, chat });
    // Whose calls have begun was let through by moderation before; its user hears what has become of them.
    const hasBegun = turn.transcript !== undefined || confirmed !== undefined || repeats?.calls !== undefined;
    const answering = look({ question, again, platform, hasBegun, log }, ({ attachments, parts }) =>
      askModel({
        ...{ about, overheard, asked: { question, speaker, quotes }, repeats, turn, memory, chat, deadline },
        ...{ attachments, rule: parts.length > 0 ? seenRule({ mayCall }) : undefined },
        isFlagged: hasBegun ? Promise.resolve(false) : moderate({ question, attachments, log }),
        ...{ confirmed, user, spending, log },
        safetyIdentifier: identify(senderId),
        ready: () => platform.ready(),
      }),
    );
    const language = languageOfAsking({ question }, memory, profile, bot);
    const late = lateFor({ turn, platform, job, thinking: request.thinking, language, deadline, log });
    const showing = showLoadingUntil(answering, { platform, chat, job, late, clock, log });
    const [looked, count, composeBy] = await Promise.all([
      answering,
      // Counts are for the next turns; without them a turn is bounded by its bytes.
      loadTokenizer().catch(() => undefined),
      // An answer that is paid for is shown, with its marks if need be.
      platform.loadMarkdown().catch(() => platform.compose),
      // An error too waits until it is known whether the free reply is spent.
    ]).finally(() => showing);
    if (looked.kind === "unseen") return looked.because;
    const { attachments, parts, result } = looked;
    logAnswer(result, clock.now() - startedAt, log);

    const { answer, isPastRefused } = result;
    const parted = partAnswer(answer, bot, attachments.length > 0);
    const sourced = answer.hosted ? await withSources(parted.text, answer.hosted.sources) : parted.text;
    const text = withHeardLine(sourced, question);
    const composing = { platform, chat, user, key: turn.key, language, composeBy };
    const composed = composeAnswer(answer, { ...parted, text }, composing);
    const saidSeen = parted.seen.length > 0 ? parted.seen : partHidden(answer.saidBefore ?? "", SEEN).hidden;
    const seen = parts.length === 0 ? undefined : withSeen(question, parts, saidSeen);
    const shown = {
      question: askedText({ question: seen ?? question, speaker }),
      answer: withoutHeardLine(shownText(composed.messages), question),
    };
    const tokens = count && { question: count(shown.question), answer: count(shown.answer) };
    const { usage, refused, requestId, asking: { confirms } = {} } = answer;
    const media = someMedia(mediaIn(attachments));
    const said = { ...composed, usage, tokens, refused, repeats, seen, confirms, media };
    return { said: { from: "model", ...said }, requestId, speaker, isPastRefused };
  };

  function logAnswer({ answer }: AskResult, ms: number, log: Log): void {
    const { usage, cut, refused, requestId } = answer;
    const took = { ...loggedUsage(usage), costUsd: costUsd(usage, bot.model.prices), ms };
    log.info("model.answered", { model: bot.model.name, ...took, cut, refused, requestId });
  }
}

function mediaIn(attachments: readonly Attachment[]): MediaUsage {
  const files = attachments.filter(({ kind }) => kind === "file").length;
  return { files, pictures: attachments.length - files, voiceSeconds: 0 };
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
