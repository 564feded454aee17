import { BotError } from "../../error.ts";
import type { Job } from "../../queue/job.ts";
import { messageEnvelope, type Place, placeOf, pressEnvelope } from "./event.ts";

/** Where somebody asked, and by which app of theirs the bot is to answer. */
export type Asked = { place: Place; appId: string; ts: string; userId: string | undefined };

/** @throws BotError `job.unreadable` */
export function askedIn({ event }: Job): Asked {
  const press = pressEnvelope.safeParse(event).data;
  if (press) {
    const place = placeOf(press.channel.id, press.message);
    return { place, appId: press.api_app_id, ts: press.actions[0]!.action_ts, userId: press.user.id };
  }
  const { data, error: cause } = messageEnvelope.safeParse(event);
  if (!data) {
    throw new BotError("job.unreadable", "The queue message holds no Slack event", { retry: "never", cause });
  }
  const { channel, ts, user: userId } = data.event;
  return { place: placeOf(channel, data.event), appId: data.api_app_id, ts, userId };
}
