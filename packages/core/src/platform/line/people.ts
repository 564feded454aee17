import type { Chat } from "../../bot/bot.ts";
import type { Clock } from "../../clock.ts";
import { createHourly } from "../hourly.ts";
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
