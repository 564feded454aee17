import { BotError } from "@henji/core/error";
import type { SendResult } from "@henji/core/platform/line/api";
import { createDeliver } from "@henji/core/platform/line/deliver";
import { quotaExhausted } from "@henji/core/platform/line/error";
import type { Delivery } from "@henji/core/platform/platform";
import { deadlines, replyTokenFreshMs } from "@henji/core/settings";
import { beforeEach, describe, expect, test } from "vitest";

const receivedAt = 1_800_000_000_000;
const messages = [{ type: "text" as const, text: "Hello" }];
const sent: SendResult = { outcome: "sent", requestId: "r1" };
const invalid: SendResult = { outcome: "invalid_reply_token", requestId: "r2" };
const known: SendResult = { outcome: "already_accepted", requestId: "r3" };
const refused = new BotError("line.rate_limited", "LINE answered 429", { retry: "later" });
const lost = new BotError("line.timeout", "LINE did not answer", { retry: "later", outcome: "unknown" });
const leaseExpired = new BotError("turn.lease_expired", "The lease ran out", { retry: "later" });

let now: number;
let calls: string[];
/** What LINE does with each send; a number lets that many milliseconds pass before the send. */
let line: (SendResult | Error | number)[];

beforeEach(() => {
  now = receivedAt + 1_000;
  calls = [];
  line = [];
});

async function answerOf(call: string): Promise<SendResult> {
  calls.push(call);
  let next = line.shift();
  if (typeof next === "number") {
    now += next;
    next = line.shift();
  }
  if (next === undefined || typeof next === "number") throw new Error(`${call} was not expected`);
  if (next instanceof Error) throw next;
  return next;
}

let mayPush = true;

const deliver = createDeliver({
  line: {
    reply: (replyToken, all) => answerOf(`reply ${replyToken} ${all[0]?.text}`),
    push: (to, all, retryKey) => answerOf(`push ${to} ${all[0]?.text} ${retryKey}`),
  },
  clock: { now: () => now, timeout: () => new AbortController().signal },
});

function send(
  request: Partial<Pick<Delivery, "route" | "maybeSentAt">> & {
    replyToken?: undefined;
    leaseUntil?: number;
  } = {},
) {
  const { route = "reply", maybeSentAt, leaseUntil = receivedAt + 75_000 } = request;
  const event = { timestamp: receivedAt, ...("replyToken" in request ? {} : { replyToken: "token" }) };
  return deliver({
    job: { version: 2, platform: "line", eventId: "E1", event, receivedAt },
    ...{ chatId: "U1", messages, idempotencyKey: "key", route, maybeSentAt },
    mustHold(forMs) {
      if (now + forMs > leaseUntil) throw leaseExpired;
    },
    async usePush() {
      calls.push("use push");
      return mayPush;
    },
  }).catch((error: BotError) => error);
}

const reply = "reply token Hello";
const push = "push U1 Hello key";

/** The last error, after a send that may have arrived. */
const unheard = ({ code, message, retry }: BotError) => ({ code, message, retry, outcome: "unknown" });

