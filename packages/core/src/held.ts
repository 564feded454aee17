import type { Memory } from "./chat/chats.ts";
import type { TalkMessage } from "./chat/talk.ts";
import type { Log } from "./log.ts";
import type { Answerable, Profile } from "./platform/platform.ts";
import type { ReadableMessage } from "./receive.ts";
import type { PastTurn } from "./turn/past.ts";
import type { AnsweredTurn, Turn } from "./turn/turn.ts";
import type { Spending } from "./usage/spent.ts";

export type Batch = {
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  /** How many chats have a message in it. */
  chats: number;
  /** The messages that an event in it unsends: ids of messages are unique within a chat. */
  unsent: readonly { chatId: string; messageId: string }[];
};

/** A message that is being worked on. */
export type Work<T> = Omit<ReadableMessage, "inbound"> & { inbound: T; batch: Batch; log: Log };

/** What gets an answer, whose turn this worker holds, and what it knows of it. */
export type Held = Work<Answerable> & {
  /** As this attempt found it. */
  turn: Turn;
  memory: Memory;
  /** Of the one who asks; it never fails. */
  profile: Promise<Profile | undefined>;
  /** What members of a group said to each other, if the bot is told of it; it never fails. */
  talk: Promise<readonly TalkMessage[]>;
  /** Since when the free reply is spent on saying that the answer takes long, epoch milliseconds; this attempt may do so. */
  thinking: { at: number | undefined };
  spending: Spending;
  /** Whether all users together have used what the bot may use today. */
  checkingCap: Promise<boolean>;
};

/** A turn whose answer is stored; `past` only if the model was asked just now, and its answer joins the window. */
export type Stored = { turn: AnsweredTurn; past: PastTurn | undefined };
