/** What the simulator keeps at most, so that the memory of a long run is bounded. */
export const KEPT = {
  /** Entries per chat; older ones are dropped. */
  timelineEntries: 1_000,
  /** Events per chat that are no messages; older ones are dropped. */
  happenings: 200,
  /** API calls in `line.requests`. */
  requests: 1_000,
  /** Retry keys; LINE keeps them for 24 hours. On a day with more than this, the oldest are dropped. */
  retryKeys: 100_000,
  /** Reply tokens that can still be used. */
  replyTokens: 100_000,
  /** Bytes of images, videos, audio and files together; the oldest are dropped first. */
  contentBytes: 16 * 1024 * 1024,
  /** Fault rules at one time. */
  faults: 100,
};

/** LINE: "messages: at most 5". */
export const MAX_MESSAGES = 5;
/** LINE: 5,000 UTF-16 code units, which is what String.length counts. */
export const MAX_TEXT_UNITS = 5_000;
/** LINE: a button's label has 20 characters, as a reader counts them. */
export const MAX_LABEL = 20;
/** LINE: what a button says or sends has 300. */
export const MAX_ACTION_TEXT = 300;
/** LINE: 1,000 for a button's URI, and for what it copies. */
export const MAX_ACTION_URI = 1_000;
/** LINE: 20 emoji of its own in a text. */
export const MAX_EMOJIS = 20;
/** LINE: 2 MB for a request body. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** LINE: 13 quick reply buttons. */
export const MAX_QUICK_REPLIES = 13;
/** LINE: a list of followers has 300 unless asked otherwise, and at most 1,000; one of members 100. */
export const DEFAULT_PAGE = 300;
export const MAX_PAGE = 1_000;
export const MEMBER_PAGE = 100;
/** LINE: a retry key is kept for 24 hours after it was accepted. */
export const RETRY_KEY_MS = 24 * 60 * 60_000;
/** LINE: a redelivered reply token is invalid 20 minutes after its event. */
export const REPLY_TOKEN_OLDEST_MS = 20 * 60_000;
/** LINE: a user who is not a friend can be pushed to for 7 days after writing in a 1:1 chat. */
export const STRANGER_REACHABLE_MS = 7 * 24 * 60 * 60_000;
/** LINE: no answer to a webhook within 2 seconds counts as a time-out. */
export const WEBHOOK_TIMEOUT_MS = 2_000;
