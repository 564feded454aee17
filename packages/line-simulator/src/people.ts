import { STRANGER_REACHABLE_MS } from "./limits.ts";

export type User = {
  userId: string;
  displayName: string;
  language: string;
  pictureUrl?: string;
  statusMessage?: string;
  /** Has added the bot; a user can also write without. */
  friend: boolean;
  blocked: boolean;
  /** Last message in the 1:1 chat, epoch milliseconds. */
  wroteAt?: number;
};

/** A group or room; `joined` says whether the bot is in it. */
export type Group = {
  chatId: string;
  type: "group" | "room";
  name: string;
  members: string[];
  joined: boolean;
};
export type SavedPeople = { users: User[]; groups: Group[] };
export type People = ReturnType<typeof createPeople>;

/** Users, groups and rooms, and which of them the bot can reach. */
export function createPeople({ clock, saved }: { clock: () => number; saved?: SavedPeople | undefined }) {
  const copy = structuredClone(saved ?? { users: [], groups: [] });
  const users = new Map(copy.users.map((user) => [user.userId, user]));
  const groups = new Map(copy.groups.map((group) => [group.chatId, group]));

  return {
    users,
    groups,

    user(userId: string): User {
      const user = users.get(userId);
      if (!user) throw new Error(`No user ${userId} in this simulator: add one with addUser`);
      return user;
    },

    /** A group or room the bot is in. */
    group(chatId: string): Group {
      const group = groups.get(chatId);
      if (!group)
        throw new Error(`No group or room ${chatId} in this simulator: add one with addGroup or addRoom`);
      if (!group.joined) throw new Error(`The bot is not in ${chatId}, so LINE tells it nothing from there`);
      return group;
    },

    /** The user, if the bot may see the profile: friends only. */
    shows(userId: string): User | undefined {
      const user = users.get(userId);
      return user?.friend && !user.blocked ? user : undefined;
    },

    /**
     * How many people a push to this chat reaches: 0 for a user who blocked or is
     * a stranger, undefined where LINE knows no such chat.
     */
    reach(chatId: string): number | undefined {
      const group = groups.get(chatId);
      if (group) return group.joined ? group.members.length : undefined;
      const user = users.get(chatId);
      if (!user) return undefined;
      const wroteLately = clock() - (user.wroteAt ?? Number.NEGATIVE_INFINITY) <= STRANGER_REACHABLE_MS;
      return !user.blocked && (user.friend || wroteLately) ? 1 : 0;
    },

    save: (): SavedPeople => structuredClone({ users: [...users.values()], groups: [...groups.values()] }),
  };
}
