import type { LineSimulator } from "@henji/line-simulator";
import * as z from "zod/mini";

const sourced = z.looseObject({
  source: z.looseObject({
    userId: z.optional(z.string()),
    groupId: z.optional(z.string()),
    roomId: z.optional(z.string()),
  }),
});

/**
 * Lists the chat of an event that came from LINE itself, so that Studio can show what the bot remembers of it. Its
 * name is made of its id: the event has no other.
 */
export function addChatOf(
  line: Pick<LineSimulator, "users" | "groups" | "addUser" | "addGroup" | "addRoom">,
) {
  return (event: object): void => {
    const { userId, groupId, roomId } = z.safeParse(sourced, event).data?.source ?? {};
    const chatId = groupId ?? roomId ?? userId;
    if (chatId === undefined || isKnown(chatId)) return;
    const name = `${chatId[0]}…${chatId.slice(-6)}`;
    try {
      if (groupId) line.addGroup({ name, groupId, members: [] });
      else if (roomId) line.addRoom({ roomId, members: [] });
      else line.addUser({ name, userId: chatId });
    } catch {
      // An id that is none of LINE's has no chat.
    }
  };

  function isKnown(id: string): boolean {
    return (
      line.users().some(({ userId }) => userId === id) || line.groups().some(({ chatId }) => chatId === id)
    );
  }
}
