import { describe, expect, test } from "vitest";
import { botTexts, setUp } from "./support.ts";

const KEY = "123e4567-e89b-12d3-a456-426614174000";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe("push", () => {
  test("puts the messages into the chat and answers with their ids", async () => {
    const { line, taro, api } = setUp();
    const { status, body, headers } = await api.push(taro, ["one", "two"]);
    expect(status).toBe(200);
    expect(botTexts(line.timeline(taro))).toEqual(["one", "two"]);
    expect(line.timeline(taro).map((entry) => entry.messageId)).toEqual(
      body.sentMessages.map((sent: { id: string }) => sent.id),
    );
    expect(line.timeline(taro)[0]).toMatchObject({ by: "push", requestId: headers.get("x-line-request-id") });
  });

  test("a repeated retry key is refused with what the first request sent", async () => {
    const { line, taro, api } = setUp();
    const first = await api.push(taro, ["once"], KEY);
    const second = await api.push(taro, ["once"], KEY.toUpperCase());
    expect(second.status).toBe(409);
    expect(second.body).toEqual({
      message: "The retry key is already accepted",
      sentMessages: first.body.sentMessages,
    });
    expect(second.headers.get("x-line-accepted-request-id")).toBe(first.headers.get("x-line-request-id"));
    expect(second.headers.get("x-line-request-id")).not.toBe(first.headers.get("x-line-request-id"));
    expect(botTexts(line.timeline(taro))).toEqual(["once"]);
  });

  test("a retry key expires after 24 hours", async () => {
    const { line, taro, api, time } = setUp();
    await api.push(taro, ["once"], KEY);
    await time.pass(DAY - 1);
    expect((await api.push(taro, ["once"], KEY)).status).toBe(409);
    await time.pass(1);
    expect((await api.push(taro, ["once"], KEY)).status).toBe(200);
    expect(botTexts(line.timeline(taro))).toHaveLength(2);
  });

  test("the retry key of a refused request can be used again", async () => {
    const { taro, api } = setUp();
    expect((await api.push(taro, [""], KEY)).status).toBe(400);
    expect((await api.push(taro, ["now"], KEY)).status).toBe(200);
  });

  test("a retry key that is no UUID is refused", async () => {
    const { line, taro, api } = setUp();
    expect((await api.push(taro, ["x"], "my-key")).status).toBe(400);
    expect(line.timeline(taro)).toEqual([]);
  });

  test("to a user who blocked the bot it answers 200 and reaches nobody", async () => {
    const { line, taro, api } = setUp({ monthlyQuota: 1 });
    line.unfollow({ from: taro });
    expect((await api.push(taro, ["hello?"], KEY)).status).toBe(200);
    expect((await api.push(taro, ["hello?"], KEY)).status).toBe(409);
    expect(line.timeline(taro)).toEqual([]);
    expect((await api.get("/v2/bot/message/quota/consumption")).body).toEqual({ totalUsage: 0 });
  });

  test("reaches a stranger for seven days after they wrote", async () => {
    const { line, api, time } = setUp();
    const { userId } = line.addUser({ name: "Hanako", friend: false });
    await api.push(userId, ["too early"]);
    line.say({ from: userId, text: "hi" });
    await time.pass(7 * DAY);
    await api.push(userId, ["in time"]);
    await time.pass(1);
    await api.push(userId, ["too late"]);
    expect(botTexts(line.timeline(userId))).toEqual(["in time"]);
  });

  test("to an unknown user it fails", async () => {
    const { line, api, taro } = setUp();
    const unknown = await api.push(`U${"0".repeat(32)}`, ["x"]);
    expect([unknown.status, unknown.body]).toEqual([400, { message: "Failed to send messages" }]);
    expect((await api.push("Taro", ["x"])).status).toBe(400);
    const { chatId } = line.addGroup({ name: "G", members: [taro] });
    line.leave({ in: chatId });
    expect((await api.push(chatId, ["x"])).status).toBe(400);
  });
});

