import { createHmac } from "node:crypto";
import { idempotencyKeyOf } from "@henji/core/platform/idempotency-key";
import type { EventKind } from "../check/fate.ts";
import type { Check } from "../check.ts";
import type { Faults } from "../faults.ts";
import { type Functions, signingSecret } from "../functions.ts";
import type { History } from "../history.ts";
import type { Random } from "../random.ts";
import type { Scheduler } from "../scheduler.ts";
import { type MemorySlack, type Post, slackApp } from "./memory-slack.ts";
import type { SlackPlan } from "./slack-plan.ts";

/** Slack: no answer within three seconds is a failure; then it sends the event again, three times. */
const TIMEOUT_MS = 3_000;
const RETRIES_MS = [0, 60_000, 300_000];

export type SlackTrafficOptions = {
  plan: SlackPlan;
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  check: Check;
  history: History;
  functions: Pick<Functions, "slackIngress">;
  slack: MemorySlack;
};

type Where = { channel: string; thread: string };
type Said = { kind: EventKind; text: string; user?: string; bot_id?: string };

/** People in a Slack workspace, other apps, and Slack, which tells of a mention twice and of everything in any order. */
export function startSlackTraffic(options: SlackTrafficOptions) {
  const { plan, scheduler, random, faults, check, history, functions, slack } = options;
  const channels = [
    ...Array.from({ length: plan.dms }, (_, n) => ({ channel: `D0${n + 1}`, root: undefined })),
    ...Array.from({ length: plan.threads }, (_, n) => ({ channel: `C0${n + 1}`, root: undefined })),
  ];
  /** The messages at the heads of the threads, by channel. */
  const roots = new Map<string, string>();
  let pending = 0;
  let told = 0;

  function later(ms: number, run: () => void): void {
    pending += 1;
    scheduler.after(ms, () => {
      pending -= 1;
      run();
    });
  }

  function request(envelope: object): Request {
    const body = JSON.stringify(envelope);
    const timestamp = String(Math.floor(scheduler.now() / 1_000));
    const hash = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
    const headers = { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${hash}` };
    return new Request("https://slack-ingress/", { method: "POST", headers, body });
  }

  function deliver(envelope: object, about: { eventId: string; chatId: string }, retry = 0): void {
    let heard = false;
    const responseLost = faults.chance(plan.responseLost);
    functions.slackIngress(request(envelope)).then(
      ({ status }) => {
        history.note("slack ingress", `${status} to delivery ${retry + 1}`, about);
        if (status === 200) check.accepted([about.eventId]);
        heard = status === 200 && !responseLost;
      },
      () => {},
    );
    later(TIMEOUT_MS, () => {
      const next = RETRIES_MS[retry];
      if (!heard && next !== undefined) later(next, () => deliver(envelope, about, retry + 1));
    });
  }

  /** As soon as it happens, or some time later than what comes after it. */
  function tell(event: object, about: { eventId: string; chatId: string }): void {
    told += 1;
    const envelope = {
      ...{ token: "t", type: "event_callback", api_app_id: slackApp.id, event_id: `Ev${told}`, event },
      authorizations: [{ user_id: slackApp.user, is_bot: true }],
    };
    later(random.int(20, random.chance(plan.late) ? 5_000 : 200), () => deliver(envelope, about));
  }

  function happen(where: Where, ts: string, said: Said): { eventId: string; chatId: string } {
    const { channel, thread } = where;
    const isDm = channel.startsWith("D");
    const chatId = isDm ? `slack:${channel}` : `slack:${channel}:${thread}`;
    const eventId = `${channel}-${ts}`;
    const { kind, user } = said;
    const senderId = isDm ? chatId : (user ?? "");
    check.event({
      ...{ eventId, chatId, senderId, kind, timestamp: msOf(ts), byName: false },
      // Each is in a request of its own.
      ...{ webhook: -told, number: told },
    });
    return { eventId, chatId };
  }

  function write(channel: string): void {
    const isDm = channel.startsWith("D");
    const ts = slack.newTs();
    const isFirst = !isDm && !roots.has(channel);
    if (isFirst) roots.set(channel, ts);
    const thread = isDm ? ts : roots.get(channel)!;
    const where = { channel, thread };
    const said = isFirst ? mention() : drawn(isDm);
    const user = `U0${random.int(1, 3)}`;
    const about = happen(where, ts, { ...said, user });
    const text = said.text.replace("…", `[${about.eventId}]`);
    slack.add({ ...where, ts, text, appId: undefined, key: "" });
    const event = {
      ...{ type: "message", channel, ts, user, text },
      ...(thread !== ts && { thread_ts: thread }),
      ...(said.bot_id !== undefined && { bot_id: said.bot_id }),
    };
    tell(event, about);
    if (text.includes(`<@${slackApp.user}>`)) tell({ ...event, type: "app_mention" }, about);
    if (said.kind === "question" && random.chance(plan.imposters)) imitate(where, about.eventId);
    if (said.kind === "question" && random.chance(plan.deleted)) {
      later(random.int(50, random.pick([500, 20_000, 900_000])), () => remove(where, ts, about));
    }
  }

  function drawn(isDm: boolean): Said {
    const isBot = random.chance(plan.bots);
    if (isBot) return { kind: "not_a_question", text: `<@${slackApp.user}> … I am a bot`, bot_id: "B0OTHER" };
    if (isDm) return { kind: "question", text: "… How are you?" };
    if (random.chance(plan.mentions)) return mention();
    if (random.chance(plan.toOthers)) return { kind: "overheard", text: "<@U09> … what do you think?" };
    return { kind: "quoting", text: "… And then?" };
  }

  function mention(): Said {
    return { kind: "question", text: `<@${slackApp.user}> … Tell me a story` };
  }

  /** Another app writes the very metadata by which the bot looks for its answer. */
  function imitate(where: Where, eventId: string): void {
    const key = idempotencyKeyOf(eventId);
    slack.add({ ...where, ts: slack.newTs(), text: "not by the bot", appId: "A0OTHER", key });
  }

  function remove(
    { channel, thread }: Where,
    deleted: string,
    { eventId: target, chatId }: { eventId: string; chatId: string },
  ) {
    const ts = slack.newTs();
    const eventId = `${channel}-${deleted}-deleted`;
    const senderId = chatId.split(":").length === 2 ? chatId : "";
    const timestamp = msOf(ts);
    check.event({
      ...{ eventId, chatId, senderId, kind: "unsend", timestamp, target, byName: false },
      ...{ webhook: -told, number: told },
    });
    const previous_message = { ts: deleted, ...(thread !== deleted && { thread_ts: thread }) };
    const event = {
      type: "message",
      subtype: "message_deleted",
      channel,
      ts,
      deleted_ts: deleted,
      previous_message,
    };
    tell(event, { eventId, chatId });
  }

  let at = 0;
  for (let left = plan.events; left > 0 && channels.length > 0; left -= 1) {
    const { channel } = random.pick(channels);
    later(at, () => write(channel));
    at += random.chance(0.3) ? random.int(1, 400) : random.int(1, (2 * plan.spanMs) / plan.events);
  }

  return {
    isOver: () => pending === 0,

    /** What the bot has posted is told to it too. */
    posted({ channel, thread, ts, text }: Post): void {
      const about = happen({ channel, thread }, ts, { kind: "not_a_question", text, user: slackApp.user });
      const own = { user: slackApp.user, bot_id: "B0HENJI", app_id: slackApp.id };
      tell(
        { type: "message", channel, ts, text, ...own, ...(thread !== ts && { thread_ts: thread }) },
        about,
      );
    },
  };
}

function msOf(ts: string): number {
  return Number(ts.replace(".", "").slice(0, 13));
}
