import type { LineSimulator } from "@henji/line-simulator";
import { Hono } from "hono";
import * as z from "zod/mini";
import type { Acts } from "./studio-act.ts";
import { readJson } from "./studio-json.ts";
import { MAX_MEMBERS } from "./studio-limits.ts";
import { chatName } from "./studio-users.ts";

const addRequest = z.strictObject({
  name: chatName,
  /** User ids. */
  members: z.array(z.string()).check(
    z.minLength(1),
    z.maxLength(MAX_MEMBERS),
    z.refine((ids) => new Set(ids).size === ids.length),
  ),
});
const joinedRequest = z.strictObject({ chatId: z.string(), joined: z.boolean() });
const memberRequest = z.strictObject({ chatId: z.string(), userId: z.string(), member: z.boolean() });

/** The part of the API through which the page makes groups, and changes who is in them. */
export function createGroupApi(line: LineSimulator, { on, deliver }: Acts): Hono {
  const api = new Hono();
  const isUser = (id: string) => line.users().some(({ userId }) => userId === id);
  const groupOf = (id: string) => line.groups().find(({ chatId }) => chatId === id);

  api.post("/groups", async (c) => {
    const { data } = z.safeParse(addRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    if (!data.members.every(isUser)) return c.body(null, 404);
    const { chatId } = line.addGroup(data);
    deliver(line.join({ in: chatId }));
    return c.json({ chatId }, 201);
  });

  // The bot is invited, or removed.
  api.post(
    "/groups/joined",
    on(joinedRequest, ({ chatId, joined }) => {
      const group = groupOf(chatId);
      if (!group) return 404;
      if (group.joined === joined) return 409;
      return joined ? line.join({ in: chatId }) : line.leave({ in: chatId });
    }),
  );

  // A user comes into the group, or leaves it.
  api.post(
    "/groups/members",
    on(memberRequest, ({ chatId, userId, member }) => {
      const group = groupOf(chatId);
      if (!group || !isUser(userId)) return 404;
      if (!group.joined || group.members.includes(userId) === member) return 409;
      return member ? line.memberJoin({ in: chatId, userId }) : line.memberLeave({ in: chatId, userId });
    }),
  );
  return api;
}
