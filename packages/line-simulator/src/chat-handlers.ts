import { invalidParameter, Refusal } from "./answer.ts";
import type { Call, Handler } from "./handler.ts";
import { DEFAULT_PAGE, MAX_PAGE, MEMBER_PAGE } from "./limits.ts";
import type { Group } from "./people.ts";
import type { Platform } from "./platform.ts";

/** Friends, and the members of groups and rooms. */
export function createChatHandlers({ people, emit }: Platform) {
  function profile(c: Call): Response {
    const user = people.shows(c.req.param("userId")!);
    if (!user) throw notFound();
    const { userId, displayName, language, pictureUrl, statusMessage } = user;
    return c.json({
      userId,
      displayName,
      language,
      ...(pictureUrl && { pictureUrl }),
      ...(statusMessage && { statusMessage }),
    });
  }

  /** Friends who have not blocked the bot. */
  function followers(c: Call): Response {
    const limit = Number(c.req.query("limit") ?? DEFAULT_PAGE);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw invalidParameter("limit");
    const userIds = [...people.users.keys()].filter((userId) => people.shows(userId));
    const { page, next } = pageOf(userIds, c.req.query("start"), limit);
    return c.json({ userIds: page, ...next });
  }

  /** The group or room that the path names, with the bot in it. */
  function joinedGroup(c: Call): Group {
    const group = people.groups.get(groupOrRoomId(c));
    if (!group?.joined) throw notFound();
    return group;
  }

  function memberProfile(c: Call): Response {
    const member = joinedGroup(c).members.find((userId) => userId === c.req.param("userId"));
    if (!member) throw notFound();
    const { userId, displayName, pictureUrl } = people.user(member);
    return c.json({ userId, displayName, ...(pictureUrl && { pictureUrl }) });
  }

  function memberIds(c: Call): Response {
    const { page, next } = pageOf(joinedGroup(c).members, c.req.query("start"), MEMBER_PAGE);
    return c.json({ memberIds: page, ...next });
  }

  function groupSummary(c: Call): Response {
    const { chatId, name } = joinedGroup(c);
    return c.json({ groupId: chatId, groupName: name });
  }

  /** LINE: leaving a room that the bot is not in is no error; leaving such a group is one. */
  function leave(c: Call): Response {
    const group = people.groups.get(groupOrRoomId(c));
    if (group?.joined) {
      group.joined = false;
      emit({ type: "group", group });
    } else if (c.req.param("groupId")) throw notFound();
    return c.json({});
  }

  return {
    profile,
    followers,
    "member-profile": memberProfile,
    "member-ids": memberIds,
    "member-count": (c) => c.json({ count: joinedGroup(c).members.length }),
    "group-summary": groupSummary,
    leave,
  } satisfies Record<string, Handler>;
}

const notFound = () => new Refusal(404, "Not found");

/** A route has one of the two, whose form is checked before. */
const groupOrRoomId = (c: Call) => (c.req.param("groupId") ?? c.req.param("roomId"))!;

/** A page of ids; its continuation token is the last of them. */
function pageOf(ids: readonly string[], start: string | undefined, size: number) {
  const from = start === undefined ? 0 : ids.indexOf(start) + 1;
  if (start !== undefined && from === 0) throw invalidParameter("start");
  const page = ids.slice(from, from + size);
  return { page, next: from + size < ids.length ? { next: page.at(-1)! } : {} };
}
