import type { Chat } from "../bot/bot.ts";
import type { Memory } from "../chat/chats.ts";
import type { TalkMessage } from "../chat/talk.ts";
import { plainName } from "../context/about.ts";
import type { Overheard } from "../context/context.ts";
import type { Platform } from "../platform/platform.ts";
import type { Repeated } from "../turn/answer.ts";
import type { Turn } from "../turn/turn.ts";

/** A member of a group whose name the platform does not tell. */
export const NAMELESS = "Somebody";

export type OverheardRequest = {
  talk: readonly TalkMessage[];
  memory: Pick<Memory, "turns" | "erasedBefore">;
  turn: Pick<Turn, "key">;
  /** The turn whose question is asked once more, if it is. */
  repeats: Pick<Repeated, "key"> | undefined;
  platform: Pick<Platform, "profileOf">;
  chat: Chat;
};

/** What members of a group said to each other between the last question that was answered and this one. */
export async function overheardBefore(request: OverheardRequest): Promise<Overheard[]> {
  const { talk, memory, turn, repeats, platform, chat } = request;
  const asked = repeats ?? turn;
  const last = memory.turns.findLast(({ key }) => key < asked.key)?.key ?? "";
  const since = talk.filter(({ key, text }) => {
    const isErased = text === "" || key < memory.erasedBefore;
    return last < key && key < asked.key && !isErased;
  });
  const members = [...new Set(since.map(({ senderId }) => senderId))];
  const names = await Promise.all(
    members.map(async (id) => plainName((await platform.profileOf(chat, id))?.name ?? "") || NAMELESS),
  );
  return since.map(({ senderId, messageId, text }) => {
    return { speaker: names[members.indexOf(senderId)] ?? NAMELESS, text, messageId };
  });
}
