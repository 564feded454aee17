import type { Chat } from "../bot/bot.ts";
import type { HandledEvent } from "../bot/handler.ts";
import type { Job } from "../queue/job.ts";
import type { Content } from "./content.ts";
import type { Media, MediaLimits } from "./media.ts";
import type { PlatformName } from "./name.ts";

/**
 * The contract between core and the places where people chat. Ingress holds a {@link Webhook}, which knows
 * the signing secret only; the worker a {@link Platform}, which knows the access token only. What differs
 * between platforms (signatures, clients, error tables, limits, reply tokens, quota) stays in its folder.
 */

/** An event of a verified webhook, as it goes on the queue. */
export type Arrival = {
  /** The same for every delivery of one happening: SQS deduplicates by it, and the turn is found by it. */
  eventId: string;
  /** The FIFO group. LINE's ids stay bare; those of any other platform have its name in front. */
  chatId: string;
  /** For the log. */
  type: string;
  isRedelivery: boolean;
  /** As the platform sent it. */
  event: unknown;
};

export type Opened =
  | {
      kind: "events";
      events: readonly Arrival[];
      /** Those that can ask for nothing, such as the bot's own messages: they are not worth a place in the queue. */
      ignored?: readonly Omit<Arrival, "event">[];
      /** Why others of the webhook are passed over: they have no id by which they could be answered once. */
      unreadable: readonly string[];
    }
  /** It only asks whether the bot is here. `answer` is what to say, as plain text. */
  | { kind: "challenge"; answer: string }
  /** `code` names the log line. */
  | {
      kind: "refused";
      status: 400 | 401;
      code: "webhook.unsigned" | "webhook.bad_signature" | "webhook.stale" | "webhook.malformed";
    };

/** By name, in lower case. */
export type WebhookHeaders = Pick<Headers, "get" | "has">;

export type Webhook = {
  platform: PlatformName;
  /** Verifies the bytes as they came, and only then parses them. */
  open(headers: WebhookHeaders, body: Uint8Array): Opened;
};

/** What an event means to the bot. */
export type Inbound = Question | Overheard | Pressed | Greeting | Occurrence | Erasure | Ignored;

/** What gets a turn of its own, and by that one answer at the most. */
export type Answerable = Question | Pressed | Greeting | Occurrence;

type Happening = {
  eventId: string;
  /** When it happened, epoch milliseconds; the same for every delivery of it. */
  at: number;
  chat: Chat;
  /** For the log, such as `message/sticker in a group`. */
  type: string;
};

/** Something that a user has written. */
type Written = Happening & {
  messageId: string;
  /**
   * The user who writes; in a 1:1 chat the chat's own id, in a group never. One name for all of whom the platform
   * does not say who they are.
   */
  senderId: string;
  /** Without the mention of the bot. */
  content: Content;
  /** The platform's id of the message that it quotes. */
  quotes?: string | undefined;
};

/** Written to the bot: in a 1:1 chat, or with a mention of it. */
export type Question = Written & { kind: "question" };

/** Written in a group, as far as the platform can tell not to the bot. */
export type Overheard = Written & {
  kind: "overheard";
  /** It is for the bot if the bot has spoken in its chat before. */
  follows?: boolean;
};

/** A button of the bot's own was pressed. */
export type Pressed = Happening & { kind: "pressed"; senderId: string; data: string };

/** A user has added the bot, or it has come into a group. */
export type Greeting = Happening & { kind: "greeting"; event: "follow" | "join"; senderId: string };

/** Something that is passed over, unless the bot's owner has a handler for it. */
export type Occurrence = Happening & {
  kind: "occurrence";
  event: HandledEvent;
  senderId: string;
  /** Of a button of the owner's own. */
  data?: string | undefined;
  /** Whoever did it asks for something: without a handler, it is a question that is not understood. */
  isAsking: boolean;
};

/** Something that was said is to be erased. */
export type Erasure = Happening & { kind: "erasure"; erase: "chat" | ErasedMessage };

export type ErasedMessage = {
  messageId: string;
  /** Nothing that was written before can be it, epoch milliseconds. */
  since: number;
};

/** Neither asks nor erases: another bot's turn to speak, or of a type that asks for nothing. */
export type Ignored = Happening & { kind: "ignored" };

/**
 * A message as it is stored and sent, byte for byte. Core reads nothing of it but the text that the user
 * sees, or that stands for what they see; all else is its platform's.
 */
export type Message = { readonly text: string };

/** What the user sees of them, a message a line. */
export function shownText(messages: readonly Message[]): string {
  return messages.map(({ text }) => text).join("\n");
}

/** Who writes, as the platform shows them. */
export type Profile = {
  name: string;
  /** The one they use the platform in, a BCP 47 tag, where it says so. */
  language: string | undefined;
};

/** Pressing one shows its text as the user's own. With `data`, that alone is what the bot is told. */
export type Button = { label: string; text: string; data?: string };

export type ComposeOptions = {
  /** Ends a text that is not whole. */
  cutNotice: string;
  /** The text is known not to be whole. */
  isCut?: boolean;
  buttons?: readonly Button[];
  /** Stands under a text that one call does not take, and asks for the rest of it, which then is not cut. */
  continueButton?: Button;
};

