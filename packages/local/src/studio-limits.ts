/** What the page and the server agree on. The page imports this file, so it imports nothing. */

/** LINE: a text message holds up to 5,000 characters. */
export const MAX_TEXT = 5_000;
/** LINE: a display name holds up to 20 characters. */
export const MAX_NAME = 20;
/** Answers in a script, and characters in one of them. */
export const MAX_ANSWERS = 20;
export const MAX_ANSWER = 20_000;
/** Seconds. A model may take 120, by `model.timeoutS` of `bot.config.ts`; more shows what becomes of one that is slower. */
export const MAX_DELAY_S = 150;
/** LINE: a group holds up to 500 people. */
export const MAX_MEMBERS = 500;
/** Of a picture, a recording or a file. The stand-in of LINE keeps 16 MB of them in all. */
export const MAX_MEDIA_BYTES = 5 * 1024 * 1024;
/** Parked messages that a page lists at once. */
export const MAX_SHOWN_PARKED = 1_000;
