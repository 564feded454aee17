import { createBreaker } from "../../breaker.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { createHourly } from "../hourly.ts";
import type { Platform, Profile } from "../platform.ts";
import type { Slack } from "./api.ts";
import { askedIn } from "./asked.ts";
import {
  compose,
  composeMarkdown,
  fits,
  MAX_MESSAGES,
  ownMessages,
  type SlackMessage,
  withButtons,
} from "./compose.ts";
import type { FetchContent } from "./content.ts";
import { createDeliver } from "./deliver.ts";
import { reader } from "./reader.ts";

export type SlackPlatformOptions = {
  slack: Slack;
  /** Gives what fetches files: loaded when the first message has some. */
  loadContent(): Promise<FetchContent>;
  clock: Clock;
  log: Log;
};

/** Slack as core sees it. */
export function createSlackPlatform({ slack, loadContent, clock, log }: SlackPlatformOptions): Platform {
  const opensOn = new Set(["slack.unauthorized"]);
  const token = createBreaker({ opensOn, says: "slack.breaker_opened", clock, log });
  const profiles = createHourly<Profile>(clock);
  const watched: Slack = { ...slack, post: (...call) => token.watch(() => slack.post(...call)) };

  return {
    name: "slack",
    ...reader,
    compose,
    loadMarkdown: async () => composeMarkdown,
    fits,
    ownMessages,
    withButtons: (messages, buttons) => withButtons(messages as readonly SlackMessage[], buttons),
    maxMessages: MAX_MESSAGES,
    /** It stands in the thread of its question. */
    quoting: (messages) => messages,

    /** Nothing is counted, and nothing expires. */
    replyUntil: () => Number.POSITIVE_INFINITY,
    mayPush: async () => true,

    async ready() {
      await token.pass(slack.test);
    },
    deliver: createDeliver({ slack: watched, clock }),

    async sendOnce({ job, messages, idempotencyKey }) {
      const { place } = askedIn(job);
      const { ts } = await watched.post(place, messages[0] as SlackMessage, idempotencyKey);
      return { sentIds: ts === "" ? undefined : [ts] };
    },

    async showLoading(_chat, job) {
      await slack.setStatus(askedIn(job).place, "is thinking…");
    },
    /** Slack shows nobody what was read. */
    async markAsRead() {},

    async fetchMedia(ref, what, limits) {
      const fetchContent = await loadContent();
      return fetchContent(ref, what, limits);
    },

    /** Slack makes a mention of every name that a user picks. */
    botName: async () => undefined,

    async profileOf({ type }, userId, job) {
      const user = type === "user" ? job && askedIn(job).userId : userId;
      return user === undefined ? undefined : profiles(user, () => slack.profile(user));
    },
  };
}
