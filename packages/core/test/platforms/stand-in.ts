import type { Platform, Webhook } from "@henji/core/platform/platform";

/** What can happen to a request that sends a message. */
export type Accident =
  /** It is done, and the answer is lost. */
  | "lost"
  /** It never comes there. */
  | "dropped"
  /** It is done, and the answer says that something broke. */
  | "done_but_failed"
  /** It is not done, and the answer says that something broke. */
  | "failed"
  | "limited"
  | "unauthorized";

/** A platform over its stand-in, with a user and a group in which the bot is. */
export type StandIn = {
  webhook: Webhook;
  platform: Platform;
  clock: { now(): number };
  /** How long after a send its platform knows what became of it, at the longest. */
  passes(ms: number): void;
  /** The user writes: to the bot alone, or in the group with a mention of it. */
  ask(text: string, where?: "alone" | "group"): Request;
  /** The user sends a picture of these bytes. */
  sendPicture(bytes: Uint8Array): Request;
  /** The last request, once more, as the platform sends it if nobody has taken it. */
  again(): Request;
  /** The message of the last request is taken back. */
  takeBack(): Request;
  /** Presses a button that is shown under the bot's newest message. */
  press(label: string): Request;
  /** What the bot has sent where the user wrote last, as it is seen. */
  seen(): string[];
  /** Happens to the next `times` sends. */
  happens(accident: Accident, times?: number): void;
};
