import type { LineSimulator, User, WebhookEvent } from "@henji/line-simulator";
import * as z from "zod/mini";
import { MAX_NAME, MAX_TEXT } from "./studio-view.ts";

export type Answer = { status: number; body?: object };

/** What the page has a user do, by its path; each checks what it is sent. */
export type Acts = Record<string, (request: unknown) => Answer>;

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

export function createActs(line: LineSimulator): Acts {
  /** Not waited for: how it went shows in the chat. */
  function deliver(event: WebhookEvent): Answer {
    void line.deliver([event], { redeliver });
    return { status: 202 };
  }

  /** An act of a user who is there; `act` says nothing if it is not possible any more. */
  function by<T extends { userId: string }>(
    schema: z.ZodMiniType<T>,
    act: (request: T, user: User) => WebhookEvent | undefined,
  ) {
    return (request: unknown): Answer => {
      const { data } = z.safeParse(schema, request);
      if (!data) return { status: 400 };
      const user = line.users().find(({ userId }) => userId === data.userId);
      if (!user) return { status: 404 };
      const event = act(data, user);
      return event ? deliver(event) : { status: 409 };
    };
  }

  function isThere(userId: string, messageId: string): boolean {
    return line
      .timeline(userId)
      .some((entry) => entry.messageId === messageId && entry.by === "user" && !entry.unsent);
  }

  return {
    "/api/say": by(sayRequest, ({ userId, text }, { blocked }) =>
      blocked ? undefined : line.say({ from: userId, text }),
    ),

    "/api/unsend": by(unsendRequest, ({ userId, messageId }, { blocked }) =>
      blocked || !isThere(userId, messageId) ? undefined : line.unsend({ messageId }),
    ),

    "/api/block": by(blockRequest, ({ userId, blocked }, user) => {
      if (blocked === user.blocked) return undefined;
      return blocked ? line.unfollow({ from: userId }) : line.follow({ from: userId });
    }),

    "/api/users"(request) {
      const { data } = z.safeParse(addRequest, request);
      if (!data) return { status: 400 };
      const { userId } = line.addUser(data);
      deliver(line.follow({ from: userId }));
      return { status: 201, body: { userId } };
    },
  };
}