describe("monthly quota", () => {
  test("counts each push once per recipient, whatever the number of messages", async () => {
    const { line, taro, api } = setUp({ monthlyQuota: 10 });
    const jiro = line.addUser({ name: "Jiro" }).userId;
    const { chatId } = line.addGroup({ name: "Lunch", members: [taro, jiro] });
    await api.push(taro, ["1", "2", "3", "4", "5"]);
    await api.push(chatId, ["hello"]);
    expect((await api.get("/v2/bot/message/quota")).body).toEqual({ type: "limited", value: 10 });
    expect((await api.get("/v2/bot/message/quota/consumption")).body).toEqual({ totalUsage: 3 });
  });

  test("refuses the push that would exceed it, and starts again with the month in Japan", async () => {
    const { line, taro, api, time } = setUp({ monthlyQuota: 1 });
    await api.push(taro, ["first"]);
    const refused = await api.push(taro, ["second"], KEY);
    expect([refused.status, refused.body]).toEqual([
      429,
      { message: "You have reached your monthly limit." },
    ]);
    // From 1 April 12:00 to 1 May 00:00 in Japan.
    await time.pass(29.5 * DAY - 1);
    expect((await api.push(taro, ["second"], KEY)).status).toBe(429);
    await time.pass(1);
    expect((await api.push(taro, ["second"], KEY)).status).toBe(200);
    expect(botTexts(line.timeline(taro))).toEqual(["first", "second"]);
  });

  test("a reply does not count", async () => {
    const { line, taro, api } = setUp({ monthlyQuota: 0 });
    expect((await api.reply(line.say({ from: taro, text: "hi" }).replyToken, ["hello"])).status).toBe(200);
    expect((await api.get("/v2/bot/message/quota/consumption")).body).toEqual({ totalUsage: 0 });
  });

  test("without a limit says so", async () => {
    const { api } = setUp();
    expect((await api.get("/v2/bot/message/quota")).body).toEqual({ type: "none" });
  });
});

describe("reply", () => {
  test("goes to the chat of the event and names it", async () => {
    const { line, taro, api } = setUp();
    const { chatId } = line.addGroup({ name: "Lunch", members: [taro] });
    const event = line.say({ from: taro, in: chatId, text: "hi" });
    expect((await api.reply(event.replyToken, ["hello"])).status).toBe(200);
    expect(line.timeline(chatId).at(-1)).toMatchObject({ by: "reply", repliesTo: event.webhookEventId });
    expect(line.timeline(taro)).toEqual([]);
  });

  test("a token works once", async () => {
    const { line, taro, api } = setUp();
    const { replyToken } = line.say({ from: taro, text: "hi" });
    expect((await api.reply(replyToken, ["one"])).status).toBe(200);
    const again = await api.reply(replyToken, ["one"]);
    expect([again.status, again.body]).toEqual([400, { message: "Invalid reply token" }]);
    expect(botTexts(line.timeline(taro))).toEqual(["one"]);
  });

  test("a token lives a minute from the webhook", async () => {
    const { line, taro, api, time } = setUp();
    const early = line.say({ from: taro, text: "early" });
    const late = line.say({ from: taro, text: "late" });
    await time.pass(30_000);
    line.webhook([early, late]);
    await time.pass(MINUTE);
    expect((await api.reply(early.replyToken, ["in time"])).status).toBe(200);
    await time.pass(1);
    expect((await api.reply(late.replyToken, ["too late"])).status).toBe(400);
  });

  test("a redelivery gives a fresh minute, up to 20 minutes after the event", async () => {
    const { line, taro, api, time } = setUp();
    const [one, two] = [line.say({ from: taro, text: "1" }), line.say({ from: taro, text: "2" })];
    line.webhook([one, two]);
    await time.pass(20 * MINUTE);
    line.webhook([one, two], { redelivery: true });
    await time.pass(MINUTE);
    expect((await api.reply(one.replyToken, ["1"])).status).toBe(200);
    line.webhook([one, two], { redelivery: true });
    expect((await api.reply(one.replyToken, ["used"])).status).toBe(400);
    await time.pass(1);
    expect((await api.reply(two.replyToken, ["too old"])).status).toBe(400);
  });

  test("a duplicate that is no redelivery gives no fresh minute", async () => {
    const { line, taro, api, time } = setUp();
    const event = line.say({ from: taro, text: "hi" });
    line.webhook([event]);
    await time.pass(MINUTE + 1);
    line.webhook([event]);
    expect((await api.reply(event.replyToken, ["late"])).status).toBe(400);
  });

  test("a bad message does not use the token up", async () => {
    const { line, taro, api } = setUp();
    const { replyToken } = line.say({ from: taro, text: "hi" });
    expect((await api.reply(replyToken, [""])).status).toBe(400);
    expect((await api.reply(replyToken, ["ok"])).status).toBe(200);
  });

  test("with a retry key it is refused and the token is still good", async () => {
    const { line, taro, api } = setUp();
    const { replyToken } = line.say({ from: taro, text: "hi" });
    const body = { replyToken, messages: api.text("x") };
    const refused = await api.call("POST", "/v2/bot/message/reply", body, { "x-line-retry-key": KEY });
    expect(refused.status).toBe(400);
    expect((await api.reply(replyToken, ["x"])).status).toBe(200);
  });
});
