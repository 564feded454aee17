import type { Memory } from "../chat/chats.ts";
import type { TalkMessage } from "../chat/talk.ts";
import type { Log } from "../log.ts";
import type { Answerable, Platform, Profile } from "../platform/platform.ts";
import type { Job } from "../queue/job.ts";
import type { Said } from "../turn/answer.ts";
import type { Turn } from "../turn/turn.ts";
import type { Spending } from "../usage/spent.ts";

export type ReplyRequest = {
  turn: Turn;
  /** What it answers. */
  inbound: Answerable;
  /** Of the one who asks, as far as it is known. */
  profile: Profile | undefined;
  /** What members of its group said to each other. */
  talk: readonly TalkMessage[];
  job: Job;
  memory: Memory;
  platform: Platform;
  /** See `Held`. */
  thinking: { at: number | undefined };
  spending: Spending;
  /** When this invocation must be over, epoch milliseconds. */
  deadline: number;
  log: Log;
};

/** What is said to a question, before it is stored. */
export type Reply = {
  said: Said;
  /** The model's id of the request that gave it. */
  requestId: string | undefined;
  /** Name of the one who asks, if it is part of the conversation: in a group. */
  speaker: string | undefined;
  /** The model answered only without what came before: the chat's window is to leave that out. */
  isPastRefused: boolean;
  /** See `Answer`. */
  gathers?: readonly string[] | undefined;
};