export type Composed<M extends Message = Message> = {
  /** What one call takes. */
  messages: M[];
  /** What comes after them, as it will be shown: to be composed like a text of the bot's own. Only with a button. */
  rest?: string;
};

/** A text, not empty, as messages. What one call does not take is left for a button to go on with, or cut. */
export type Compose = (text: string, options: ComposeOptions) => Composed;

/** `reply` answers the webhook and is free; `push` is sent on the bot's own account and may be counted. */
export const routes = ["reply", "push"] as const;
export type Route = (typeof routes)[number];

export type Delivered = {
  route: Route;
  /** The platform's id of the accepted request, to trace it with. */
  requestId: string | undefined;
  /** The platform's ids of the messages, if it has told them: by them users quote the bot. */
  sentIds?: readonly string[] | undefined;
};

/** A stored answer on its way out. */
export type Delivery = {
  job: Job;
  chatId: string;
  messages: readonly Message[];
  /** The same however often it is sent: by it the platform tells a repeat from a new message. A UUID. */
  idempotencyKey: string;
  route: Route;
  /**
   * When an earlier attempt may last have sent it, and nobody has heard what came of it, epoch milliseconds; not set if
   * none can have.
   */
  maybeSentAt: number | undefined;
  /** Comes before each send: throws unless the turn is held for as long as the send can take. */
  mustHold(forMs: number): void;
  /** Records that it will be pushed, since no reply arrived. @returns false if it is not to be pushed */
  usePush(): Promise<boolean>;
};

export type Platform = {
  name: PlatformName;
  /** @throws BotError `job.unreadable` */
  read(event: unknown): Inbound;
  /**
   * Whether what may have been sent by this route at that moment, epoch milliseconds, can be delivered again so that its
   * user sees it once.
   */
  mayRepeat(route: Route, sentAt: number, now: number): boolean;
  /** For a text of the bot's own: it is shown as it stands. */
  compose: Compose;
  /** For Markdown, which a model wrote. What reads it is loaded on first use: beside a model call, never before. */
  loadMarkdown(): Promise<Compose>;
  /**
   * What a handler of the bot's owner has returned; none, if that is nothing.
   *
   * @throws BotError `handler.bad_answer` that says what the platform does not take
   */
  ownMessages(answer: unknown, options: Pick<ComposeOptions, "cutNotice">): readonly Message[];
  /** The messages with these buttons under the last, in front of its own. */
  withButtons(messages: readonly Message[], buttons: readonly Button[]): readonly Message[];
  /** The messages with the question quoted, where the platform can: so that a late answer shows what it answers. */
  quoting(messages: readonly Message[], job: Job): readonly Message[];
  /** Whether one call takes a text of the bot's own. */
  fits(text: string): boolean;
  /** Messages that one call takes, at the most. */
  maxMessages: number;
  /** Until when an answer can be replied, epoch milliseconds; infinite, if always; nothing, if it never could. */
  replyUntil(job: Job): number | undefined;
  /**
   * Comes before anything is paid for that could not be delivered. It makes no call unless the platform has
   * refused before.
   *
   * @throws BotError what the platform has said, if it is known to take nothing
   */
  ready(): Promise<void>;
  /** Whether there is quota for a push that can be spared. Asked rarely; it never throws. */
  mayPush(): Promise<boolean>;
  /**
   * Sends a stored answer so that the user sees it once.
   *
   * @returns nothing, if it is certain that nothing was sent, and it is to wait
   * @throws BotError with `outcome: "unknown"` if it may have arrived
   */
  deliver(delivery: Delivery): Promise<Delivered | undefined>;
  /** Sends something that is not stored, such as an apology: one try. @throws BotError if it was not taken */
  sendOnce(
    message: Pick<Delivery, "job" | "chatId" | "messages" | "idempotencyKey" | "route">,
  ): Promise<Pick<Delivered, "sentIds">>;
  /** Shows that an answer is being written, where the platform can, for at most so long: a courtesy. */
  showLoading(chat: Chat, job: Job, forS: number): Promise<void>;
  /** Shows that the message was read, where the platform can and it is not shown anyway: a courtesy. */
  markAsRead(job: Job): Promise<void>;
  /**
   * What a user has sent beside text, by the id of its message, while the platform has it; or a small picture of that.
   *
   * @throws BotError `media.gone`, `media.too_large`, `media.empty`, which no retry changes; or one that a retry may
   */
  fetchMedia(ref: string, what: "whole" | "preview", limits: MediaLimits): Promise<Media>;
  /** The name by which users call the bot; nothing, if it cannot be had now. It never throws. */
  botName(): Promise<string | undefined>;
  /**
   * Nothing, if it cannot be had now: it takes no longer than a short deadline. It never throws.
   *
   * @param job of what they do, if it is known: in a 1:1 chat it may say more of them than the chat's id
   */
  profileOf(chat: Chat, userId: string, job?: Job): Promise<Profile | undefined>;
};

/** The platforms that a worker serves. */
export type Platforms = Readonly<Record<PlatformName, Platform | undefined>>;

/** What a platform tells without a way to answer. */
export type Reader = Pick<Platform, "read" | "mayRepeat">;

export type Readers = Readonly<Record<PlatformName, Reader | undefined>>;
