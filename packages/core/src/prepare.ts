import { isDeepStrictEqual } from "node:util";
import type { Bot } from "./bot/bot.ts";
import type { Chats } from "./chat/chats.ts";
import { dayTotal, endTotal } from "./chat/day-total.ts";
import { createErase } from "./chat/erase.ts";
import { isErased } from "./chat/state.ts";
import type { Clock } from "./clock.ts";
import { createLeavePast } from "./context/leave-past.ts";
import { decide } from "./decide/decide.ts";
import { BotError } from "./error.ts";
import { createGather } from "./gather.ts";
import type { Held, Stored } from "./held.ts";
import type { Model } from "./model/model.ts";
import type { Moderator } from "./model/moderator.ts";
import type { Pace } from "./model/pace.ts";
import type { Transcriber } from "./model/transcriber.ts";
import { cameIn } from "./platform/content.ts";
import { idempotencyKeyOf } from "./platform/idempotency-key.ts";
import { shownText } from "./platform/platform.ts";
import type { Reminders } from "./queue/reminders.ts";
import { createHear } from "./reply/hear.ts";
import { createReply } from "./reply/reply.ts";
import type { Reply } from "./reply/request.ts";
import { createRoom } from "./reply/room.ts";
import { hold, mediaRoomLength } from "./settings.ts";
import type { Answer, DropReason, Said } from "./turn/answer.ts";
import { wasNeverSent } from "./turn/attempt.ts";
import { withoutHeardLine } from "./turn/heard.ts";
import type { PastTurn } from "./turn/past.ts";
import type { AnsweredTurn } from "./turn/turn.ts";
import type { Turns } from "./turn/turns.ts";
import { addMedia } from "./usage/media.ts";
import type { Spent } from "./usage/spent.ts";
import { createWay } from "./way.ts";

export type PrepareOptions = {
  bot: Bot;
  turns: Pick<
    Turns,
    | "renew"
    | "spend"
    | "told"
    | "hear"
    | "gather"
    | "take"
    | "record"
    | "takeUpCalls"
    | "leaveCalls"
    | "answer"
    | "drop"
    | "erase"
    | "eraseAnswer"
  >;
  chats: Chats;
  model: Model;
  pace: Pace;
  transcriber: Transcriber;
  moderator: Moderator;
  reminders: Reminders;
  identify: (userId: string) => string;
  clock: Clock;
};

/**
 * decide → reply → store: has an answer stored, exactly as it will be sent. From then on the model is never
 * asked again.
 *
 * @returns nothing, if the message gets no answer of its own
 */
