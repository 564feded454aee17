import type { Bot } from "../bot/bot.ts";
import { languageOfTag } from "../bot/language.ts";
import type { Memory } from "../chat/chats.ts";
import type { Clock } from "../clock.ts";
import { BotError, toBotError } from "../error.ts";
import type { Log } from "../log.ts";
import { mayBePaid } from "../model/may-be-paid.ts";
import type { Transcriber } from "../model/transcriber.ts";
import { type Content, isMedia, type MediaPart } from "../platform/content.ts";
import type { Answerable, Platform, Profile } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import { deadlines } from "../settings.ts";
import type { Repeated } from "../turn/answer.ts";
import type { Turn } from "../turn/turn.ts";
import type { Turns } from "../turn/turns.ts";
import { noMedia } from "../usage/media.ts";
import type { Spending } from "../usage/spent.ts";
import { languageFor } from "./language.ts";
import { showLoadingUntil } from "./loading.ts";
import type { Held, Room } from "./room.ts";

export type HearOptions = {
  bot: Pick<Bot, "media" | "language">;
  turns: Pick<Turns, "hear">;
  transcriber: Transcriber;
  /** What it has in memory together with what is shown to the model. */
  room: Room;
  clock: Clock;
};

export type HearRequest = {
  turn: Turn;
  inbound: Answerable;
  job: Job;
  memory: Memory;
  profile: Profile | undefined;
  platform: Pick<Platform, "fetchMedia" | "showLoading" | "ready">;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  spending: Spending;
  log: Log;
};

export type Heard =
  | { kind: "heard"; turn: Turn }
  /** The question of another turn, which is asked once more. */
  | { kind: "heard_again"; question: Content; repeats: Repeated }
  | { kind: "unheard"; because: "media_gone" | "media_too_large" | "media_unheard" };

/** Of voice as LINE records it, about; for a message that does not say how long it is. */
const BYTES_PER_MS = 8;
/** No voice has more. */
const BYTES_PER_SECOND = 20_000;
/** Beside its length as the platform tells it, which need not be exact. */
const SPARE_S = 10;

/**
 * Has the spoken part of a question written down, and stores that at once: from then on it is a question like any
 * other, and no further attempt pays for it.
 */
export function createHear({ bot, turns, transcriber, room, clock }: HearOptions) {
  const { maxSeconds } = bot.media.voice;

  return async (
    { question, repeats }: { question: Content; repeats: Repeated | undefined },
    request: HearRequest,
  ): Promise<Heard> => {
    const { turn, inbound, job, platform, spending, log } = request;
    const part = question.filter(isMedia).find(({ kind, text }) => kind === "audio" && text === undefined)!;
    const startedAt = clock.now();
    try {
      await platform.ready();
      const hearing = listenInRoom(part, request);
      await showLoadingUntil(hearing, { platform, chat: inbound.chat, job, late: undefined, clock, log });
      const heard = await hearing;
      const seconds = secondsOf(heard);
      log.info("voice.heard", { model: bot.media.voice.model, seconds, ms: clock.now() - startedAt });
      if (heard.text === "") return { kind: "unheard", because: "media_unheard" };
      const said = question.map((one) => (one === part ? heard : one));
      if (repeats) return { kind: "heard_again", question: said, repeats: { ...repeats, question: said } };
      return { kind: "heard", turn: await turns.hear({ ...turn, spent: spending.soFar() }, said) };
    } catch (error) {
      const { code } = toBotError(error);
      const because = reasons[code];
      if (!because) throw error;
      log.with({}, error).warn("media.not_heard", { code });
      return { kind: "unheard", because };
    }
  };

  /** Nothing is fetched before there is memory for the most that it can be, and it is held until the words are there. */
  async function listenInRoom(part: MediaPart, request: HearRequest): Promise<MediaPart> {
    const seconds = part.ms === undefined ? maxSeconds : Math.min(maxSeconds, secondsOf(part) + SPARE_S);
    const maxBytes = seconds * BYTES_PER_SECOND;
    const held = await room(maxBytes);
    try {
      return await listen(part, { ...request, maxBytes, held });
    } finally {
      held.leave();
    }
  }

  async function listen(
    part: MediaPart,
    request: HearRequest & { maxBytes: number; held: Held },
  ): Promise<MediaPart> {
    const { platform, spending, maxBytes, held } = request;
    // Others may have had the room for long.
    mustHaveTime(request);
    const sound = await platform.fetchMedia(part.ref, "whole", { maxBytes, withinMs: deadlines.mediaMs });
    held.keep(sound.bytes.length);
    const signal = clock.timeout(Math.min(deadlines.transcribeMs, mustHaveTime(request)));
    const heard = { ...part, ms: part.ms ?? Math.ceil(sound.bytes.length / BYTES_PER_MS) };
    const count = () => spending.add({ media: { ...noMedia, voiceSeconds: secondsOf(heard) } });
    const text = await transcriber
      .transcribe(sound, { languages: [spokenBy(request)], signal })
      .catch((error) => {
        if (mayBePaid(toBotError(error))) count();
        throw error;
      });
    count();
    return { ...heard, text: text.trim() };
  }

  /** @returns how long it may take, milliseconds */
  function mustHaveTime({ deadline }: HearRequest): number {
    const leftMs = deadline - clock.now() - deadlines.reserveMs;
    if (leftMs > 0) return leftMs;
    throw new BotError("turn.lease_expired", "No time was left to listen", { retry: "later" });
  }

  /** What the user speaks, as far as it is known. */
  function spokenBy({ turn, memory, profile }: HearRequest): string {
    const [language = "en"] = languageFor(turn, memory, [
      languageOfTag(profile?.language),
      bot.language,
    ]).split("-");
    return language;
  }
}

function secondsOf({ ms = 0 }: MediaPart): number {
  return Math.ceil(ms / 1000);
}

const reasons: Readonly<Record<string, "media_gone" | "media_too_large" | "media_unheard">> = {
  "media.gone": "media_gone",
  "media.empty": "media_gone",
  "media.too_large": "media_too_large",
  "model.bad_media": "media_unheard",
};