describe("a reply", () => {
  test("that arrives costs one call", async () => {
    line = [sent];
    expect(await send()).toEqual({ route: "reply", requestId: "r1" });
    expect(calls).toEqual([reply]);
  });

  test.each<[string, SendResult | Error]>([
    ["refused", refused],
    ["told that its token is invalid", invalid],
  ])("that is %s at the first send has not arrived, and is pushed", async (_, result) => {
    line = [result, sent];
    expect(await send()).toEqual({ route: "push", requestId: "r1" });
    expect(calls).toEqual([reply, "use push", push]);
  });

  test.each(["line.unreachable", "line.unauthorized"])(
    "that fails with %s is left to the next attempt: a push would fail too, and is not free",
    async (code) => {
      const error = new BotError(code, "LINE is away", { retry: "later" });
      line = [error];
      expect(await send()).toBe(error);
      line = [error, error];
      expect(await send({ maybeSentAt: receivedAt })).toMatchObject(unheard(error));
      expect(calls).toEqual([reply, reply, reply]);
    },
  );

  test("without a token is pushed, if no reply can have been sent before", async () => {
    line = [sent];
    expect(await send({ replyToken: undefined })).toEqual({ route: "push", requestId: "r1" });
    expect(calls).toEqual(["use push", push]);
    calls = [];
    expect(await send({ replyToken: undefined, maybeSentAt: receivedAt })).toMatchObject({
      ...{ code: "delivery.unclear", retry: "never", outcome: "unknown" },
    });
    expect(calls).toEqual([]);
  });

  test("whose outcome is unknown is sent again while its token is fresh; an invalid token then means that it arrived", async () => {
    line = [lost, invalid];
    expect(await send()).toEqual({ route: "reply", requestId: undefined });
    line = [lost, sent];
    expect(await send()).toEqual({ route: "reply", requestId: "r1" });
    expect(calls).toEqual([reply, reply, reply, reply]);
  });

  test("is sent at most twice in an attempt; nothing is pushed while its outcome is unknown", async () => {
    line = [lost, lost];
    expect(await send()).toMatchObject(unheard(lost));
    line = [lost, refused];
    expect(await send()).toMatchObject(unheard(refused));
    expect(calls).toEqual([reply, reply, reply, reply]);
  });

  test("is not sent again once its token is no longer fresh", async () => {
    line = [replyTokenFreshMs - 1_000, lost];
    expect(await send()).toMatchObject(unheard(lost));
    expect(calls).toEqual([reply]);
  });

  test("of an earlier attempt has arrived if its token is invalid while it should be fresh", async () => {
    line = [invalid];
    expect(await send({ maybeSentAt: receivedAt })).toEqual({ route: "reply", requestId: undefined });
    line = [sent];
    expect(await send({ maybeSentAt: receivedAt })).toEqual({ route: "reply", requestId: "r1" });
  });

  test("of an earlier attempt whose token may have expired is parked as delivery.unclear", async () => {
    line = [replyTokenFreshMs - 1_000, invalid];
    expect(await send({ maybeSentAt: receivedAt })).toMatchObject({
      code: "delivery.unclear",
      retry: "never",
    });
    expect(calls).toEqual([reply]);
  });

  test("of an earlier attempt is not pushed if LINE refuses it now", async () => {
    line = [refused, refused];
    expect(await send({ maybeSentAt: receivedAt })).toMatchObject(unheard(refused));
    expect(calls).toEqual([reply, reply]);
  });

  test("that fails with an unexpected error may have arrived", async () => {
    line = [new TypeError("broken"), invalid];
    expect(await send()).toEqual({ route: "reply", requestId: undefined });
  });
});

describe("a push", () => {
  test.each([sent, known])("is sent with its retry key, and has arrived if LINE says %j", async (result) => {
    line = [result];
    expect(await send({ route: "push", maybeSentAt: receivedAt })).toEqual({
      route: "push",
      requestId: result.requestId,
    });
    expect(calls).toEqual([push]);
  });

  test("that fails is left to the next attempt", async () => {
    line = [lost];
    expect(await send({ route: "push" })).toBe(lost);
    expect(calls).toEqual([push]);
  });
});

describe("a lease", () => {
  test("that does not last for the whole call prevents the send", async () => {
    for (const route of ["reply", "push"] as const) {
      expect(await send({ route, leaseUntil: now + deadlines.sendMs - 1 })).toBe(leaseExpired);
    }
    expect(calls).toEqual([]);
    line = [sent, sent];
    for (const route of ["reply", "push"] as const) {
      expect(await send({ route, leaseUntil: now + deadlines.sendMs })).toMatchObject({ route });
    }
  });

  test("is checked before every send", async () => {
    line = [2_000, lost];
    expect(await send({ leaseUntil: now + deadlines.sendMs + 1_000 })).toBe(leaseExpired);
    line = [2_000, refused];
    expect(await send({ leaseUntil: now + deadlines.sendMs + 1_000 })).toBe(leaseExpired);
    expect(calls).toEqual([reply, reply, "use push"]);
  });
});

describe("an answer that is not to be pushed", () => {
  test("waits if no reply arrived", async () => {
    mayPush = false;
    line = [{ outcome: "invalid_reply_token", requestId: "r1" }];
    expect(await send()).toBeUndefined();
    expect(calls).toEqual([reply, "use push"]);
    mayPush = true;
  });

  test("waits if the month's quota is used up, unless it may have arrived before", async () => {
    const usedUp = quotaExhausted("LINE: used up");
    line = [usedUp, usedUp];
    expect(await send({ route: "push" })).toBeUndefined();
    expect(await send({ route: "push", maybeSentAt: receivedAt })).toBe(usedUp);
  });
});
