import { HTTPFetchError, messagingApi } from "@line/bot-sdk";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createLineSimulator, type LineServer, type LineSimulator, serveLine } from "../src/index.ts";
import { botTexts, TOKEN } from "./support.ts";

/**
 * LINE's own SDK as the client. Its methods and types are generated from LINE's OpenAPI description, so
 * what is expected here, down to the fields, is what that says.
 */

const { MessagingApiClient, MessagingApiBlobClient } = messagingApi;
const KEY = "123e4567-e89b-12d3-a456-426614174000";
const say = (text: string): messagingApi.TextMessage => ({ type: "text", text });

let line: LineSimulator;
let server: LineServer;
let client: messagingApi.MessagingApiClient;
let blobs: messagingApi.MessagingApiBlobClient;
let taro: string;

/** The port stays, the simulator behind it is new for every test. */
beforeAll(async () => {
  server = await serveLine({ fetch: (request) => line.fetch(request) });
  const config = { channelAccessToken: TOKEN, baseURL: server.url };
  client = new MessagingApiClient(config);
  blobs = new MessagingApiBlobClient(config);
});
afterAll(() => server.close());
beforeEach(() => {
  line = createLineSimulator({
    channelSecret: "secret",
    channelAccessToken: TOKEN,
    webhookUrl: "http://bot.test/webhook",
    botName: "Henji",
    monthlyQuota: 200,
    fetch: async () => new Response("OK"),
  });
  taro = line.addUser({ name: "Taro" }).userId;
});

