import type { Chat } from "../../bot/bot.ts";
import type { Clock } from "../../clock.ts";
import { profiles } from "../../settings.ts";
import type { Profile } from "../platform.ts";
import type { Line } from "./api.ts";
import type { BotInfo } from "./info.ts";

export type PeopleOptions = { line: Pick<Line, "profile" | "info">; clock: Clock };

/**
 * Who writes to the bot, and the bot itself, as LINE names them: asked once an hour for each by each worker process.
 * A name is a courtesy: what LINE does not tell within its deadline is not known, and asked again the next time.
 */
export function createPeople({ line, clock }: PeopleOptions) {
  const profileOf = createHourly<Profile>(clock);
  const infoOf = createHourly<BotInfo>(clock);

  return {
    profile: (chat: Chat, userId: string) =>
      profileOf(`${chat.id}/${userId}`, () => line.profile(chat, userId)),
    bot: () => infoOf("bot", () => line.info()),
  };
}

/** Remembers what was told, also while it is being asked; a failure, which is nothing told, is forgotten. */
function createHourly<T>(clock: Clock) {
  const known = new Map<string, { at: number; told: Promise<T | undefined> }>();

  return (key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> => {
    const found = known.get(key);
    if (found && clock.now() - found.at < profiles.goodMs) return found.told;
    const told = ask().catch(() => {
      known.delete(key);
      return undefined;
    });
    // The oldest go first.
    known.delete(key);
    known.set(key, { at: clock.now(), told });
    for (const oldest of known.keys()) {
      if (known.size <= profiles.most) break;
      known.delete(oldest);
    }
    return told;
  };
}
