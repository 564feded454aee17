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
  const known = new Map<string, { at: number; profile: Promise<Profile | undefined> }>();
  let self: { at: number; info: Promise<BotInfo | undefined> } | undefined;

  const isGood = (entry: { at: number } | undefined) =>
    entry !== undefined && clock.now() - entry.at < profiles.goodMs;

  return {
    profile(chat: Chat, userId: string): Promise<Profile | undefined> {
      const key = `${chat.id}/${userId}`;
      const found = known.get(key);
      if (found && isGood(found)) return found.profile;
      const profile = line.profile(chat, userId).catch(() => {
        known.delete(key);
        return undefined;
      });
      // The oldest go first.
      known.delete(key);
      known.set(key, { at: clock.now(), profile });
      for (const oldest of known.keys()) {
        if (known.size <= profiles.most) break;
        known.delete(oldest);
      }
      return profile;
    },

    bot(): Promise<BotInfo | undefined> {
      if (!self || !isGood(self)) {
        const info = line.info().catch(() => {
          self = undefined;
          return undefined;
        });
        self = { at: clock.now(), info };
      }
      return self.info;
    },
  };
}
