import type { LineSimulator, User, WebhookEvent } from "@henji/line-simulator";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod/mini";
import { MAX_NAME, MAX_TEXT } from "./studio-view.ts";

/** 5,000 characters of three bytes, escaped, and some more. */
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

/** So that a webhook that fails while the bot is being edited is not lost, as with LINE's redelivery switched on. */
const redeliver = { times: 3, delayMs: 3_000 };

/** What the page has a user do; each act checks what it is sent. */
export function createActs(line: LineSimulator): Hono {
  const acts = new Hono();
  acts.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));

  /** Not waited for: how it went shows in the chat. */
  function deliver(event: WebhookEvent): void {
    void line.deliver([event], { redeliver });
  }

  /** An act of a user who is there; `act` says nothing if it is not possible any more. */
  function by<T extends { userId: string }>(
    schema: z.ZodMiniType<T>,
    act: (request: T, user: User) => WebhookEvent | undefined,
  ) {
    return async (c: Context): Promise<Response> => {
      const { data } = z.safeParse(schema, await readJson(c));
      if (!data) return c.body(null, 400);
      const user = line.users().find(({ userId }) => userId === data.userId);
      if (!user) return c.body(null, 404);
      const event = act(data, user);
      if (!event) return c.body(null, 409);
      deliver(event);
      return c.body(null, 202);
    };
  }

  function isThere(userId: string, messageId: string): boolean {
    return line
      .timeline(userId)
      .some((entry) => entry.messageId === messageId && entry.by === "user" && !entry.unsent);
  }

  acts.post(
    "/say",
    by(sayRequest, ({ userId, text }, { blocked }) =>
      blocked ? undefined : line.say({ from: userId, text }),
    ),
  );
  acts.post(
    "/unsend",
    by(unsendRequest, ({ userId, messageId }, { blocked }) =>
      blocked || !isThere(userId, messageId) ? undefined : line.unsend({ messageId }),
    ),
  );
  acts.post(
    "/block",
    by(blockRequest, ({ userId, blocked }, user) => {
      if (blocked === user.blocked) return undefined;
      return blocked ? line.unfollow({ from: userId }) : line.follow({ from: userId });
    }),
  );
  acts.post("/users", async (c) => {
    const { data } = z.safeParse(addRequest, await readJson(c));
    if (!data) return c.body(null, 400);
    const { userId } = line.addUser(data);
    deliver(line.follow({ from: userId }));
    return c.json({ userId }, 201);
  });
  return acts;
}

/** @returns nothing if it is no JSON */
async function readJson({ req }: Context): Promise<unknown> {
  // A form of another site cannot claim this type without asking first.
  if (req.header("content-type")?.split(";")[0] !== "application/json") return undefined;
  return req.json().catch(() => undefined);
}
