import { describe, expect, test, vi } from "vitest";
import type { Change } from "../src/index.ts";
import { createApiCaller, setUp } from "./support.ts";

const loading = "/v2/bot/chat/loading/start";

describe("loading animation", () => {
  test("is shown for its time", async () => {
    const { line, taro, api, time } = setUp();
    const { status, body } = await api.call("POST", loading, { chatId: taro, loadingSeconds: 5 });
    expect([status, body]).toEqual([202, {}]);
    await time.pass(4_999);
    expect(line.loadingUntil(taro)).toBe(time.clock() + 1);
    await time.pass(1);
    expect(line.loadingUntil(taro)).toBeUndefined();
  });

  test("lasts 20 seconds by default, and a second one replaces the first", async () => {
    const { line, taro, api, time } = setUp();
    await api.call("POST", loading, { chatId: taro });
    expect(line.loadingUntil(taro)).toBe(time.clock() + 20_000);
    await api.call("POST", loading, { chatId: taro, loadingSeconds: 60 });
    expect(line.loadingUntil(taro)).toBe(time.clock() + 60_000);
  });

  test("disappears with the bot's next message", async () => {
    const { line, taro, api } = setUp();
    const seen: Change[] = [];
    line.subscribe((change) => seen.push(change));
    await api.call("POST", loading, { chatId: taro });
    await api.push(taro, ["here"]);
    expect(line.loadingUntil(taro)).toBeUndefined();
    expect(seen.map((change) => change.type)).toEqual(["loading", "loading-ended", "message"]);
  });

  test("takes 5 to 60 seconds in fives", async () => {
    const { taro, api } = setUp();
    const details = async (loadingSeconds: unknown) =>
      (await api.call("POST", loading, { chatId: taro, loadingSeconds })).body.details;
    const range = { message: "Must be between 5 and 60", property: "loadingSeconds" };
    const fives = { message: "must be a multiple of five", property: "loadingSeconds" };
    expect(await details(4)).toEqual([range, fives]);
    expect(await details(65)).toEqual([range]);
    expect(await details(7)).toEqual([fives]);
    expect(await details(60)).toBeUndefined();
  });

  test("is for 1:1 chats only", async () => {
    const { line, taro, api } = setUp();
    const { chatId } = line.addGroup({ name: "G", members: [taro] });
    const refused = await api.call("POST", loading, { chatId });
    expect(refused.status).toBe(400);
    expect(refused.body.details[0].property).toBe("chatId");
  });

  test("is not shown to a user who has blocked the bot", async () => {
    const { line, taro, api } = setUp();
    line.unfollow({ from: taro });
    expect((await api.call("POST", loading, { chatId: taro })).status).toBe(202);
    expect(line.loadingUntil(taro)).toBeUndefined();
  });
});

test("marking a message as read marks everything before it, too", async () => {
  const { line, taro, api } = setUp();
  const [, two] = ["one", "two", "three"].map((text) => line.say({ from: taro, text }));
  const seen: Change[] = [];
  line.subscribe((change) => seen.push(change));
  const mark = (markAsReadToken: string | undefined) =>
    api.call("POST", "/v2/bot/chat/markAsRead", { markAsReadToken });
  expect((await mark(two?.message.markAsReadToken)).status).toBe(200);
  expect(line.timeline(taro).map((entry) => entry.by === "user" && entry.read)).toEqual([true, true, false]);
  expect(seen).toMatchObject([
    { type: "read", chatId: taro, messageIds: [{}, {}].map(() => expect.any(String)) },
  ]);
  await mark(two?.message.markAsReadToken);
  expect(seen).toHaveLength(1);
  expect((await mark("made up")).body.message).toContain("Invalid markAsReadToken");
});

describe("profiles", () => {
  test("are shown of friends, not of strangers and blockers", async () => {
    const { line, taro, api } = setUp();
    const stranger = line.addUser({ name: "Hanako", friend: false }).userId;
    const profile = (userId: string) => api.get(`/v2/bot/profile/${userId}`);
    expect((await profile(taro)).body).toEqual({ userId: taro, displayName: "Taro", language: "ja" });
    expect(await profile(stranger)).toMatchObject({ status: 404, body: { message: "Not found" } });
    line.unfollow({ from: taro });
    expect((await profile(taro)).status).toBe(404);
    expect(line.follow({ from: taro }).follow).toEqual({ isUnblocked: true });
    expect((await profile(taro)).status).toBe(200);
  });

  test("of group members are shown to a bot in the group", async () => {
    const { line, taro, api } = setUp();
    const stranger = line.addUser({ name: "Hanako", friend: false }).userId;
    const { chatId } = line.addGroup({ name: "Lunch", members: [stranger] });
    const member = (userId: string) => api.get(`/v2/bot/group/${chatId}/member/${userId}`);
    expect((await member(stranger)).body).toEqual({ userId: stranger, displayName: "Hanako" });
    expect((await member(taro)).status).toBe(404);
    expect((await api.get(`/v2/bot/group/${chatId}/summary`)).body).toEqual({
      groupId: chatId,
      groupName: "Lunch",
    });
    expect((await api.call("POST", `/v2/bot/group/${chatId}/leave`)).status).toBe(200);
    expect((await member(stranger)).status).toBe(404);
    expect(() => line.say({ from: stranger, in: chatId, text: "bye" })).toThrow("not in");
  });
});

