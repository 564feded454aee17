import * as z from "zod/mini";
import { BotError, toBotError } from "../../error.ts";
import { deadlines } from "../../settings.ts";
import type { Profile } from "../platform.ts";
import { type Answer, createCall, type SlackOptions } from "./call.ts";
import { rendered, renderedAsText, type SlackMessage } from "./compose.ts";
import { lenient, type Place, ts } from "./event.ts";

export type Posted = { ts: string; requestId: string | undefined };

/** What is looked for: a message with this key, by this app, in the thread and not before that moment. */
export type Sought = { place: Place; key: string; appId: string; since: string };

/** The part of the Web API that the bot uses. */
export type Slack = {
  /** Into the thread, with the key to find it by. Never repeated here: Slack knows no repeats. */
  post(place: Place, message: SlackMessage, key: string): Promise<Posted>;
  /** Its `ts`; nothing, if the thread was read whole and has none. */
  find(sought: Sought): Promise<string | undefined>;
  /** Stands in the thread until an answer comes, or for two minutes. */
  setStatus(place: Place, status: string): Promise<void>;
  /** Nothing if the app may not ask. */
  profile(userId: string): Promise<Profile | undefined>;
  /** Throws if the token is not good. It changes nothing. */
  test(): Promise<void>;
};

/** Under which a message's key stands in its metadata. Slack: letters, digits, `_` and `-`. */
const EVENT_TYPE = "henji_answer";

const PAGE = 200;
/** What is behind them was not read: then the thread does not tell. */
const MOST_PAGES = 20;

export function createSlack(options: SlackOptions): Slack {
  const call = createCall(options);

  return {
    async post({ channel, thread }, message, key) {
      const metadata = { event_type: EVENT_TYPE, event_payload: { key } };
      const send = (content: object) =>
        call(
          "chat.postMessage",
          {
            ...{ channel, thread_ts: thread, ...content, metadata },
            // Links of a model's are not worth a picture each.
            ...{ unfurl_links: false, unfurl_media: false },
          },
          deadlines.sendMs,
        );
      try {
        return postedIn(await send(rendered(message)));
      } catch (error) {
        if (toBotError(error).code !== "slack.blocks_refused") throw error;
        return postedIn(await send(renderedAsText(message)));
      }
    },

    async find({ place: { channel, thread }, key, appId, since }) {
      const { signal, within } = withinMs(options, deadlines.sendMs);
      let cursor = "";
      for (let pages = 0; pages < MOST_PAGES && !signal.aborted; pages += 1) {
        const args = { channel, ts: thread, oldest: since, inclusive: "true", limit: String(PAGE) };
        const form = new URLSearchParams({
          ...args,
          include_all_metadata: "true",
          ...(cursor && { cursor }),
        });
        const { body } = await call("conversations.replies", form, within());
        const page = repliesBody.safeParse(body).data;
        if (!page) throw unreadable("has no messages");
        const found = page.messages.find((message) => isSought(message, { key, appId }));
        if (found) return found.ts;
        cursor = page.response_metadata?.next_cursor ?? "";
        if (!page.has_more && cursor === "") return undefined;
        if (cursor === "") break;
      }
      throw unreadable("was not read to its end");
    },

    async setStatus({ channel, thread }, status) {
      const args = { channel_id: channel, thread_ts: thread, status };
      await call("assistant.threads.setStatus", args, deadlines.loadingMs);
    },

    async profile(userId) {
      const form = new URLSearchParams({ user: userId, include_locale: "true" });
      try {
        const { body } = await call("users.info", form, deadlines.profileMs);
        const { profile, real_name = "", locale: language } = userBody.parse(body).user;
        const name = [profile?.display_name, profile?.real_name, real_name].find(Boolean);
        return name === undefined ? undefined : { name, language };
      } catch (error) {
        if (toBotError(error).code === "slack.unauthorized") return undefined;
        throw error;
      }
    },

    async test() {
      await call("auth.test", {}, deadlines.quotaMs);
    },
  };
}

/** What is left of a time for several calls. */
function withinMs({ clock }: Pick<SlackOptions, "clock">, ms: number) {
  const until = clock.now() + ms;
  return { signal: clock.timeout(ms), within: () => Math.max(1, until - clock.now()) };
}

function unreadable(what: string): BotError {
  return new BotError("slack.unreadable", `Slack: a thread ${what}`, { retry: "later" });
}

/** Whatever else it says: it was posted. */
function postedIn({ body, requestId }: Answer): Posted {
  return { ts: postedBody.safeParse(body).data?.ts ?? "", requestId };
}

/** Every app can write every key. */
function isSought({ app_id, bot_profile, metadata }: Reply, { key, appId }: Pick<Sought, "key" | "appId">) {
  const isOwn = (app_id ?? bot_profile?.app_id) === appId;
  return isOwn && metadata?.event_type === EVENT_TYPE && metadata.event_payload.key === key;
}

const postedBody = z.looseObject({ ts });

const reply = z.looseObject({
  ts,
  app_id: lenient(z.string()),
  bot_profile: lenient(z.looseObject({ app_id: z.string() })),
  metadata: lenient(
    z.looseObject({ event_type: z.string(), event_payload: z.looseObject({ key: lenient(z.unknown()) }) }),
  ),
});

type Reply = z.infer<typeof reply>;

const repliesBody = z.looseObject({
  messages: z.array(reply),
  has_more: lenient(z.boolean()),
  response_metadata: lenient(z.looseObject({ next_cursor: lenient(z.string()) })),
});

const userBody = z.looseObject({
  user: z.looseObject({
    real_name: lenient(z.string()),
    locale: lenient(z.string()),
    profile: lenient(z.looseObject({ display_name: lenient(z.string()), real_name: lenient(z.string()) })),
  }),
});
