import { createHmac } from "node:crypto";
import { type QuickReply, wordsOn } from "@henji/core/platform/line/compose";
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
import type { Scripted } from "../traffic-plan.ts";
import { contentOf, isByName, isGroup, lineEventOf, type Written } from "./webhook-events.ts";

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
  /** A question in each of these chats. */
  write(chatIds: readonly string[]): void;
};

type Happening = { event: LineEvent; chatId: string; kind: EventKind };

/** Of the n-th event: unique up to 10,000 events, and unordered like LINE's ids. */
function eventIdOf(n: number): string {
  return `E${String((n * 7_919) % 10_000).padStart(4, "0")}`;
}

/** Users who write, and LINE, which delivers and redelivers webhooks. */
export function startTraffic(options: TrafficOptions): PlatformTraffic {
  const { plan, scheduler, random, faults, check, history, functions, line, queue } = options;
  const { traffic } = plan;
  const chats = Array.from({ length: traffic.chats }, (_, index) => {
    return `${random.chance(traffic.groups) ? "C" : "U"}${index + 1}`;
  });
  const presses = random.fork("presses");
  /** LINE's ids of the bot's messages, by chat, oldest first. */
  const shown = new Map<string, string[]>();
  /** The newest button of an answer that took long, by chat. */
  const buttons = new Map<string, string>();
  /** Its newest question, by chat and sender. */
  const questions = new Map<string, string>();
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

  function happen(one: Written, ageMs: number): Happening {
    events += 1;
    const { chatId, senderId, kind, target } = one;
    const eventId = eventIdOf(events);
    const timestamp = scheduler.now() - ageMs;
    const event = lineEventOf(one, { eventId, timestamp }, random);
    const content = contentOf(one, eventId);
    // Of pictures that were sent together the last one tells whose question it is.
    const isGone = content && !one.set && random.chance(traffic.gone);
    if (content)
      line.keep(`M-${eventId}`, { ...content, ...(isGone && { status: random.pick([404, 410]) }) });
    const places = { webhook: webhooks, number: events };
    check.event({ eventId, chatId, senderId, kind, timestamp, target, byName: isByName(event), ...places });
    return { chatId, kind, event };
  }

  function kindOf(chatId: string): EventKind {
    if (random.chance(traffic.notQuestions)) return "not_a_question";
    if (random.chance(traffic.greetings)) return "greeting";
    if (isGroup(chatId) && random.chance(traffic.overheard)) return "overheard";
    if (isGroup(chatId) && random.chance(traffic.quoting)) return "quoting";
    if (!isGroup(chatId) && random.chance(traffic.pictures)) return "picture";
    if (random.chance(traffic.own)) return "own";
    if (plan.bot.handlers && random.chance(traffic.postbacks)) return "postback";
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
    for (const [index, { event }] of happenings.entries()) {
      const { chatId, senderId, kind } = written[index]!;
      const target = event.webhookEventId;
      if (kind === "question") questions.set(`${chatId}/${senderId}`, target);
      // The button under the question whether everything shall be forgotten.
      if (kind === "forget") soon(() => webhook([{ chatId, senderId, kind: "forgetForSure" }]));
      if (
        (kind === "question" || kind === "overheard" || kind === "picture") &&
        random.chance(traffic.unsent)
      ) {
        soon(() => webhook([{ chatId, senderId, kind: "unsend", target }]));
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
      later(at, () => webhook(chatIds.flatMap(writtenTogether)));
      bundle = [];
      at += gap;
    }
    const flooder = random.pick(chats);
    const floodAt = random.int(0, traffic.spanMs);
    for (let n = 0; n < traffic.flood; n += 1)
      later(floodAt + n * 50, () =>
        webhook([{ chatId: flooder, senderId: senderIn(flooder), kind: "question" }]),
      );
  }

  /** What a user writes; or pictures that are sent together, of which some may come in webhooks of their own. */
  function writtenTogether(chatId: string): Written[] {
    const first = written(chatId);
    if (first.kind !== "picture" || !random.chance(traffic.sets)) return [first];
    const [total, isCounted] = [random.int(2, 4), random.chance(traffic.counted)];
    const id = `S${events + 1}`;
    const all = Array.from({ length: total }, (_, n) => {
      return { ...first, set: { id, index: n + 1, ...(isCounted && { total }) } };
    });
    const apart = random.int(0, total);
    for (const one of all.slice(apart))
      later(random.int(1, random.pick([100, 3_000, 20_000])), () => webhook([one]));
    return all.slice(0, apart);
  }

  function written(chatId: string): Written {
    const kind = kindOf(chatId);
    const senderId = senderIn(chatId);
    const isSticker = kind === "question" && !isGroup(chatId) && random.chance(traffic.stickers);
    const isVoice = kind === "question" && !isSticker && !isGroup(chatId) && random.chance(traffic.voice);
    const isQuoting = kind === "quoting" || (kind === "question" && random.chance(traffic.quoting));
    const quotes = isQuoting && !isVoice ? random.pick(shown.get(chatId) ?? []) : undefined;
    return { chatId, senderId, kind, isSticker, isVoice, quotes };
  }

  function senderIn(chatId: string): string {
    return isGroup(chatId) ? `U${random.int(1, traffic.members)}` : chatId;
  }

  function scripted({ chatId, senderId = chatId, kind }: Scripted): Written {
    const one = { chatId, senderId, kind };
    switch (kind) {
      case "quoting":
        return { ...one, quotes: shown.get(chatId)?.at(-1) };
      case "unsend":
        return { ...one, target: questions.get(`${chatId}/${senderId}`) };
      case "tap":
        return { ...one, data: buttons.get(chatId)! };
      default:
        return one;
    }
  }

  /** The user who was asked presses yes or no; or another member does. */
  function confirm(chatId: string, items: QuickReply["items"]): void {
    if (!presses.chance(traffic.confirmed)) return;
    for (let left = presses.chance(traffic.confirmedAgain) ? 2 : 1; left > 0; left -= 1) {
      const { action } = presses.pick([items[0]!, items[0]!, items.at(-1)!]);
      const data = action.type === "postback" ? action.data : "";
      const [, kind, target] = /^henji:(yes|no):[^:]*#(E\d+):/.exec(data) ?? [];
      if (kind !== "yes" && kind !== "no") return;
      const afterMs = presses.int(50, presses.pick([500, 20_000, 900_000, 2_400_000]));
      later(afterMs, () => webhook([{ chatId, senderId: senderIn(chatId), kind, target, data }]));
    }
  }

  if (traffic.script)
    for (const { atMs, events } of traffic.script) later(atMs, () => webhook(events.map(scripted)));
  else scheduleEvents();
  return {
    isOver: () => pending === 0,
    seen({ chatId, messages, ids, reached }) {
      if (reached) shown.set(chatId, [...(shown.get(chatId) ?? []), ...ids]);
      // Only an apology has this one alone.
      const [button, ...others] = messages.at(-1)?.quickReply?.items ?? [];
      const isRetry =
        others.length === 0 && ["try again", "もう一度答えて"].includes(button ? wordsOn(button.action) : "");
      if (reached && isRetry && faults.chance(traffic.pressed))
        soon(() => webhook([{ chatId, senderId: senderIn(chatId), kind: "retry" }]));
      if (!reached || button?.action.type !== "postback") return;
      const { data } = button.action;
      if (data.startsWith("henji:answer:")) buttons.set(chatId, data);
      if (/^henji:(yes|no):/.test(data)) confirm(chatId, messages.at(-1)!.quickReply!.items);
      if (!random.chance(traffic.tapped) || !data.startsWith("henji:answer:")) return;
      const tap = () => webhook([{ chatId, senderId: senderIn(chatId), kind: "tap", data }]);
      if (traffic.tapMs) later(random.int(...traffic.tapMs), tap);
      else soon(tap);
    },
    write: (chatIds) =>
      webhook(chatIds.map((chatId) => ({ chatId, senderId: senderIn(chatId), kind: "question" }))),
  };
}
