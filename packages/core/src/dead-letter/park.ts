import type { Bot } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import { endTotal } from "../chat/day-total.ts";
import type { Clock } from "../clock.ts";
import { courtesy } from "../courtesy.ts";
import { type BotError, toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { idempotencyKeyOf } from "../platform/idempotency-key.ts";
import type { Platform, Profile, Route } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import type { Inbox, Incoming } from "../queue/sqs.ts";
import { languageOfAsking } from "../reply/language.ts";
import { createNotices } from "../reply/notice.ts";
import { apologyPushedEveryMs } from "../settings.ts";
import { isInGroup, type Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";

export type ParkOptions = {
  bot: Pick<Bot, "texts" | "commands" | "timeZone" | "language" | "delivery">;
  inbox: Pick<Inbox, "park">;
  turns: Pick<Turns, "park" | "told">;
  clock: Clock;
};

/** A message that is given up on. */
export type ParkRequest = {
  message: Incoming;
  error: BotError;
  log: Log;
} /** It has no turn, or its turn is not known: then nobody is told. */ & (
  | { kind: "unclaimed" }
  | ({ kind: "claimed" } & Told)
);

/** Whom to tell, and how. */
type Told = {
  turn: Turn;
  job: Job;
  platform: Platform;
  memory: Memory;
  profile: Promise<Profile | undefined>;
};

/**
 * Gives a message up: a copy with the reason goes to the dead-letter queue, the turn is marked, and
 * its user gets one short apology, with a button that asks again. In this order, so that whatever stops it
 * half-way, the message is on one of the two queues.
 */
export function createPark({ bot, inbox, turns, clock }: ParkOptions) {
  const notices = createNotices(bot);

  return async (request: ParkRequest): Promise<void> => {
    const { message, error, log } = request;
    const { code, message: reason, requestId } = error;
    const at = clock.now();
    if (request.kind === "unclaimed") {
      await inbox.park(message, { code, reason, attempts: 1, receivedAt: 0, parkedAt: at });
      log.error("job.parked", { code, reason, requestId, attempts: 1 });
      return;
    }
    const { turn, job, memory } = request;
    const { attempts, outcomeUnknownSince, maybeSentAt } = turn;
    await inbox.park(message, { code, reason, attempts, receivedAt: job.receivedAt, parkedAt: at });
    const apologyBy = await routeOfApology(request, error);
    const total = endTotal(memory, turn, at, bot.timeZone);
    const failure = { at, code, reason, requestId, outcomeUnknownSince, maybeSentAt };
    await turns.park(turn, { ...failure, job: message.body, apologyBy, total });
    log.error("job.parked", { code, reason, requestId, attempts });
    if (apologyBy) await apologize(apologyBy, request, log);
  };

  /** A reply is free. Pushes are not, so a chat gets one an hour; nothing, if the route is known to be closed. */
  async function routeOfApology(
    { turn, job, platform, memory }: Told,
    { code }: BotError,
  ): Promise<Route | undefined> {
    // If the answer may have arrived, an apology would be as likely wrong as right.
    if (code === "delivery.unclear" || turn.outcomeUnknownSince !== undefined) return undefined;
    const now = clock.now();
    const wasReplied = turn.status === "answered" && turn.answer.route === "reply";
    const isTokenUsed = wasReplied || turn.thinkingAt !== undefined;
    // Free if it can be, also for a bot that pushes its answers.
    const route = !isTokenUsed && now < (platform.replyUntil(job) ?? 0) ? "reply" : "push";
    const pushedAt = memory.apologyPushedAt ?? 0;
    if (route === "push" && (bot.delivery === "free" || now - pushedAt < apologyPushedEveryMs))
      return undefined;
    if (route === "push" && !(await platform.mayPush())) return undefined;
    return platform.ready().then(
      () => route,
      () => undefined,
    );
  }

  async function apologize(
    route: Route,
    { turn, job, platform, memory, profile }: Told,
    log: Log,
  ): Promise<void> {
    const { chatId, eventId } = turn;
    const isGroup = isInGroup(turn);
    const messages = notices.apology({
      ...{ platform, chat: { type: isGroup ? "group" : "user" } },
      language: languageOfAsking(turn, memory, await profile, bot),
    });
    const idempotencyKey = idempotencyKeyOf(`${eventId}/apology`);
    try {
      const { sentIds } = await platform.sendOnce({ job, chatId, messages, idempotencyKey, route });
      if (isGroup && sentIds) await courtesy(() => turns.told(turn, sentIds), log, "told.not_kept");
    } catch (error) {
      log.with({}, error).warn("apology.not_sent", { code: toBotError(error).code });
    }
  }
}
