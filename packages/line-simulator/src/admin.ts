import * as z from "zod/mini";
import type { createActions } from "./actions.ts";
import type { ApiCall } from "./api.ts";
import { readBody } from "./body.ts";
import type { createCast } from "./cast.ts";
import type { WebhookEvent } from "./events.ts";
import { type Faults, faultRule } from "./faults.ts";
import type { Group, User } from "./people.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TimelineEntry } from "./timeline.ts";
import type { Webhooks } from "./webhook.ts";

/** What the admin pages need of a simulator. */
type Controls = ReturnType<typeof createCast> &
  ReturnType<typeof createActions> &
  Webhooks & {
    bot: object;
    faults: Faults;
    requests: readonly ApiCall[];
    timeline: (chatId: string) => TimelineEntry[];
    users: () => User[];
    groups: () => Group[];
    webhookUrl: () => string | undefined;
    snapshot: () => Snapshot;
  };

const delivery = {
  /** false: only make the event. */
  deliver: z._default(z.boolean(), true),
  redeliver: z.optional(z.object({ times: z.int().check(z.gte(0)), delayMs: z.number().check(z.gte(0)) })),
  duplicates: z.optional(z.int().check(z.gte(0), z.lte(100))),
};
const userBody = z.object({
  name: z.string(),
  userId: z.optional(z.string()),
  language: z.optional(z.string()),
  friend: z.optional(z.boolean()),
});
const groupBody = z.object({
  name: z.string(),
  members: z.array(z.string()),
  groupId: z.optional(z.string()),
});
const sayBody = z.object({
  from: z.string(),
  in: z.optional(z.string()),
  text: z.string(),
  quotedMessageId: z.optional(z.string()),
  mention: z.optional(
    z.object({
      mentionees: z.array(
        z.object({
          index: z.number(),
          length: z.number(),
          type: z.enum(["user", "all"]),
          userId: z.optional(z.string()),
          isSelf: z.optional(z.boolean()),
        }),
      ),
    }),
  ),
  ...delivery,
});
const eventBody = z.object({
  type: z.string(),
  in: z.optional(z.string()),
  mode: z.optional(z.enum(["active", "standby"])),
  fields: z.optional(z.record(z.string(), z.unknown())),
  ...delivery,
});

/** `/_simulator/`: what tests do in process, for people with curl. No part of LINE. */
export function createAdmin(line: Controls) {
  async function send(event: WebhookEvent, options: z.infer<z.ZodMiniObject<typeof delivery>>) {
    const { deliver, redeliver, duplicates } = options;
    return { event, ...(deliver && { delivery: await line.deliver([event], { redeliver, duplicates }) }) };
  }

  async function say(body: unknown) {
    const { deliver, redeliver, duplicates, ...said } = z.parse(sayBody, body);
    return send(line.say(said), { deliver, redeliver, duplicates });
  }

  /** follow, unfollow, join, leave and unsend change the platform too; every other type is only sent. */
  async function event(body: unknown) {
    const { deliver, redeliver, duplicates, ...input } = z.parse(eventBody, body);
    return send(act(input), { deliver, redeliver, duplicates });
  }

  function act(input: Parameters<typeof line.event>[0]): WebhookEvent {
    const { type, in: chat = "", fields } = input;
    if (type === "follow" || type === "unfollow") return line[type]({ from: chat });
    if (type === "join" || type === "leave") return line[type]({ in: chat });
    if (type === "unsend") return line.unsend({ messageId: unsent(fields) });
    return line.event(input);
  }

  const actions: Record<string, (body: unknown, rest: string) => unknown> = {
    "GET ": () => ({
      bot: line.bot,
      webhookUrl: line.webhookUrl() ?? null,
      users: line.users(),
      groups: line.groups(),
      faults: line.faults.list(),
      try: Object.keys(actions).map((name) => name.replace(" ", " /_simulator/")),
    }),
    "POST users": (body) => line.addUser(z.parse(userBody, body) as Parameters<typeof line.addUser>[0]),
    "POST groups": (body) => line.addGroup(z.parse(groupBody, body)),
    "POST say": say,
    "POST events": event,
    "GET timeline": (_, chatId) => line.timeline(chatId),
    "GET requests": () => line.requests,
    "GET faults": () => line.faults.list(),
    "POST faults": (body) => {
      line.faults.add(z.parse(faultRule, body));
      return line.faults.list();
    },
    "DELETE faults": () => {
      line.faults.clear();
      return [];
    },
    "GET snapshot": () => line.snapshot(),
  };

  return async (request: Request): Promise<Response> => {
    const [name = "", rest = ""] = new URL(request.url).pathname.split("/").slice(2);
    const action = actions[`${request.method} ${name}`];
    if (!action)
      return json(404, { message: `No ${request.method} /_simulator/${name}; see GET /_simulator/` });
    try {
      return json(200, await action(await bodyOf(request), rest));
    } catch (error) {
      const message = error instanceof z.core.$ZodError ? z.prettifyError(error) : (error as Error).message;
      return json(400, { message });
    }
  };
}

function unsent(fields: object | undefined): string {
  return z.parse(z.object({ unsend: z.object({ messageId: z.string() }) }), fields).unsend.messageId;
}

/** Any content type will do: curl -d sends a form's. */
async function bodyOf(request: Request): Promise<unknown> {
  const bytes = await readBody(request);
  if (bytes === "too large") throw new Error("The body is larger than 2 MB");
  return bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes));
}

function json(status: number, body: unknown): Response {
  return new Response(`${JSON.stringify(body, null, 2)}\n`, {
    status,
    headers: { "content-type": "application/json" },
  });
}
