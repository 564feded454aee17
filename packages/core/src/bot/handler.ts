import type { messagingApi, webhook } from "@line/bot-sdk";
import type { Log } from "../log.ts";
import type { ToolAudience } from "../tool/tool.ts";
import type { Language } from "./language.ts";

/** A message as LINE takes it: a text, a picture, Flex and so on. */
export type LineMessage = messagingApi.Message;

/** What a handler says: texts and LINE's messages, five at the most; or nothing. */
export type HandlerAnswer = string | LineMessage | readonly (string | LineMessage)[] | undefined;

/** What every handler is given. */
export type HandlerContext = ToolAudience & {
  /** LINE's id of the event: the same each time that the handler runs for it. */
  eventId: string;
  /** In which the bot says something of its own to this user. */
  language: Language;
  /** Aborts when the handler's time is over. What ignores it goes on alone, and nobody hears of its result. */
  signal: AbortSignal;
  /** Carries the event and the chat. What it is given is printed: no text of a user belongs there. */
  log: Log;
};

/** Answers without the model. It may run again for the same event: after an error, and after a crash. */
export type Handler<T> = (context: HandlerContext & T) => HandlerAnswer | Promise<HandlerAnswer>;

export type CommandContext = HandlerContext & {
  /** As the user has written it. */
  text: string;
};

/** A command of the owner's: words that a handler answers. */
export type OwnCommand = {
  /** A user writes one of them as a whole message. The first in their language is the label of its button. */
  words: string[];
  /** What it does, for `/help`, which lists it then. */
  about?: string | undefined;
  run: Handler<{ text: string }>;
};

/** For `commands.own` of `bot.config.ts`. */
export function defineCommand(command: OwnCommand): OwnCommand {
  return command;
}

/** LINE's events that the bot passes over, or only greets, with the names of their handlers. */
export const handlerNames = {
  follow: "onFollow",
  join: "onJoin",
  postback: "onPostback",
  beacon: "onBeacon",
  memberJoined: "onMemberJoined",
  memberLeft: "onMemberLeft",
  accountLink: "onAccountLink",
  membership: "onMembership",
  videoPlayComplete: "onVideoPlayComplete",
} as const;

export type HandledEvent = keyof typeof handlerNames;

/** Handlers of events; `event` is as LINE has sent it. */
export type EventHandlers = {
  onFollow: Handler<{ event: webhook.FollowEvent }>;
  onJoin: Handler<{ event: webhook.JoinEvent }>;
  /** Of buttons and rich menus of the owner's own. */
  onPostback: Handler<{ event: webhook.PostbackEvent; data: string }>;
  onBeacon: Handler<{ event: webhook.BeaconEvent }>;
  onMemberJoined: Handler<{ event: webhook.MemberJoinedEvent }>;
  onMemberLeft: Handler<{ event: webhook.MemberLeftEvent }>;
  onAccountLink: Handler<{ event: webhook.AccountLinkEvent }>;
  onMembership: Handler<{ event: webhook.MembershipEvent }>;
  onVideoPlayComplete: Handler<{ event: webhook.VideoPlayCompleteEvent }>;
};

/** Those that a bot has. */
export type Handlers = { [name in keyof EventHandlers]?: EventHandlers[name] | undefined };

/** A handler whose types are not known any more. */
export type AnyHandler = { name: string; run(context: HandlerContext & Record<string, unknown>): unknown };

/** The handler of an event, if the bot has one. */
export function handlerOf(event: HandledEvent, bot: Handlers): AnyHandler | undefined {
  const name = handlerNames[event];
  const run = bot[name] as AnyHandler["run"] | undefined;
  return run && { name, run };
}
