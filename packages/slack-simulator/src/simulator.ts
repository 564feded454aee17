import { setTimeout as sleep } from "node:timers/promises";
import { createActions } from "./actions.ts";
import { createApi } from "./api.ts";
import { createEvents } from "./events.ts";
import { createFaults } from "./faults.ts";
import { type RateLimits, SLACK_RATE_LIMITS } from "./rate-limits.ts";
import { createWebhooks, type Fetch, type Wait } from "./webhook.ts";
import { createWorkspace } from "./workspace.ts";

export type SlackSimulatorOptions = {
  /** Signs events. */
  signingSecret: string;
  /** The one bearer token the Web API takes. */
  botToken: string;
  /** Where events are sent. Default: nowhere. */
  webhookUrl?: string | undefined;
  /** The time, epoch milliseconds. Default: Date.now. */
  clock?: (() => number) | undefined;
  /** 0 to 1 like Math.random, the default. Every id follows from it, from the clock and from a counter. */
  random?: (() => number) | undefined;
  /** Waits for time-outs and retries. Default: a real timer. */
  wait?: Wait | undefined;
  /** How events reach the bot. Default: the global fetch. */
  fetch?: Fetch | undefined;
  /** How far the history that the API reads is behind the posts. Default: 0. */
  historyLagMs?: (() => number) | undefined;
  /** That the token was given, with commas between. Default: all that its methods and events need. */
  scopes?: string | undefined;
  /** Overrides for Slack's limits, by method. */
  rateLimits?: RateLimits | undefined;
};

export type SlackSimulator = ReturnType<typeof createSlackSimulator>;

const ALL_SCOPES =
  "chat:write,im:history,app_mentions:read,channels:history,groups:history,users:read,files:read";

/**
 * A Slack workspace with one bot: its Web API is `fetch`, what people do are methods. It has no timer and does nothing
 * between calls.
 */
export function createSlackSimulator(options: SlackSimulatorOptions) {
  const { signingSecret, botToken, webhookUrl, historyLagMs = () => 0 } = options;
  const random = options.random ?? Math.random;
  const workspace = createWorkspace({ clock: options.clock ?? Date.now, random, historyLagMs });
  const events = createEvents(workspace);
  const faults = createFaults({ random });
  const api = createApi({
    ...{ workspace, faults, botToken, rateLimits: { ...SLACK_RATE_LIMITS, ...options.rateLimits } },
    scopes: options.scopes ?? ALL_SCOPES,
    posted(channel, message) {
      for (const envelope of events.written(channel, message)) workspace.emit(envelope);
    },
  });
  const webhooks = createWebhooks({
    ...{ workspace, faults, signingSecret, url: webhookUrl },
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
    wait: options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal, ref: true })),
  });

  return {
    ...createActions(workspace, events),
    ...webhooks,
    ...{ app: workspace.app, faults, fetch: api.fetch, requests: api.requests },
    subscribe: workspace.changes.subscribe,

    /** A channel as its members see it, oldest first: a copy. */
    timeline(channel: string) {
      workspace.catchUp();
      return structuredClone([...workspace.all(channel)]);
    },

    /** "is thinking…", while it is shown in this thread. */
    status: workspace.status,
    users: () => structuredClone([...workspace.users.values()]),
    channels: () => structuredClone([...workspace.channels.values()]),
  };
}
