import type { Line } from "@henji/core/platform/line/api";
import { beforeEach, describe, expect, test } from "vitest";

/** One fault of the next call, in LINE's terms. */
export type LineFault =
  | { kind: "status"; status: 429 | 500 | 401; monthly?: boolean }
  /** The request takes effect, and the response is lost. */
  | { kind: "lose-response" }
  | { kind: "drop-request" }
  | { kind: "hang" };

export type LinePorts = {
  line: Line;
  /** A user who has just written, with the reply token of the message. */
  user(): { userId: string; replyToken: string };
  block(userId: string): void;
  fault(on: "reply" | "push", fault: LineFault): void;
  /** Uses up the month's pushes. */
  exhaustQuota(): Promise<void>;
  /** Lets time pass for LINE. */
  advance(ms: number): void;
  /** The bot's messages that the user sees. */
  seen(userId: string): string[];
};

const text = (words: string) => [{ type: "text" as const, text: words }];
const key = (n: number) => `00000000-0000-5000-8000-${String(n).padStart(12, "0")}`;

/** What core's LINE client must do, with the in-memory model and with the LINE simulator. */
export function lineContract(name: string, open: () => Promise<LinePorts>) {
  describe(`LINE: ${name}`, () => {
    let ports: LinePorts;
    beforeEach(async () => {
      ports = await open();
    });

    test("a reply arrives once; its token is then invalid", async () => {
      const { userId, replyToken } = ports.user();
      expect(await ports.line.reply(replyToken, text("hello 😀"))).toMatchObject({ outcome: "sent" });
      expect(await ports.line.reply(replyToken, text("hello 😀"))).toMatchObject({
        outcome: "invalid_reply_token",
      });
      expect(ports.seen(userId)).toEqual(["hello 😀"]);
    });

    test("a reply token expires", async () => {
      const { userId, replyToken } = ports.user();
      ports.advance(61_000);
      expect(await ports.line.reply(replyToken, text("late"))).toMatchObject({
        outcome: "invalid_reply_token",
      });
      expect(ports.seen(userId)).toEqual([]);
    });

    test("a reply whose response was lost has arrived, and its token is invalid", async () => {
      const { userId, replyToken } = ports.user();
      ports.fault("reply", { kind: "lose-response" });
      await expect(ports.line.reply(replyToken, text("once"))).rejects.toMatchObject({
        retry: "later",
        outcome: "unknown",
      });
      expect(await ports.line.reply(replyToken, text("once"))).toMatchObject({
        outcome: "invalid_reply_token",
      });
      expect(ports.seen(userId)).toEqual(["once"]);
    });

    test("a push that is repeated with its key is delivered once, and returns the id of the accepted request", async () => {
      const { userId } = ports.user();
      const first = await ports.line.push(userId, text("once"), key(1));
      expect(first).toMatchObject({ outcome: "sent", requestId: expect.any(String) });
      const second = await ports.line.push(userId, text("once"), key(1));
      const { requestId, sentIds } = first;
      expect(second).toEqual({ outcome: "already_accepted", requestId, sentIds });
      expect(sentIds).toEqual([expect.any(String)]);
      await ports.line.push(userId, text("twice"), key(2));
      expect(ports.seen(userId)).toEqual(["once", "twice"]);
    });

    test("a push whose response was lost was accepted", async () => {
      const { userId } = ports.user();
      ports.fault("push", { kind: "lose-response" });
      await expect(ports.line.push(userId, text("once"), key(1))).rejects.toMatchObject({
        outcome: "unknown",
      });
      expect(await ports.line.push(userId, text("once"), key(1))).toMatchObject({
        outcome: "already_accepted",
      });
      expect(ports.seen(userId)).toEqual(["once"]);
    });

    test("a push to a user who blocked the bot is accepted and not shown", async () => {
      const { userId } = ports.user();
      ports.block(userId);
      expect(await ports.line.push(userId, text("hello?"), key(1))).toMatchObject({ outcome: "sent" });
      expect(ports.seen(userId)).toEqual([]);
    });

    test.each([
      [
        { kind: "status", status: 500 },
        { code: "line.unavailable", retry: "later", outcome: "unknown" },
      ],
      [
        { kind: "status", status: 429 },
        { code: "line.rate_limited", retry: "later", outcome: "failed" },
      ],
      [
        { kind: "status", status: 401 },
        { code: "line.unauthorized", retry: "never", outcome: "failed" },
      ],
      [{ kind: "drop-request" }, { code: "line.unreachable", retry: "later", outcome: "unknown" }],
      [{ kind: "hang" }, { code: "line.timeout", retry: "later", outcome: "unknown" }],
    ] as const)("%j becomes %j", async (fault, error) => {
      const { userId, replyToken } = ports.user();
      ports.fault("push", fault);
      await expect(ports.line.push(userId, text("hello"), key(1))).rejects.toMatchObject(error);
      ports.fault("reply", fault);
      await expect(ports.line.reply(replyToken, text("hello"))).rejects.toMatchObject(error);
      expect(ports.seen(userId)).toEqual([]);
    });

    test("a used-up quota is not retried; a refusal while quota is left is", async () => {
      const { userId } = ports.user();
      ports.fault("push", { kind: "status", status: 429, monthly: true });
      await expect(ports.line.push(userId, text("hello"), key(1))).rejects.toMatchObject({
        code: "line.quota_reserved",
        retry: "later",
      });
      await ports.exhaustQuota();
      await expect(ports.line.push(userId, text("hello"), key(2))).rejects.toMatchObject({
        code: "line.quota_exhausted",
        retry: "never",
      });
    });

    test("replies do not count towards the quota", async () => {
      const { userId, replyToken } = ports.user();
      await ports.exhaustQuota();
      expect(await ports.line.reply(replyToken, text("free"))).toMatchObject({ outcome: "sent" });
      expect(ports.seen(userId)).toEqual(["free"]);
    });
  });
}
