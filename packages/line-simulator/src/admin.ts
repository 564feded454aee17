import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { prettyJSON } from "hono/pretty-json";
import * as z from "zod/mini";
import type { createActions } from "./actions.ts";
import type { ApiCall } from "./call.ts";
import type { createCast } from "./cast.ts";
import type { WebhookEvent } from "./events.ts";
import { type Faults, faultRule } from "./faults.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import type { Group, User } from "./people.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TimelineEntry } from "./timeline.ts";
import type { Webhooks } from "./webhook.ts";

/** What the admin API needs of a simulator. */
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
    useWebhook: (active: boolean) => void;
    snapshot: () => Snapshot;
  };

const delivery = {
  /** false: only create the event. */
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
const webhookBody = z.object({ active: z.boolean() });
const eventBody = z.object({
  type: z.string(),
  in: z.optional(z.string()),
  mode: z.optional(z.enum(["active", "standby"])),
  fields: z.optional(z.record(z.string(), z.unknown())),
  ...delivery,
});

/** `/_simulator/`: what tests do in process, over HTTP, such as with curl. Not part of LINE. */
export function createAdmin(line: Controls) {
  async function send(event: WebhookEvent, options: z.infer<z.ZodMiniObject<typeof delivery>>) {
    const { deliver, redeliver, duplicates } = options;
    return { event, ...(deliver && { delivery: await line.deliver([event], { redeliver, duplicates }) }) };
  }

  function act(input: Parameters<typeof line.event>[0]): WebhookEvent {
    const { type, in: chat = "", fields } = input;
    if (type === "follow" || type === "unfollow") return line[type]({ from: chat });
    if (type === "join" || type === "leave") return line[type]({ in: chat });
    if (type === "unsend") return line.unsend({ messageId: unsent(fields) });
    return line.event(input);
  }

  const app = new Hono({ strict: false }).basePath("/_simulator");
  app.use(prettyJSON({ force: true }));
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.get("/", (c) =>
    c.json({
      bot: line.bot,
      webhookUrl: line.webhookUrl() ?? null,
      users: line.users(),
      groups: line.groups(),
      faults: line.faults.list(),
      try: app.routes.flatMap(({ method, path }) => (method === "ALL" ? [] : `${method} ${path}`)),
    }),
  );
  app.post("/users", async (c) =>
    c.json(line.addUser((await readBody(c, userBody)) as Parameters<typeof line.addUser>[0])),
  );
  app.post("/groups", async (c) => c.json(line.addGroup(await readBody(c, groupBody))));
  app.post("/say", async (c) => {
    const { deliver, redeliver, duplicates, ...said } = await readBody(c, sayBody);
    return c.json(await send(line.say(said), { deliver, redeliver, duplicates }));
  });
  // follow, unfollow, join, leave and unsend change the platform too; every other type is only sent.
  app.post("/events", async (c) => {
    const { deliver, redeliver, duplicates, ...input } = await readBody(c, eventBody);
    return c.json(await send(act(input), { deliver, redeliver, duplicates }));
  });
  app.post("/webhook", async (c) => {
    const { active } = await readBody(c, webhookBody);
    line.useWebhook(active);
    return c.json({ active });
  });
  app.get("/timeline/:chatId", (c) => c.json(line.timeline(c.req.param("chatId"))));
  app.get("/requests", (c) => c.json(line.requests));
  app.get("/faults", (c) => c.json(line.faults.list()));
  app.post("/faults", async (c) => {
    line.faults.add(await readBody(c, faultRule));
    return c.json(line.faults.list());
  });
  app.delete("/faults", (c) => {
    line.faults.clear();
    return c.json([]);
  });
  app.get("/snapshot", (c) => c.json(line.snapshot()));
  app.notFound((c) => c.json({ message: `No ${c.req.method} ${c.req.path}; see GET /_simulator/` }, 404));
  app.onError((error, c) => {
    const message = error instanceof z.core.$ZodError ? z.prettifyError(error) : error.message;
    return c.json({ message }, 400);
  });
  return app;
}

function unsent(fields: object | undefined): string {
  return z.parse(z.object({ unsend: z.object({ messageId: z.string() }) }), fields).unsend.messageId;
}

/** Accepts any content type: curl -d sends a form's. */
async function readBody<T>(c: Context, schema: z.ZodMiniType<T>): Promise<T> {
  return z.parse(schema, await c.req.json());
}
