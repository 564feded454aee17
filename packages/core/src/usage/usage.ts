import type { Route } from "../platform/platform.ts";
import { addMedia, type MediaUsage } from "./media.ts";
import { addSearches, feeOf, type Searches, type SearchPrices } from "./searches.ts";

/** Tokens of one or more requests, as the model has counted them; and what was searched for them. */
export type ModelUsage = {
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  /** Not set, if there was none. */
  searches?: Searches | undefined;
};

/**
 * What a user has used on one day in a chat. Every turn that is over carries its user's total with it, this
 * turn included: a chat's turns come one after another, so adding to the newest total is exact, needs no
 * write of its own, and is read with the chat's memory.
 */
export type DayUsage = ModelUsage & {
  /** Not set, if there was none. */
  media?: MediaUsage | undefined;
  /** `YYYY-MM-DD`, in the bot's time zone. */
  day: string;
  /** Whose it is: see `userHash`. It stays when the turn is erased, or unsending would reset a limit. */
  user: string;
  answers: number;
  replies: number;
  pushes: number;
  /** The user has been told that the day's limit is reached. */
  refused: boolean;
  /** Version of the chat whose fold is in these numbers. */
  foldVersion: number;
};

/** A user's total of the day, as the turn that is over next will carry it. */
export type RunningTotal = {
  usage: DayUsage;
  /** What all members of a group have used; not set in a 1:1 chat. */
  chat?: DayUsage | undefined;
  /** None of the chat's newest turns is in the day's list, by which an operator finds the day's chats. */
  isUnlisted: boolean;
};

/** The last fold of the chat's window, until a turn has counted it. */
export type FoldUsage = ModelUsage & { version: number };

/** Of whom and when: a user's hash, and `YYYY-MM-DD` in the bot's time zone. */
export type UserDay = { user: string; day: string };

/**
 * The user's total of the day before this turn.
 *
 * @param carried what the chat's newest turns say, oldest first
 */
export function runningTotal(
  carried: readonly DayUsage[],
  fold: FoldUsage | undefined,
  { user, day }: UserDay,
): DayUsage {
  const foldVersion = Math.max(0, ...carried.map((usage) => usage.foldVersion));
  const earlier = totalOf(
    carried.filter((usage) => usage.user === user),
    day,
  );
  const today = { ...(earlier ?? { ...nothing, day, user }), foldVersion };
  const isCounted = !fold || fold.version <= foldVersion;
  return isCounted ? today : { ...add(today, fold), foldVersion: fold.version };
}

/**
 * The day's total among those that a chat's turns carry, oldest first; nothing if none is of that day. By what
 * it counts and not by when: the workers' clocks need not agree.
 */
export function totalOf(carried: readonly DayUsage[], day: string): DayUsage | undefined {
  return carried
    .filter((usage) => usage.day === day)
    .reduce<DayUsage | undefined>((most, usage) => (most && isNewer(most, usage) ? most : usage), undefined);
}

function isNewer(one: DayUsage, other: DayUsage): boolean {
  const [ours, theirs] = [growingIn(one), growingIn(other)];
  const differs = ours.findIndex((count, index) => count !== theirs[index]);
  return differs >= 0 && ours[differs]! > theirs[differs]!;
}

/** What never gets less on a day: what counts as a reply becomes a push, if it waits until then; a push stays one. */
function growingIn(usage: DayUsage): number[] {
  const { pushes, inputTokens, outputTokens, media, searches } = usage;
  const heard = media?.voiceSeconds ?? 0;
  return [sends(usage), pushes, inputTokens + outputTokens, heard, searches?.web ?? 0, searches?.files ?? 0];
}

type SentNotice = "notice" | "limit_notice" | "group_limit_notice";

/** What was sent: an answer with its tokens, a notice, or the notice that the user's or the group's limit is reached. */
export type SentUsage = (ModelUsage & WithMedia) | SentNotice;

type WithMedia = { media?: MediaUsage | undefined };

/** What is counted of an answer; see `Said`. */
type Counted = ({ from: "model"; usage: ModelUsage } & WithMedia) | { from: "bot"; notice: string };

/** What the answer counts as in its user's day; the limit is not reached if the day has changed since it was decided. */
export function sentUsage(answer: Counted, total: RunningTotal): SentUsage {
  if (answer.from === "bot") return sentNotice(answer, total);
  const { usage, media } = answer;
  return media ? { ...usage, media } : usage;
}

