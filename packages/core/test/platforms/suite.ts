import { toBotError } from "@henji/core/error";
import { textOf } from "@henji/core/platform/content";
import { platformOf } from "@henji/core/platform/name";
import {
  type Arrival,
  type Delivery,
  type Inbound,
  type Message,
  routes,
  shownText,
} from "@henji/core/platform/platform";
import { decodeJob, encodeJob, type Job } from "@henji/core/queue/job";
import { isSqsId } from "@henji/core/queue/sqs";
import { retry } from "@henji/core/settings";
import { beforeEach, describe, expect, test } from "vitest";
import type { Accident, StandIn } from "./stand-in.ts";

const cutNotice = "(cut)";

/** What core relies on, whatever the platform. */
export function platformSuite(open: () => StandIn): void {
  let at: StandIn;

  beforeEach(() => {
    at = open();
  });

  async function opened(request: Request) {
    return at.webhook.open(request.headers, new Uint8Array(await request.arrayBuffer()));
  }

  async function arrival(request: Request): Promise<Arrival> {
    const result = await opened(request);
    if (result.kind !== "events" || !result.events[0]) throw new Error(JSON.stringify(result));
    return result.events[0];
  }

  /** As it comes out of the queue. */
  async function job(request: Request): Promise<Job> {
    const { eventId, event } = await arrival(request);
    const { platform } = at.webhook;
    return decodeJob(encodeJob({ version: 2, platform, eventId, event, receivedAt: at.clock.now() }));
  }

  async function question(text: string, where?: "alone" | "group") {
    const asked = await job(at.ask(text, where));
    const inbound = at.platform.read(asked.event);
    if (inbound.kind !== "question") throw new Error(`${text} is ${inbound.kind}`);
    return { job: asked, inbound };
  }

  function deliveryOf(asked: { job: Job; inbound: Inbound }, messages: readonly Message[]): Delivery {
    return {
      ...{ job: asked.job, chatId: asked.inbound.chat.id, messages },
      ...{ idempotencyKey: "2b5ff8c5-6a5c-5b3c-9c3f-0d4d1d1a1a1a", route: "reply", maybeSentAt: undefined },
      mustHold() {},
      usePush: async () => true,
    };
  }

  const compose = (text: string) => at.platform.compose(text, { cutNotice }).messages;

  /** With the attempts that core makes, and what it knows between them. */
  async function delivered(delivery: Delivery): Promise<"delivered" | "waits" | "parked"> {
    let { maybeSentAt } = delivery;
    for (let attempt = 1; attempt <= retry.maxAttempts; attempt += 1) {
      try {
        return (await at.platform.deliver({ ...delivery, maybeSentAt })) ? "delivered" : "waits";
      } catch (cause) {
        const error = toBotError(cause);
        if (error.outcome === "unknown") maybeSentAt = at.clock.now();
        if (error.retry === "never") return "parked";
        at.passes(Math.max(error.retryAfterMs ?? 0, (retry.delaysS[attempt - 1] ?? 0) * 1000));
      }
    }
    return "parked";
  }

  describe("webhook", () => {
    test("only what the platform has signed is opened", async () => {
      const request = at.ask("hello");
      const body = new Uint8Array(await request.clone().arrayBuffer());
      expect(await opened(request)).toMatchObject({ kind: "events", unreadable: [] });
      body[body.length - 2]! ^= 1;
      expect(at.webhook.open(request.headers, body)).toMatchObject({ kind: "refused", status: 401 });
      expect(at.webhook.open(new Headers(), body)).toMatchObject({ code: "webhook.unsigned" });
    });

    test.each(["alone", "group"] as const)(
      "an event has the same ids whenever it comes: %s",
      async (where) => {
        const first = await arrival(at.ask("hello", where));
        at.passes(30_000);
        const again = await arrival(at.again());
        expect(again).toMatchObject({ eventId: first.eventId, chatId: first.chatId, isRedelivery: true });
        expect(first.isRedelivery).toBe(false);
        expect([isSqsId(first.eventId), isSqsId(first.chatId)]).toEqual([true, true]);
        const [one, other] = [first, again].map(({ event }) => at.platform.read(event));
        expect(other).toMatchObject({ eventId: first.eventId, at: one!.at, chat: { id: first.chatId } });
      },
    );

    test.each(["alone", "group"] as const)("a chat's id tells its platform: %s", async (where) => {
      expect(platformOf((await arrival(at.ask("hello", where))).chatId)).toBe(at.webhook.platform);
    });

    test("each message has an id of its own", async () => {
      const ids = [await arrival(at.ask("hello")), await arrival(at.ask("hello"))].map(
        ({ eventId }) => eventId,
      );
      expect(new Set(ids).size).toBe(2);
    });
  });

  describe("read", () => {
    test("a user who writes to the bot alone has the chat's own id", async () => {
      const { inbound } = await question("hello");
      expect(inbound).toMatchObject({ senderId: inbound.chat.id, chat: { type: "user" } });
      expect(textOf(inbound.content)).toBe("hello");
    });

    test("who mentions the bot in a group asks it, and has an id of their own", async () => {
      const { inbound } = await question("hello", "group");
      expect(inbound.chat.type).not.toBe("user");
      expect(inbound.senderId).not.toBe(inbound.chat.id);
      expect(textOf(inbound.content)).toBe("hello");
    });

    test("a message that is taken back is erased by its id, in its chat", async () => {
      const { inbound } = await question("my secret");
      const erasure = at.platform.read((await job(at.takeBack())).event);
      expect(erasure).toMatchObject({
        ...{ kind: "erasure", chat: inbound.chat, erase: { messageId: inbound.messageId } },
      });
      expect(
        erasure.kind === "erasure" && erasure.erase !== "chat" && erasure.erase.since <= inbound.at,
      ).toBe(true);
    });

    test("what is no event of the platform is unreadable", () => {
      for (const raw of [undefined, null, {}, "event"]) {
        expect(() => at.platform.read(raw)).toThrow(expect.objectContaining({ code: "job.unreadable" }));
      }
    });

    test("a picture is fetched by the id that its message has", async () => {
      const bytes = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
      const inbound = at.platform.read((await job(at.sendPicture(bytes))).event);
      if (inbound.kind !== "question") throw new Error(inbound.kind);
      const [part] = inbound.content;
      if (part?.kind !== "image") throw new Error(JSON.stringify(part));
      const limits = { maxBytes: 1_000, withinMs: 10_000 };
      const media = await at.platform.fetchMedia(part.ref, "whole", limits);
      expect(media).toEqual({ bytes, type: "image/png" });
      const tooLarge = at.platform.fetchMedia(part.ref, "whole", { ...limits, maxBytes: 10 });
      await expect(tooLarge).rejects.toMatchObject({ code: "media.too_large", retry: "never" });
    });
  });

  describe("compose", () => {
    const long = Array.from({ length: 20_000 }, (_, n) => `word${n}`).join(" ");

    test.each(["plain", "markdown"] as const)("a short text is shown whole: %s", async (how) => {
      const by = how === "plain" ? at.platform.compose : await at.platform.loadMarkdown();
      expect(shownText(by("Hello there", { cutNotice }).messages)).toBe("Hello there");
    });

    test("a text that is too long is cut, and says so; or is left for a button, whole", () => {
      expect([at.platform.fits("short"), at.platform.fits(long)]).toEqual([true, false]);
      const cut = at.platform.compose(long, { cutNotice });
      expect(shownText(cut.messages).endsWith(cutNotice)).toBe(true);
      expect(cut.rest).toBeUndefined();
      const continueButton = { label: "Go on", text: "Go on", data: "go_on:1" };
      const { messages, rest } = at.platform.compose(long, { cutNotice, continueButton });
      expect(`${shownText(messages)} ${rest}`.split(/\s+/)).toEqual(long.split(" "));
      for (const composed of [cut.messages, messages]) {
        expect(composed.length).toBeLessThanOrEqual(at.platform.maxMessages);
      }
    });

    test("messages are the same after they were stored", () => {
      const { messages } = at.platform.compose("Hello", {
        cutNotice,
        buttons: [{ label: "Help", text: "help" }],
      });
      expect(JSON.parse(JSON.stringify(messages))).toEqual(messages);
    });

    test("a text of a handler's is a message; nothing is none", () => {
      expect(shownText(at.platform.ownMessages("Hello", { cutNotice }))).toBe("Hello");
      expect(at.platform.ownMessages(undefined, { cutNotice })).toEqual([]);
      expect(() => at.platform.ownMessages(7, { cutNotice })).toThrow(
        expect.objectContaining({ code: "handler.bad_answer" }),
      );
    });

    test("a pressed button tells its data, or says its words", async () => {
      const asked = await question("hello");
      const [told, said] = [
        { label: "Go on", text: "Go on", data: "go_on:1" },
        { label: "Help", text: "help" },
      ];
      const messages = at.platform.withButtons(compose("Sure?"), [told, said]);
      await at.platform.deliver(deliveryOf(asked, messages));
      const pressed = at.platform.read((await job(at.press("Go on"))).event);
      expect(pressed).toMatchObject({ kind: "pressed", data: "go_on:1", chat: asked.inbound.chat });
      const saying = at.platform.read((await job(at.press("Help"))).event);
      expect(saying).toMatchObject({ kind: "question", content: [{ kind: "text", text: "help" }] });
    });
  });

  describe("deliver", () => {
    test.each(["alone", "group"] as const)("an answer is seen once: %s", async (where) => {
      const asked = await question("hello", where);
      const result = await at.platform.deliver(deliveryOf(asked, compose("Hi!")));
      expect(at.seen()).toEqual(["Hi!"]);
      expect(result).toMatchObject({ route: "reply", sentIds: [expect.any(String)] });
    });

    const accidents: Accident[] = ["lost", "dropped", "done_but_failed", "failed", "limited"];
    const twice = accidents.flatMap((first) => accidents.map((then) => [first, then] as const));

    test.each(twice)(
      "an answer whose send is %s and then %s is seen once, or given up on",
      async (...both) => {
        const asked = await question("hello");
        for (const accident of both) at.happens(accident);
        const became = await delivered(deliveryOf(asked, compose("Hi!")));
        const times = at.seen().length;
        expect([became, times]).toEqual(
          became === "delivered" ? ["delivered", 1] : [became, Math.min(times, 1)],
        );
        // Then it surely was not sent.
        if (both.every((accident) => accident === "limited")) expect(became).toBe("delivered");
      },
    );

    test.each(routes)("what may be repeated by %s days later is seen once", async (route) => {
      const asked = await question("hello");
      const delivery = { ...deliveryOf(asked, compose("Hi!")), route };
      await at.platform.deliver(delivery);
      for (const days of [0, 0.5, 3]) {
        const maybeSentAt = at.clock.now();
        at.passes(days * 86_400_000);
        if (!at.platform.mayRepeat(route, maybeSentAt, at.clock.now())) continue;
        expect(await delivered({ ...delivery, maybeSentAt })).toBe("delivered");
        expect(at.seen()).toEqual(["Hi!"]);
      }
      expect(at.platform.mayRepeat("push", at.clock.now(), at.clock.now())).toBe(true);
    });

    test("nothing is sent by who does not hold the turn for as long as that takes", async () => {
      const asked = await question("hello");
      const delivery = deliveryOf(asked, compose("Hi!"));
      const lost = new Error("The lease ran out");
      const mustHold = () => {
        throw lost;
      };
      await expect(at.platform.deliver({ ...delivery, mustHold })).rejects.toBe(lost);
      expect(at.seen()).toEqual([]);
    });

    test("a token that is no good is told at once, and from then on before anything is paid for", async () => {
      await at.platform.ready();
      const asked = await question("hello");
      at.happens("unauthorized", 9);
      const delivery = deliveryOf(asked, compose("Hi!"));
      const unauthorized = { retry: "never", outcome: "failed" };
      await expect(at.platform.deliver(delivery)).rejects.toMatchObject(unauthorized);
      await expect(at.platform.ready()).rejects.toMatchObject(unauthorized);
      expect(at.seen()).toEqual([]);
    });

    test("an apology is sent in one try", async () => {
      const asked = await question("hello");
      const { job, chatId, idempotencyKey, route } = deliveryOf(asked, []);
      at.happens("failed");
      const apology = { job, chatId, idempotencyKey, route, messages: compose("Sorry") };
      await expect(at.platform.sendOnce(apology)).rejects.toMatchObject({ name: "BotError" });
      expect(at.seen()).toEqual([]);
      await at.platform.sendOnce(apology);
      expect(at.seen()).toEqual(["Sorry"]);
    });
  });

  test("courtesies send nothing, and what is not known of a user is no error", async () => {
    const { job, inbound } = await question("hello");
    await at.platform.showLoading(inbound.chat, job, 60);
    await at.platform.markAsRead(job);
    expect(at.seen()).toEqual([]);
    expect(await at.platform.profileOf(inbound.chat, inbound.senderId, job)).toMatchObject({
      name: expect.stringMatching(/aki/i),
    });
    expect(await at.platform.profileOf(inbound.chat, "U00000000000")).toBeUndefined();
  });
}
