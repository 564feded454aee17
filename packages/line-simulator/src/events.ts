export type Mode = "active" | "standby";

export type Source =
  | { type: "user"; userId: string }
  | { type: "group"; groupId: string; userId?: string }
  | { type: "room"; roomId: string; userId?: string };

/** What every webhook event has; `source` is missing only where LINE leaves it out. */
export type EventBase = {
  webhookEventId: string;
  /** When it happened, epoch milliseconds; a redelivery does not change it. */
  timestamp: number;
  mode: Mode;
  deliveryContext: { isRedelivery: boolean };
  source?: Source;
  replyToken?: string;
};

export type Mention = {
  mentionees: {
    index: number;
    length: number;
    type: "user" | "all";
    userId?: string | undefined;
    isSelf?: boolean | undefined;
  }[];
};

export type ContentProvider =
  | { type: "line" }
  | { type: "external"; originalContentUrl: string; previewImageUrl?: string };

/** What a user can send, without the ids and tokens that LINE adds. */
export type UserContent =
  | { type: "text"; text: string; mention?: Mention; quotedMessageId?: string }
  | {
      type: "sticker";
      packageId: string;
      stickerId: string;
      stickerResourceType: string;
      keywords?: string[];
      quotedMessageId?: string;
    }
  | {
      type: "image";
      contentProvider: ContentProvider;
      imageSet?: { id: string; index?: number; total?: number };
    }
  | { type: "video"; contentProvider: ContentProvider; duration?: number }
  | { type: "audio"; contentProvider: ContentProvider; duration?: number }
  | { type: "file"; fileName: string; fileSize: number }
  | { type: "location"; latitude: number; longitude: number; title?: string; address?: string };

export type UserMessage = UserContent & { id: string; quoteToken?: string; markAsReadToken?: string };
export type TextMessage = Extract<UserContent, { type: "text" }> & {
  id: string;
  quoteToken: string;
  markAsReadToken: string;
};

export type MessageEvent<M = UserMessage> = EventBase & { type: "message"; source: Source; message: M };
export type UnsendEvent = EventBase & { type: "unsend"; source: Source; unsend: { messageId: string } };
export type FollowEvent = EventBase & { type: "follow"; source: Source; follow: { isUnblocked: boolean } };
export type UnfollowEvent = EventBase & { type: "unfollow"; source: Source };
export type JoinEvent = EventBase & { type: "join"; source: Source };
export type LeaveEvent = EventBase & { type: "leave"; source: Source };
export type PostbackEvent = EventBase & {
  type: "postback";
  source: Source;
  postback: { data: string; params?: Record<string, string> };
};
/** Every other type, including future ones. */
export type OtherEvent = EventBase & { type: string; [field: string]: unknown };

export type WebhookEvent =
  | MessageEvent
  | UnsendEvent
  | FollowEvent
  | UnfollowEvent
  | JoinEvent
  | LeaveEvent
  | PostbackEvent
  | OtherEvent;

/** LINE hands out a reply token with these and no other event types. */
export const REPLYABLE = new Set([
  "message",
  "follow",
  "join",
  "postback",
  "memberJoined",
  "videoPlayComplete",
  "beacon",
  "accountLink",
  "membership",
]);
