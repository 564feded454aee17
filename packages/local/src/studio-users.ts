import type { LineSimulator } from "@henji/line-simulator";
import { Hono } from "hono";
import * as z from "zod/mini";
import type { Acts } from "./studio-act.ts";
import { readJson } from "./studio-json.ts";
import { MAX_NAME } from "./studio-limits.ts";

const blockRequest = z.strictObject({ userId: z.string(), blocked: z.boolean() });

export const chatName = z.string().check(z.trim(), z.minLength(1), z.maxLength(MAX_NAME));
/** As LINE has it in a profile: a BCP 47 tag. */
const language = z.optional(z.string().check(z.minLength(2), z.maxLength(35)));
const addRequest = z.strictObject({ name: chatName, language });

/** The part of the API through which the page adds users, and blocks the bot as one of them. */
export function createUserApi(line: LineSimulator, { on, deliver }: Acts): Hono {
  const api = new Hono();
  api.post(
    "/block",
    on(blockRequest, ({ userId, blocked }) => {
      const user = line.users().find((one) => one.userId === userId);
      if (!user) return 404;
      if (blocked === user.blocked) return 409;
      return blocked ? line.unfollow({ from: userId }) : line.follow({ from: userId });
    }),
  );
  api.post("/users", async (c) => {
    const { data } = z.safeParse(addRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    const { name, language } = data;
    const { userId } = line.addUser({ name, ...(language !== undefined && { language }) });
    deliver(line.follow({ from: userId }));
    return c.json({ userId }, 201);
  });
  return api;
}
