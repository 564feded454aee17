import { createHmac } from "node:crypto";
import { wordsOn } from "@henji/core/platform/line/compose";
import type { LineEvent } from "@henji/core/platform/line/event";
import type { EventKind } from "../check/fate.ts";
import type { Check } from "../check.ts";
import type { Faults } from "../faults.ts";
import { channelSecret, type Functions } from "../functions.ts";
import type { History } from "../history.ts";
import type { MemoryLine, Sent } from "../line.ts";
import type { Plan } from "../plan.ts";
import type { MemoryQueue } from "../queue.ts";
import type { Random } from "../random.ts";
import type { Scheduler } from "../scheduler.ts";

/** LINE: no answer within two seconds is a failure. */
const WEBHOOK_TIMEOUT_MS = 2_000;
/** LINE: a redelivery gives the reply token another minute, unless its event is older than this. */
const TOKEN_RENEWABLE_MS = 20 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

export type TrafficOptions = {
  plan: Plan;
  scheduler: Scheduler;
  random: Random;
  faults: Faults;
  check: Check;
  history: History;
  functions: Pick<Functions, "ingress">;
  line: MemoryLine;
  queue: MemoryQueue;
};

export type PlatformTraffic = {
  /** Whether all webhooks and redeliveries are over. */
  isOver(): boolean;
  /** What LINE shows its user. */
  seen(sent: Sent): void;
};

/** What a user does. */
type Written = { chatId: string; kind: EventKind; target?: string };

type Happening = { event: LineEvent; chatId: string; kind: EventKind };

const commands: Partial<Record<EventKind, string>> = {
  retry: "/retry",
  export: "/export",
  forget: "全部忘れて",
  forgetForSure: "はい、全部忘れて",
};

/** Of the n-th event: unique up to 10,000 events, and unordered like LINE's ids. */
function eventIdOf(n: number): string {
  return `E${String((n * 7_919) % 10_000).padStart(4, "0")}`;
}