/** What a call is refused with. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(HTTPFetchError);
  const { status, body } = error as HTTPFetchError;
  return { status, ...(JSON.parse(body) as messagingApi.ErrorResponse) };
}

const id = expect.stringMatching(/^\d{18}$/) as unknown as string;
const quoteToken = expect.any(String) as unknown as string;

/** Every method that the simulator answers, and what it answers with. */
const api = {
  async pushMessage() {
    const { httpResponse, body } = await client.pushMessageWithHttpInfo(
      { to: taro, messages: [say("one"), { type: "sticker", packageId: "446", stickerId: "1988" }] },
      KEY,
    );
    const sent: messagingApi.PushMessageResponse = {
      sentMessages: [
        { id, quoteToken },
        { id, quoteToken },
      ],
    };
    expect(body).toEqual(sent);
    expect(httpResponse.headers.get("x-line-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    const again = await refusal(client.pushMessage({ to: taro, messages: [say("one")] }, KEY));
    expect(again).toEqual({ status: 409, message: expect.any(String), sentMessages: body.sentMessages });
  },

  async replyMessage() {
    const { replyToken = "" } = line.say({ from: taro, text: "hi" });
    const sent: messagingApi.ReplyMessageResponse = { sentMessages: [{ id, quoteToken }] };
    expect(await client.replyMessage({ replyToken, messages: [say("hello")] })).toEqual(sent);
    expect(botTexts(line.timeline(taro))).toEqual(["hello"]);
    const again = await refusal(client.replyMessage({ replyToken, messages: [say("hello")] }));
    expect(again).toEqual({ status: 400, message: "Invalid reply token" });
  },

  async validatePush() {
    expect(await client.validatePush({ messages: [say("x")] })).toEqual({});
    expect(await refusal(client.validatePush({ messages: [say("")] }))).toMatchObject({ status: 400 });
  },

  async validateReply() {
    expect(await client.validateReply({ messages: [say("x")] })).toEqual({});
  },

  async showLoadingAnimation() {
    const shown = await client.showLoadingAnimationWithHttpInfo({ chatId: taro, loadingSeconds: 5 });
    expect([shown.httpResponse.status, shown.body]).toEqual([202, {}]);
  },

  async markMessagesAsReadByToken() {
    const { markAsReadToken } = line.say({ from: taro, text: "hi" }).message;
    expect(await client.markMessagesAsReadByToken({ markAsReadToken })).toEqual({});
    expect(line.timeline(taro)).toMatchObject([{ read: true }]);
  },

  async getProfile() {
    const profile: messagingApi.UserProfileResponse = { userId: taro, displayName: "Taro", language: "ja" };
    expect(await client.getProfile(taro)).toEqual(profile);
  },

  async getFollowers() {
    const hanako = line.addUser({ name: "Hanako" }).userId;
    line.unfollow({ from: line.addUser({ name: "Jiro" }).userId });
    const all: messagingApi.GetFollowersResponse = { userIds: [taro, hanako] };
    expect(await client.getFollowers()).toEqual(all);
    const first = await client.getFollowers(undefined, 1);
    expect(first).toEqual({ userIds: [taro], next: expect.any(String) });
    expect(await client.getFollowers(first.next, 1)).toEqual({ userIds: [hanako] });
  },

  async getGroupSummary() {
    const { chatId: groupId } = line.addGroup({ name: "Lunch", members: [taro] });
    const summary: messagingApi.GroupSummaryResponse = { groupId, groupName: "Lunch" };
    expect(await client.getGroupSummary(groupId)).toEqual(summary);
  },

  async getGroupMemberProfile() {
    const { chatId } = line.addGroup({ name: "Lunch", members: [taro] });
    const profile: messagingApi.GroupUserProfileResponse = { userId: taro, displayName: "Taro" };
    expect(await client.getGroupMemberProfile(chatId, taro)).toEqual(profile);
  },

  async getGroupMemberCount() {
    const { chatId } = line.addGroup({ name: "Lunch", members: [taro] });
    const count: messagingApi.GroupMemberCountResponse = { count: 1 };
    expect(await client.getGroupMemberCount(chatId)).toEqual(count);
  },

  async getGroupMembersIds() {
    const members = Array.from({ length: 101 }, (_, n) => line.addUser({ name: `${n}` }).userId);
    const { chatId } = line.addGroup({ name: "Lunch", members });
    const first = await client.getGroupMembersIds(chatId);
    expect(first).toEqual({ memberIds: members.slice(0, 100), next: expect.any(String) });
    const rest: messagingApi.MembersIdsResponse = { memberIds: members.slice(100) };
    expect(await client.getGroupMembersIds(chatId, first.next)).toEqual(rest);
  },

  async leaveGroup() {
    const { chatId } = line.addGroup({ name: "Lunch", members: [taro] });
    expect(await client.leaveGroup(chatId)).toEqual({});
    expect(line.groups()).toMatchObject([{ joined: false }]);
    expect(await refusal(client.leaveGroup(chatId))).toEqual({ status: 404, message: "Not found" });
  },

  async getRoomMemberProfile() {
    const { chatId } = line.addRoom({ members: [taro] });
    const profile: messagingApi.RoomUserProfileResponse = { userId: taro, displayName: "Taro" };
    expect(await client.getRoomMemberProfile(chatId, taro)).toEqual(profile);
  },

  async getRoomMemberCount() {
    const { chatId } = line.addRoom({ members: [taro] });
    const count: messagingApi.RoomMemberCountResponse = { count: 1 };
    expect(await client.getRoomMemberCount(chatId)).toEqual(count);
  },

  async getRoomMembersIds() {
    const { chatId } = line.addRoom({ members: [taro] });
    const ids: messagingApi.MembersIdsResponse = { memberIds: [taro] };
    expect(await client.getRoomMembersIds(chatId)).toEqual(ids);
  },

  async leaveRoom() {
    const { chatId } = line.addRoom({ members: [taro] });
    expect(await client.leaveRoom(chatId)).toEqual({});
    expect(line.groups()).toMatchObject([{ joined: false }]);
    // Already gone: no error in a room.
    expect(await client.leaveRoom(chatId)).toEqual({});
  },

  async getBotInfo() {
    const info: messagingApi.BotInfoResponse = {
      userId: line.bot.userId,
      basicId: expect.stringMatching(/^@/) as unknown as string,
      displayName: "Henji",
      chatMode: "chat",
      markAsReadMode: "manual",
    };
    expect(await client.getBotInfo()).toEqual(info);
  },

  async getMessageQuota() {
    const quota: messagingApi.MessageQuotaResponse = { type: "limited", value: 200 };
    expect(await client.getMessageQuota()).toEqual(quota);
  },

  async getMessageQuotaConsumption() {
    await client.pushMessage({ to: taro, messages: [say("x")] });
    const used: messagingApi.QuotaConsumptionResponse = { totalUsage: 1 };
    expect(await client.getMessageQuotaConsumption()).toEqual(used);
  },

  async getWebhookEndpoint() {
    const set: messagingApi.GetWebhookEndpointResponse = {
      endpoint: "http://bot.test/webhook",
      active: true,
    };
    expect(await client.getWebhookEndpoint()).toEqual(set);
  },

  async setWebhookEndpoint() {
    const endpoint = "https://bot.test/new";
    expect(await client.setWebhookEndpoint({ endpoint })).toEqual({});
    expect(line.webhookUrl()).toBe(endpoint);
  },

  async testWebhookEndpoint() {
    const reached: messagingApi.TestWebhookEndpointResponse = {
      success: true,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown as Date,
      statusCode: 200,
      reason: "OK",
      detail: "200",
    };
    expect(await client.testWebhookEndpoint()).toEqual(reached);
    expect(await client.testWebhookEndpoint({ endpoint: "https://bot.test/new" })).toEqual(reached);
  },
};

function sendVideo() {
  const media = { type: "video", bytes: Buffer.from("mp4"), contentType: "video/mp4" } as const;
  return line.media({ from: taro, ...media }).message.id;
}

const blobApi = {
  async getMessageContent() {
    const { httpResponse, body } = await blobs.getMessageContentWithHttpInfo(sendVideo());
    expect(httpResponse.headers.get("content-type")).toBe("video/mp4");
    expect(Buffer.concat(await body.toArray()).toString()).toBe("mp4");
    expect(await refusal(blobs.getMessageContent("1"))).toEqual({ status: 404, message: "not found" });
  },

  async getMessageContentPreview() {
    const chunks = await (await blobs.getMessageContentPreview(sendVideo())).toArray();
    expect(Buffer.concat(chunks).toString()).toBe("mp4");
  },

  async getMessageContentTranscodingByMessageId() {
    const done: messagingApi.GetMessageContentTranscodingResponse = { status: "succeeded" };
    expect(await blobs.getMessageContentTranscodingByMessageId(sendVideo())).toEqual(done);
  },
};

describe("LINE's SDK is answered as LINE's OpenAPI says", () => {
  test.each(Object.entries({ ...api, ...blobApi }))("%s", (_, check) => check());
});

describe("LINE's SDK is told that the simulator does not have", () => {
  type Call = (...args: unknown[]) => Promise<unknown>;
  const missing = (prototype: object, answered: object) =>
    Object.getOwnPropertyNames(prototype).filter(
      (name) => name !== "constructor" && !name.endsWith("WithHttpInfo") && !Object.hasOwn(answered, name),
    );

  test.each(missing(MessagingApiClient.prototype, api))("%s", async (name) => {
    const call = (client as unknown as Record<string, Call>)[name]!;
    const { status, message } = await refusal(call.call(client, "1", "2", "3"));
    expect(status).toBe(404);
    expect(message).toMatch(/^Not found: the LINE simulator has no (GET|POST|PUT|DELETE) \/\S+$/);
  });

  test.each(missing(MessagingApiBlobClient.prototype, blobApi))("%s", async (name) => {
    const call = (blobs as unknown as Record<string, Call>)[name]!;
    const { status, message } = await refusal(
      call.call(blobs, "1", new Blob(["png"], { type: "image/png" })),
    );
    expect([status, message]).toEqual([404, expect.stringContaining("the LINE simulator has no")]);
  });
});

describe("a malformed id is refused by its name", () => {
  const room = `R${"0".repeat(32)}`;
  const group = `C${"0".repeat(32)}`;
  test.each<[string, () => Promise<unknown>]>([
    ["userId", () => client.getProfile("taro")],
    ["userId", () => client.getGroupMemberProfile(group, "taro")],
    ["groupId", () => client.getGroupSummary("lunch")],
    ["groupId", () => client.leaveGroup(room)],
    ["roomId", () => client.leaveRoom(group)],
    ["roomId", () => client.getRoomMemberCount(taro)],
    ["start", () => client.getFollowers("nowhere")],
    ["limit", () => client.getFollowers(undefined, 1_001)],
  ])("%s", async (name, call) => {
    const message = `The value for the '${name}' parameter is invalid`;
    expect(await refusal(call())).toEqual({ status: 400, message });
  });
});