function sentNotice(answer: { notice: string }, { usage, chat }: RunningTotal): SentNotice {
  if (answer.notice === "group_limit") return chat && sends(chat) > 0 ? "group_limit_notice" : "notice";
  const isLimit = answer.notice === "total_limit" || (answer.notice === "daily_limit" && sends(usage) > 0);
  return isLimit ? "limit_notice" : "notice";
}

/** The total with one more send in it. */
export function withSend(
  { usage, chat, isUnlisted }: RunningTotal,
  route: Route,
  sent: SentUsage,
): RunningTotal {
  return {
    isUnlisted,
    usage: { ...sentIn(usage, route, sent), refused: usage.refused || sent === "limit_notice" },
    ...(chat && {
      chat: { ...sentIn(chat, route, sent), refused: chat.refused || sent === "group_limit_notice" },
    }),
  };
}

/** What counts as a reply since it waits was pushed after all; the day may be another by now. */
export function withPush({ usage, chat, isUnlisted }: RunningTotal): RunningTotal {
  return { isUnlisted, usage: pushedIn(usage), ...(chat && { chat: pushedIn(chat) }) };
}

function pushedIn(usage: DayUsage): DayUsage {
  return { ...usage, replies: Math.max(0, usage.replies - 1), pushes: usage.pushes + 1 };
}

function sentIn(usage: DayUsage, route: Route, sent: SentUsage): DayUsage {
  const used = typeof sent === "object" ? sent : undefined;
  const media = used?.media;
  return {
    ...(used ? add(usage, used) : usage),
    ...(media && { media: addMedia(usage.media, media) }),
    answers: usage.answers + (used ? 1 : 0),
    replies: usage.replies + (route === "reply" ? 1 : 0),
    pushes: usage.pushes + (route === "push" ? 1 : 0),
  };
}

/** Replies and pushes, of answers and of notices. */
export function sends({ replies, pushes }: Pick<DayUsage, "replies" | "pushes">): number {
  return replies + pushes;
}

export type Prices = SearchPrices & {
  input: number;
  cachedInput: number;
  cacheWrite: number;
  output: number;
  /** For a minute of voice; the others here, for a million tokens. */
  transcription?: number;
};

/** US dollars; what is not served from the cache is taken to be written to it. */
export function costOf(used: ModelUsage & WithMedia, prices: Prices): number {
  const { inputTokens, cachedTokens, outputTokens, media, searches } = used;
  const fresh = (inputTokens - cachedTokens) * Math.max(prices.input, prices.cacheWrite);
  const voice = ((media?.voiceSeconds ?? 0) / 60) * (prices.transcription ?? 0);
  const tokens = (fresh + cachedTokens * prices.cachedInput + outputTokens * prices.output) / 1_000_000;
  return voice + tokens + feeOf(searches, prices);
}

/**
 * What counts against a limit of tokens: they themselves, and for each search as many input tokens as its fee would
 * buy. So a limit bounds what is spent, whatever it is spent on.
 */
export function limitedTokens(
  { inputTokens, outputTokens, searches }: ModelUsage,
  prices: SearchPrices & Pick<Prices, "input">,
): number {
  const tokens = inputTokens + outputTokens;
  // A model that costs nothing has no such measure.
  if (!searches || prices.input === 0) return tokens;
  return tokens + Math.round((feeOf(searches, prices) / prices.input) * 1_000_000);
}

/** For a log line, whose fields are flat. */
export function loggedUsage({ inputTokens, cachedTokens, outputTokens, searches }: ModelUsage) {
  const searched = searches && { webSearches: searches.web, fileSearches: searches.files };
  return { inputTokens, cachedTokens, outputTokens, ...searched };
}

/** The same for a log line: without the digits that are only noise of the arithmetic. */
export function costUsd(usage: ModelUsage & WithMedia, prices: Prices): number {
  return Number(costOf(usage, prices).toFixed(9));
}

const nothing = {
  answers: 0,
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  replies: 0,
  pushes: 0,
  refused: false,
};

/** The tokens and searches of both together. */
export function add<T extends ModelUsage>(to: T, used: ModelUsage): T {
  const searches = addSearches(to.searches, used.searches);
  return {
    ...to,
    ...(searches && { searches }),
    inputTokens: to.inputTokens + used.inputTokens,
    cachedTokens: to.cachedTokens + used.cachedTokens,
    outputTokens: to.outputTokens + used.outputTokens,
  };
}
