import type { Bot } from "./bot/bot.ts";
import type { Clock } from "./clock.ts";
import type { Held } from "./held.ts";
import type { Message } from "./platform/platform.ts";
import type { Answer, Said, Way } from "./turn/answer.ts";
import type { FinishedTurn } from "./turn/past.ts";

/** For so long after an answer, the conversation of a group is taken to go on. */
const AMONG_OTHERS_MS = 10 * 60_000;

/** How an answer goes out that nobody can have seen yet, and what it brings. */
export function createWay({ bot, clock }: { bot: Pick<Bot, "delivery">; clock: Clock }) {
  return { isLate, isAmongOthers, mayReply, wayOf, carriedBy };

  /** Brought back, or too late for a free reply: other messages may stand between it and its answer by now. */
  function isLate({ replay, ...held }: Held): boolean {
    return replay !== undefined || !mayReply(held);
  }

  function mayReply({ platform, job, thinking }: Pick<Held, "platform" | "job" | "thinking">): boolean {
    return thinking.at === undefined && clock.now() < (platform.replyUntil(job) ?? 0);
  }

  /**
   * How an answer goes out that nobody can have seen yet. Who was told that it takes long has a button for it, and
   * is not charged for; a push that the quota cannot spare waits for its user's next message.
   */
  async function wayOf({ replay, ...held }: Held, said: Pick<Said, "from" | "messages">): Promise<Way> {
    const { platform, job, thinking } = held;
    const isFree = mayReply(held);
    if (isFree && bot.delivery !== "push") return "reply";
    const hasButton = thinking.at !== undefined || comesWithOthers(held, said);
    const isAnew = job.isDue || replay !== undefined;
    if (bot.delivery === "free" || (hasButton && !isAnew)) return "wait";
    if (await platform.mayPush()) return "push";
    return isFree ? "reply" : "wait";
  }

  /**
   * Written while the model worked on an earlier question of the same user, who was given a button after that: it
   * brings both, if one call takes them. A button that was there before is gone, since LINE shows it only under the
   * newest message.
   */
  function comesWithOthers(
    { turn, inbound, memory, platform }: Omit<Held, "replay">,
    { from, messages }: Pick<Said, "from" | "messages">,
  ): boolean {
    const waiting = memory.recent.flatMap((one) => one.waiting ?? []);
    const count = waiting.reduce((sum, one) => sum + one.messages, messages.length);
    const hasButton = waiting.some(
      ({ senderId, toldAt = 0 }) => senderId === turn.senderId && toldAt > inbound.at,
    );
    return bot.delivery === "auto" && from === "model" && hasButton && count <= platform.maxMessages;
  }

  /** What it brings of what waits in its chat, the oldest first: it overtakes nothing. */
  function carriedBy(
    way: Way,
    messages: readonly Message[],
    { memory, platform }: Held,
  ): Pick<Answer, "carries" | "isHeldBack"> {
    const waiting = way === "wait" ? [] : memory.recent.filter((turn) => turn.waiting);
    if (waiting.length === 0) return {};
    let room = platform.maxMessages;
    const fitting = waiting.findIndex((turn) => {
      room -= turn.waiting?.messages ?? 0;
      return room < 0;
    });
    const carries = waiting.slice(0, fitting < 0 ? waiting.length : fitting).map(({ key }) => key);
    const isHeldBack = messages.length > 0 && (fitting >= 0 || messages.length > room);
    return { carries, ...(isHeldBack && { isHeldBack }) };
  }

  /** In a group, others have spoken with the bot just now: then an answer shows whose question it answers. */
  function isAmongOthers({ turn, memory, inbound }: Held): boolean {
    const since = clock.now() - AMONG_OTHERS_MS;
    const isAnothers = ({ senderId, finishedAt }: FinishedTurn) =>
      senderId !== turn.senderId && finishedAt > since;
    return inbound.chat.type !== "user" && memory.finished.some(isAnothers);
  }
}