/** Users who write, and LINE, which delivers and redelivers webhooks. */
export function startTraffic(options: TrafficOptions): PlatformTraffic {
  const { plan, scheduler, random, faults, check, history, functions, line, queue } = options;
  const { traffic } = plan;
  const chats = Array.from({ length: traffic.chats }, (_, index) => `U${index + 1}`);
  let events = 0;
  let webhooks = 0;
  let pending = 0;

  /** The traffic is not over before this has run. */
  function later(ms: number, run: () => void): void {
    pending += 1;
    scheduler.after(ms, () => {
      pending -= 1;
      run();
    });
  }

  function happen({ chatId, kind, target }: Written, ageMs: number): Happening {
    events += 1;
    const eventId = eventIdOf(events);
    const timestamp = scheduler.now() - ageMs;
    check.event({ eventId, chatId, kind, timestamp, target, webhook: webhooks, number: events });
    const base = {
      webhookEventId: eventId,
      timestamp,
      mode: "active",
      source: { type: "user", userId: chatId },
      deliveryContext: { isRedelivery: false },
    };
    if (kind === "not_a_question") return { chatId, kind, event: { ...base, ...notQuestion() } };
    if (kind === "unfollow") return { chatId, kind, event: { ...base, type: "unfollow" } };
    if (kind === "unsend") {
      return { chatId, kind, event: { ...base, type: "unsend", unsend: { messageId: `M-${target}` } } };
    }
    const text = commands[kind] ?? questionText(eventId, kind);
    const message = { type: "text", id: `M-${eventId}`, text, quoteToken: "q", markAsReadToken: "r" };
    return { chatId, kind, event: { ...base, type: "message", replyToken: `T-${eventId}`, message } };
  }

  function questionText(eventId: string, kind: EventKind): string {
    if (kind !== "question") return `[${eventId}] (${kind}) hello`;
    const long = ["長い話".repeat(100), "甲は乙に納入する。".repeat(50)];
    const words = random.pick(["How are you?", "明日の天気は？", "Tell me a story 😀", ...long]);
    return `[${eventId}] ${words}`;
  }

  function notQuestion(): Partial<LineEvent> & { type: string } {
    return random.pick([
      { type: "beacon", beacon: { hwid: "1", type: "enter" } },
      { type: "memberJoined" },
      { type: "something_new" },
      { type: "message", mode: "standby", message: { type: "text", id: "1", text: "not for us" } },
    ]);
  }

  function kindOf(): EventKind {
    if (random.chance(traffic.notQuestions)) return "not_a_question";
    if (random.chance(traffic.commands)) return random.pick(["retry", "export", "forget", "unfollow"]);
    if (faults.chance(traffic.rejected)) return "rejected";
    if (faults.chance(traffic.refused)) return "refused";
    if (faults.chance(traffic.poisonous)) return "poisonous";
    if (faults.chance(traffic.crashing)) return "crashing";
    return faults.chance(traffic.hanging) ? "hanging" : "question";
  }

  function soon(run: () => void): void {
    later(random.int(50, random.pick([500, 20_000, 900_000])), run);
  }

  function giveTokens(happenings: readonly Happening[]): void {
    for (const { event, chatId } of happenings) {
      const { webhookEventId: eventId, replyToken, timestamp } = event;
      if (replyToken === undefined || scheduler.now() - timestamp > TOKEN_RENEWABLE_MS) continue;
      const lifeMs = random.int(...plan.tokenLifeMs);
      check.tokenGiven(eventId, lifeMs);
      line.giveToken(replyToken, chatId, lifeMs);
    }
  }

  function deliver(happenings: readonly Happening[], delivery: number): void {
    giveTokens(happenings);
    const events = happenings.map(({ event }) =>
      delivery === 1 ? event : { ...event, deliveryContext: { isRedelivery: true } },
    );
    const body = JSON.stringify({ destination: "Ubot", events });
    const signature = createHmac("sha256", channelSecret).update(body).digest("base64");
    const request = new Request("https://ingress/", {
      method: "POST",
      headers: { "x-line-signature": signature },
      body,
    });
    const ids = happenings.map(({ event }) => event.webhookEventId);
    let heard = false;
    const responseLost = faults.chance(traffic.responseLost);
    functions.ingress(request).then(
      ({ status }) => {
        for (const { chatId, event } of happenings) {
          history.note("ingress", `${status} to delivery ${delivery}`, {
            chatId,
            eventId: event.webhookEventId,
          });
        }
        if (status === 200) check.accepted(ids);
        heard ||= status === 200 && !responseLost;
      },
      () => {},
    );
    later(WEBHOOK_TIMEOUT_MS, () => {
      if (heard || !traffic.redelivery || delivery > 4) return;
      later(1_000 * random.pick([5, 60, 240, 420, 1_500]), () => deliver(happenings, delivery + 1));
    });
    if (delivery > 1) return;
    if (faults.chance(traffic.duplicated)) later(random.int(1, 5_000), () => deliver(happenings, 9));
    if (faults.chance(traffic.lateDuplicated))
      later(random.int(301_000, 1_500_000), () => deliver(happenings, 9));
  }

  /** One webhook: what happened within `bundleMs`, in all chats. */
  function webhook(written: readonly Written[]): void {
    webhooks += 1;
    const happenings = written.map((one) => {
      const old = one.kind === "question" && faults.chance(traffic.tooOld);
      return happen(one, old ? DAY_MS + random.int(-60_000, 3_600_000) : 0);
    });
    for (const { chatId, kind, event } of happenings) {
      const target = event.webhookEventId;
      // The button under the question whether everything shall be forgotten.
      if (kind === "forget") soon(() => webhook([{ chatId, kind: "forgetForSure" }]));
      if (kind === "question" && random.chance(traffic.unsent)) {
        soon(() => webhook([{ chatId, kind: "unsend", target }]));
      }
    }
    // In the order of their time, as LINE sends them.
    later(random.int(20, 300), () => deliver(happenings, 1));
    for (const { chatId } of written) {
      if (!faults.chance(traffic.unreadable)) continue;
      if (queue.main.send({ chatId, deduplicationId: `unreadable-${events}`, body: "{" }))
        check.unreadableJob();
    }
  }

  function scheduleEvents(): void {
    for (const chatId of chats) {
      if (random.chance(traffic.blocked)) line.block(chatId);
    }
    let at = 0;
    let bundle: string[] = [];
    for (let left = traffic.events; left > 0; left -= 1) {
      const gap = random.chance(traffic.bursts)
        ? random.int(1, 400)
        : random.int(1, (2 * traffic.spanMs) / traffic.events);
      bundle.push(random.pick(chats));
      if (gap <= traffic.bundleMs && bundle.length < 6 && left > 1) continue;
      const chatIds = bundle;
      later(at, () => webhook(chatIds.map(written)));
      bundle = [];
      at += gap;
    }
    const flooder = random.pick(chats);
    const floodAt = random.int(0, traffic.spanMs);
    for (let n = 0; n < traffic.flood; n += 1)
      later(floodAt + n * 50, () => webhook([{ chatId: flooder, kind: "question" }]));
  }

  function written(chatId: string): Written {
    return { chatId, kind: kindOf() };
  }

  if (traffic.script) for (const { atMs, events } of traffic.script) later(atMs, () => webhook(events));
  else scheduleEvents();
  return {
    isOver: () => pending === 0,
    seen({ chatId, messages, reached }) {
      // Only an apology has this one alone.
      const [button, ...others] = messages.at(-1)?.quickReply?.items ?? [];
      const isRetry =
        others.length === 0 && ["try again", "もう一度答えて"].includes(button ? wordsOn(button.action) : "");
      if (reached && isRetry && faults.chance(traffic.pressed))
        soon(() => webhook([{ chatId, kind: "retry" }]));
    },
  };
}
