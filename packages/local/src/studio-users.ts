import type { LineSimulator, User, WebhookEvent } from "@henji/line-simulator";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod/mini";
import { readJson } from "./studio-json.ts";
import { MAX_NAME, MAX_TEXT } from "./studio-view.ts";

/** Room for 5,000 characters of three bytes, escaped. */
const MAX_BODY_BYTES = 64 * 1024;

const sayRequest = z.strictObject({
  userId: z.string(),
  text: z.string().check(
    z.maxLength(MAX_TEXT),
    z.refine((text) => text.trim() !== ""),
  ),
});

const unsendRequest = z.strictObject({ userId: z.string(), messageId: z.string() });

const blockRequest = z.strictObject({ userId: z.string(), blocked: z.boolean() });

const addRequest = z.strictObject({
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(MAX_NAME)),
});

/** As with LINE's webhook redelivery switched on: a webhook that fails while the bot is being edited is not lost. */
const redeliver = { times: 3, delayMs: 3_000 };

/** The part of the API through which the page acts as a user. Every body is checked. */
export function createUserApi(line: LineSimulator): Hono {
  const api = new Hono();
  api.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));

  /** Not awaited: the chat shows the result. */
  function deliver(event: WebhookEvent): void {
    void line.deliver([event], { redeliver });
  }

  /** A handler for an action of an existing user. `action` returns undefined if it is not possible: 409. */
  function asUser<T extends { userId: string }>(
    schema: z.ZodMiniType<T>,
    action: (request: T, user: User) => WebhookEvent | undefined,
  ) {
    return async (c: Context): Promise<Response> => {
      const { data } = z.safeParse(schema, await readJson(c));
      if (!data) return c.body(null, 400);
      const user = line.users().find(({ userId }) => userId === data.userId);
      if (!user) return c.body(null, 404);
      const event = action(data, user);
      if (!event) return c.body(null, 409);
      deliver(event);
      return c.body(null, 202);
    };
  }

  function canUnsend(userId: string, messageId: string): boolean {
    return line
      .timeline(userId)
      .some((entry) => entry.messageId === messageId && entry.by === "user" && !entry.unsent);
  }

  api.post(
    "/say",
    asUser(sayRequest, ({ userId, text }, { blocked }) =>
      blocked ? undefined : line.say({ from: userId, text }),
    ),
  );
  api.post(
    "/unsend",
    asUser(unsendRequest, ({ userId, messageId }, { blocked }) =>
      blocked || !canUnsend(userId, messageId) ? undefined : line.unsend({ messageId }),
    ),
  );
  api.post(
    "/block",
    asUser(blockRequest, ({ userId, blocked }, user) => {
      if (blocked === user.blocked) return undefined;
      return blocked ? line.unfollow({ from: userId }) : line.follow({ from: userId });
    }),
  );
  api.post("/users", async (c) => {
    const { data } = z.safeParse(addRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    const { userId } = line.addUser(data);
    deliver(line.follow({ from: userId }));
    return c.json({ userId }, 201);
  });
  return api;
}
