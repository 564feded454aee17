import { isChatId, isUserId } from "./ids.ts";
import type { Group, User } from "./people.ts";
import type { Platform } from "./platform.ts";

/** Adds users, groups and rooms to the platform. */
export function createCast({ ids, people, emit }: Platform) {
  function addGroupOrRoom(type: Group["type"], name: string, members: string[], chatId: string): Group {
    const letter = type === "group" ? "C" : "R";
    if (!isChatId(chatId) || !chatId.startsWith(letter)) {
      throw new Error(`A ${type} id is ${letter} and 32 hexadecimal digits, not ${chatId}`);
    }
    for (const member of members) people.user(member);
    const group: Group = { chatId, type, name, members: [...members], joined: true };
    people.groups.set(chatId, group);
    emit({ type: "group", group });
    return structuredClone(group);
  }

  return {
    /** Adds a user, a friend of the bot unless told otherwise. */
    addUser(
      input: { name: string; userId?: string | undefined } & Partial<Omit<User, "displayName" | "userId">>,
    ): User {
      const { name, userId = ids.user(), ...rest } = input;
      const user: User = { userId, displayName: name, language: "ja", friend: true, blocked: false, ...rest };
      if (!isUserId(user.userId))
        throw new Error(`A user id is U and 32 hexadecimal digits, not ${user.userId}`);
      people.users.set(user.userId, user);
      emit({ type: "user", user });
      return structuredClone(user);
    },

    /** Adds a group with the bot in it. */
    addGroup: (input: { name: string; members: string[]; groupId?: string | undefined }): Group =>
      addGroupOrRoom("group", input.name, input.members, input.groupId ?? ids.group()),

    /** Adds a multi-person chat with the bot in it. */
    addRoom: (input: { members: string[]; roomId?: string | undefined }): Group =>
      addGroupOrRoom("room", "", input.members, input.roomId ?? ids.room()),
  };
}
