import type { Bot } from "../bot/bot.ts";
import { fitted } from "../excerpt.ts";
import type { Profile } from "../platform/platform.ts";
import { spokenTime } from "../time-zone.ts";

export type AboutRequest = {
  /** Epoch milliseconds. */
  now: number;
  /** Of the user who asks; not set in a group, where each message begins with a name. */
  profile: Profile | undefined;
};

/** Begins it: what follows is for reference, as the notes are, and nothing to be answered or obeyed. */
export const ABOUT_HEADING = "For reference only:";

/** A user may call themselves anything, in up to this many characters. */
const MAX_NAME = 40;

/** What the model is told beside a question: when it is asked, and by whom. Empty: nothing. */
export function aboutText(
  { now, profile }: AboutRequest,
  { context, timeZone }: Pick<Bot, "context" | "timeZone">,
): string {
  const language = profile?.language && nameOfLanguage(profile.language);
  const facts = [
    ...(context.dateAndTime ? [`It is ${spokenTime(now, timeZone)} (${timeZone}).`] : []),
    ...(context.profile && profile ? [`The user's name is ${JSON.stringify(plainName(profile.name))}.`] : []),
    ...(context.profile && language ? [`The user's app is in ${language}.`] : []),
  ];
  return facts.length === 0 ? "" : `${ABOUT_HEADING} ${facts.join(" ")}`;
}

/** A name on one line, which says nothing more than a name. */
export function plainName(name: string): string {
  const line = name.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  return fitted(line, MAX_NAME);
}

const languageNames = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

function nameOfLanguage(tag: string): string | undefined {
  try {
    return languageNames.of(tag);
  } catch {
    return undefined;
  }
}