export function createPrepare(options: PrepareOptions) {
  const { bot, turns, chats, clock } = options;
  const { retentionDays } = bot.memory;
  const room = createRoom(mediaRoomLength);
  const { reply, notice, own } = createReply({ ...options, room });
  const leavePast = createLeavePast({ chats, retentionDays, clock });
  const erase = createErase({ turns, chats, retentionDays, clock });
  const hear = createHear({ ...options, room });
  const { gather, take } = createGather(options);
  const { isLate, isAmongOthers, mayReply, wayOf, carriedBy } = createWay(options);

  return prepare;

  async function prepare(held: Held): Promise<Stored | undefined> {
    const { turn, memory, inbound, batch, log } = held;
    const ofChat = batch.unsent.filter(({ chatId }) => chatId === turn.chatId);
    const unsent = ofChat.map(({ messageId }) => messageId);
    const isGone = unsent.includes(turn.messageId) || isErased(turn, memory);
    if (turn.status === "answered" && !(isGone && wasNeverSent(turn))) {
      return { turn: await upToDate(turn, held), past: undefined };
    }
    if (isGone) return drop("unsent", held);

    const isBotUsedUp = await held.checkingCap;
    const total = dayTotal(memory, turn, clock.now(), bot.timeZone);
    const isDue = held.job.isDue === true || held.replay !== undefined;
    // A picture that waits may be unsent together with the message at hand.
    const recent = memory.recent.filter(
      ({ gathered }) => !unsent.some((messageId) => cameIn(gathered?.question ?? [], messageId)),
    );
    const known = { ...memory, recent };
    const decision = decide({ turn, inbound, memory: known, total, isBotUsedUp, isDue }, bot);
    const [profile, talk] = await Promise.all([held.profile, held.talk]);
    const request = { ...held, profile, talk, deadline: batch.deadline };
    switch (decision.kind) {
      case "drop":
        return showOr(decision.because);
      case "flooded":
        log.warn("chat.flooded", { waiting: decision.waiting });
        return decision.isTold ? showOr("too_many") : store(notice("too_many", request), held);
      case "forget":
        await forget(held);
        return store(notice("forgotten", request), held);
      case "too_early":
        throw notAnsweredYet();
      case "gather":
        return gather(held, decision.inS);
      case "own": {
        const said = await own(decision, request);
        if (said) return store(said, held);
        return mayReply(held) ? showOr("unsaid") : drop("unsaid", held);
      }
      case "hear": {
        const heard = await hear(decision, request);
        if (heard.kind === "heard") return prepare({ ...held, turn: heard.turn });
        const isHeard = heard.kind === "heard_again";
        const said = isHeard ? reply({ ...heard, kind: "ask" }, request) : notice(heard.because, request);
        return store(await said, held);
      }
      case "ask": {
        const refused = await take(decision.gathers ?? [], held);
        if (refused.length === 0) break;
        const recent = memory.recent.filter(({ key }) => !refused.includes(key));
        return prepare({ ...held, memory: { ...memory, recent } });
      }
    }
    return store(await reply(decision, request), held);

    /** What gets no answer of its own can still bring what waits. */
    async function showOr(because: DropReason): Promise<Stored | undefined> {
      if (!memory.recent.some(({ waiting }) => waiting)) return drop(because, held);
      return store(await reply({ kind: "show" }, request), held);
    }
  }

  /** In a group everybody's own; all of it is erased when the bot leaves. */
  async function forget({ turn, inbound, batch, log }: Held): Promise<void> {
    const { chatId, senderId } = turn;
    const request = { chatId, before: turn, deadline: batch.deadline, log };
    if (inbound.chat.type === "user") await erase.chat(request);
    else await erase.ofSender(senderId, request);
  }

  async function drop(because: DropReason, { turn, memory, log }: Held): Promise<undefined> {
    const at = clock.now();
    await turns.drop(turn, at, endTotal(memory, turn, at, bot.timeZone), because);
    log.info("turn.dropped", { because });
  }

  /** A stored answer that nobody can have seen yet is stored once more, so that what is sent is what is stored. */
  async function upToDate(turn: AnsweredTurn, held: Held): Promise<AnsweredTurn> {
    if (!wasNeverSent(turn)) return turn;
    const { carries: _, isHeldBack: __, ...before } = turn.answer;
    const messages = isLate(held) ? held.platform.quoting(before.messages, held.job) : before.messages;
    const route = isLate(held) ? await wayOf(held, { ...before, messages }) : before.route;
    const answer: Answer = { ...before, messages, route, ...carriedBy(route, messages, held) };
    if (isDeepStrictEqual(answer, turn.answer)) return turn;
    const at = clock.now();
    return turns.answer(turn, answer, { at, leaseUntil: at + hold.leaseMs });
  }

  async function store(
    { said, requestId, speaker, isPastRefused, gathers }: Reply,
    held: Held,
  ): Promise<Stored> {
    const { memory, platform, job, spending, log } = held;
    const turn = { ...held.turn, spent: spending.soFar() };
    const isQuoting = isLate(held) || isAmongOthers(held);
    const messages = isQuoting ? platform.quoting(said.messages, job) : said.messages;
    const route = await wayOf(held, { ...said, messages });
    const idempotencyKey = idempotencyKeyOf(turn.eventId);
    const carrying = carriedBy(route, messages, held);
    const answer: Answer = {
      ...withHeard(said, turn.spent),
      messages,
      idempotencyKey,
      route,
      ...carrying,
      gathers,
    };
    const now = clock.now();
    const [stored] = await Promise.all([
      turns.answer(turn, answer, { at: now, leaseUntil: now + hold.leaseMs, requestId, speaker }),
      isPastRefused && leavePast(turn, memory, log),
    ]);
    const what = said.from === "bot" ? { notice: said.notice } : said.confirms && { confirms: true };
    log.info("turn.answered", { messages: said.messages.length, ...what });
    return { turn: stored, past: isPastRefused ? undefined : pastOf(stored, said, speaker) };
  }
}

function notAnsweredYet(): BotError {
  const reason = "A button was pressed for an answer that another worker is still at";
  return new BotError("turn.not_answered_yet", reason, { retry: "later" });
}

/** With the voice that was listened to for it. */
function withHeard(said: Said, { media }: Spent): Said {
  if (said.from === "bot" || !media) return said;
  return { ...said, media: addMedia(said.media, media) };
}

/** What a notice, or a question that the model declined, does not join. */
function pastOf(
  { key, question, messageId, senderId, quotes }: AnsweredTurn,
  said: Said,
  speaker: string | undefined,
): PastTurn | undefined {
  if (said.from === "bot" || said.refused) return undefined;
  const { messages, tokens, repeats } = said;
  const answer = withoutHeardLine(shownText(messages), question);
  return {
    ...{ key, question, answer, messageId, senderId, speaker, quotes, tokens },
    ...{ repeats: repeats?.key, origin: repeats?.origin },
  };
}
