import * as z from "zod/mini";

/** A message within its channel, and the time at which it was written: seconds, a dot, and six digits. */
export const ts = z.string().check(z.regex(/^\d{10}\.\d{6}$/));

/** Of a channel, a user, an app or a file. */
export const slackId = z.string().check(z.regex(/^[A-Z0-9]{2,40}$/));

/** It goes into the log. */
const type = z.string().check(z.maxLength(100));

export const lenient = <T extends z.core.$ZodType>(schema: T) => z.catch(z.optional(schema), undefined);

const authorization = z.looseObject({ user_id: slackId, is_bot: z.literal(true) });

/**
 * A message of the Events API in its envelope. `message` and `app_mention` tell of the same message, with ids of their
 * own: it is known by its channel and its `ts`. Unknown types and fields are normal.
 */
export const messageEnvelope = z.looseObject({
  type: z.literal("event_callback"),
  /** The bot's own app. */
  api_app_id: slackId,
  /** For whom Slack sends it: one of them is the bot. */
  authorizations: z.array(z.unknown()),
  is_ext_shared_channel: lenient(z.boolean()),
  event: z.looseObject({
    type: z.enum(["message", "app_mention"]),
    subtype: lenient(type),
    channel: slackId,
    ts,
    thread_ts: lenient(ts),
    deleted_ts: lenient(ts),
    hidden: lenient(z.boolean()),
    user: lenient(slackId),
    bot_id: lenient(z.string()),
    text: lenient(z.string()),
    files: lenient(z.array(z.unknown())),
    /** As it is after a change. */
    message: lenient(z.looseObject({ ts, thread_ts: lenient(ts), subtype: lenient(type) })),
    /** As it was before it was changed or deleted. */
    previous_message: lenient(z.looseObject({ thread_ts: lenient(ts), bot_id: lenient(z.string()) })),
  }),
});

export type MessageEnvelope = z.infer<typeof messageEnvelope>;
export type MessageEvent = MessageEnvelope["event"];

/** A button of a message was pressed: what is kept of Interactivity's payload. */
export const pressEnvelope = z.object({
  type: z.literal("block_actions"),
  api_app_id: slackId,
  user: z.object({ id: slackId }),
  channel: z.object({ id: slackId }),
  /** That has the button. */
  message: z.object({ ts, thread_ts: lenient(ts) }),
  actions: z
    .array(
      z.object({ action_id: z.string().check(z.maxLength(255)), action_ts: ts, value: lenient(z.string()) }),
    )
    .check(z.minLength(1)),
});

export type PressEnvelope = z.infer<typeof pressEnvelope>;

/** The bot as a member of the workspace, by whom it is mentioned. */
export function botUserOf({ authorizations }: MessageEnvelope): string | undefined {
  return authorizations.flatMap((one) => authorization.safeParse(one).data ?? [])[0]?.user_id;
}

/** Of another bot, or of this one: it asks for nothing. */
export function isOfBot({ bot_id }: MessageEvent): boolean {
  return bot_id !== undefined;
}

/** Where a message stands: in a channel, which may be a DM, in the thread that has this message at its head. */
export type Place = { channel: string; thread: string };

export function placeOf(
  channel: string,
  { ts, thread_ts }: { ts: string; thread_ts?: string | undefined },
): Place {
  return { channel, thread: thread_ts ?? ts };
}

export function isDm({ channel }: Pick<Place, "channel">): boolean {
  return channel.startsWith("D");
}

/** A DM is one chat; in a channel each thread is one. */
export function chatIdOf(place: Place): string {
  return isDm(place) ? `slack:${place.channel}` : `slack:${place.channel}:${place.thread}`;
}

/** Epoch milliseconds. As a number it would lose digits. */
export function msOf(ts: string): number {
  return Number(ts.replace(".", "").slice(0, 13));
}

/** What a message event tells of. */
export type Told =
  | { kind: "written"; place: Place; ts: string }
  /** A message with answers in its thread is changed into a stone instead of deleted. */
  | { kind: "deleted"; place: Place; ts: string; isOwn: boolean }
  | { kind: "other"; place: Place; ts: string };

export function toldBy({ event }: MessageEnvelope): Told {
  const { channel, subtype, message, previous_message: before } = event;
  const isOwn = before?.bot_id !== undefined;
  if (subtype === "message_deleted" && event.deleted_ts !== undefined) {
    const ts = event.deleted_ts;
    return { kind: "deleted", place: placeOf(channel, { ts, thread_ts: before?.thread_ts }), ts, isOwn };
  }
  if (subtype === "message_changed" && message?.subtype === "tombstone") {
    return { kind: "deleted", place: placeOf(channel, message), ts: message.ts, isOwn };
  }
  const place = placeOf(channel, event);
  const isOther = event.hidden || (subtype !== undefined && !written.has(subtype));
  return { kind: isOther ? "other" : "written", place, ts: event.ts };
}

const written: ReadonlySet<string> = new Set(["file_share", "thread_broadcast"]);

/** The same for both events of one message, and for every delivery of each. */
export function eventIdOf(envelope: MessageEnvelope): string {
  const { kind, place, ts } = toldBy(envelope);
  return `${place.channel}-${ts}${kind === "deleted" ? "-deleted" : ""}`;
}

export function pressIdOf({ channel, message, actions }: PressEnvelope): string {
  return `${channel.id}-${message.ts}-${actions[0]!.action_ts}`;
}