describe("content", () => {
  test("is the bytes the user sent, once transcoding is over", async () => {
    const { line, taro, time } = setUp();
    const api = createApiCaller(line.fetch, "http://localhost");
    const bytes = Buffer.from([0, 255, 1, 254]);
    const { message } = line.media({
      ...{
        from: taro,
        type: "video",
        bytes,
        contentType: "video/mp4",
        duration: 3_000,
        transcodingMs: 1_000,
      },
    });
    expect(message).toMatchObject({ type: "video", contentProvider: { type: "line" }, duration: 3_000 });
    const path = `/v2/bot/message/${message.id}/content`;
    expect((await api.get(path)).status).toBe(202);
    expect((await api.get(`${path}/transcoding`)).body).toEqual({ status: "processing" });
    await time.pass(1_000);
    expect((await api.get(`${path}/transcoding`)).body).toEqual({ status: "succeeded" });
    const response = await line.fetch(api.request("GET", path));
    expect(response.headers.get("content-type")).toBe("video/mp4");
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  });

  test("is gone after unsend, and so is the text", async () => {
    const { line, taro } = setUp();
    const api = createApiCaller(line.fetch, "http://localhost");
    const image = line.media({
      from: taro,
      type: "image",
      bytes: Buffer.from("x"),
      contentType: "image/png",
    });
    const said = line.say({ from: taro, text: "my secret" });
    for (const { message } of [image, said]) {
      const event = line.unsend({ messageId: message.id });
      expect(event).toMatchObject({ type: "unsend", unsend: { messageId: message.id } });
      expect(event.replyToken).toBeUndefined();
    }
    const content = await api.get(`/v2/bot/message/${image.message.id}/content`);
    expect([content.status, content.body]).toEqual([410, { message: "The content is gone" }]);
    expect(JSON.stringify(line.timeline(taro))).not.toContain("my secret");
    expect((await api.get("/v2/bot/message/1/content")).status).toBe(404);
  });
});

test("up to 16 MB of bytes are kept, and the oldest are dropped first", async () => {
  const { line, taro } = setUp();
  const api = createApiCaller(line.fetch, "http://localhost");
  const bytes = new Uint8Array(6 * 1024 * 1024);
  const sent = [1, 2, 3].map(() =>
    line.media({ from: taro, type: "file", bytes, contentType: "text/plain" }),
  );
  const statuses = sent.map(async ({ message }) => {
    const request = api.request("GET", `/v2/bot/message/${message.id}/content`);
    return (await line.fetch(request)).status;
  });
  expect(await Promise.all(statuses)).toEqual([404, 200, 200]);
});

test("a timeline keeps its last 1,000 entries", () => {
  const { line, taro } = setUp();
  for (let count = 0; count <= 1_000; count++) line.say({ from: taro, text: String(count) });
  expect(line.timeline(taro)).toHaveLength(1_000);
  expect(line.timeline(taro)[0]?.message).toMatchObject({ text: "1" });
});

test("a listener gets every change, and one that throws has no effect", async () => {
  const { line, taro, api } = setUp();
  const types: string[] = [];
  const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
  line.subscribe(() => {
    throw new Error("listener");
  });
  const stop = line.subscribe((change) => types.push(change.type));
  await line.deliver([line.say({ from: taro, text: "hi" })]);
  expect((await api.push(taro, ["hello"])).status).toBe(200);
  stop();
  line.say({ from: taro, text: "after stop" });
  expect(types).toEqual(["message", "event", "webhook", "message"]);
  expect(complaint).toHaveBeenCalled();
  complaint.mockRestore();
});

test("a message counts as read at once where people do not answer", () => {
  const { line, taro } = setUp({ chatMode: "bot" });
  line.say({ from: taro, text: "hello" });
  expect(line.timeline(taro)).toMatchObject([{ by: "user", read: true }]);
});
