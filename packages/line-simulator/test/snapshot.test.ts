import { expect, test } from "vitest";
import { createLineSimulator, type LineSimulatorOptions } from "../src/index.ts";
import { botTexts, createApiCaller, SECRET, seeded, setUp, TOKEN } from "./support.ts";

const KEY = "123e4567-e89b-12d3-a456-426614174000";

/** Does a bit of everything; @returns whatever a bot or its tests could see of it. */
async function play() {
  const { line, taro, api, received, time } = setUp({ monthlyQuota: 100 });
  const { chatId } = line.addGroup({ name: "Lunch", members: [taro] });
  const event = line.say({ from: taro, in: chatId, text: "hi" });
  line.media({ from: taro, type: "image", bytes: Buffer.from("png"), contentType: "image/png" });
  await line.deliver([event, line.sticker({ from: taro })]);
  await time.pass(5_000);
  const answers = [
    await api.push(taro, ["1"], KEY),
    await api.reply(event.replyToken, ["2"]),
    await api.call("POST", "/v2/bot/chat/loading/start", { chatId: taro }),
  ];
  const bodies = await Promise.all(received.map((request) => request.text()));
  const headers = answers.map((answer) => [...answer.headers]);
  return {
    line,
    taro,
    chatId,
    event,
    time,
    seen: JSON.stringify([line.snapshot(), line.requests, bodies, headers]),
  };
}

test("the same clock and chance give the same everything", async () => {
  expect((await play()).seen).toBe((await play()).seen);
});

test("a snapshot is plain JSON and brings everything back", async () => {
  const { line, taro, chatId, event, time } = await play();
  const snapshot = JSON.parse(JSON.stringify(line.snapshot()));
  expect(snapshot).toEqual(line.snapshot());

  const options: LineSimulatorOptions = {
    ...{ channelSecret: SECRET, channelAccessToken: TOKEN, clock: time.clock, random: seeded(2) },
    ...{ monthlyQuota: 100, snapshot },
  };
  const restored = createLineSimulator(options);
  const api = createApiCaller(restored.fetch, "http://localhost");
  expect(restored.snapshot()).toEqual(snapshot);
  expect(restored.bot).toEqual(line.bot);
  expect(restored.timeline(taro)).toEqual(line.timeline(taro));
  expect(botTexts(restored.timeline(chatId))).toEqual(["2"]);
  expect(restored.loadingUntil(taro)).toBe(line.loadingUntil(taro));
  expect((await api.push(taro, ["1"], KEY)).status).toBe(409);
  expect((await api.reply(event.replyToken, ["2"])).status).toBe(400);
  expect((await api.get("/v2/bot/message/quota/consumption")).body).toEqual({ totalUsage: 1 });
  const image = restored.timeline(taro).find((entry) => entry.message.type === "image");
  const content = api.request("GET", `/v2/bot/message/${image?.messageId}/content`);
  expect(await (await restored.fetch(content)).text()).toBe("png");
});

test("a restored simulator does not touch the snapshot it came from, nor repeat an id", async () => {
  const { line, taro, time } = await play();
  const snapshot = line.snapshot();
  const before = structuredClone(snapshot);
  const restored = createLineSimulator({
    ...{ channelSecret: SECRET, channelAccessToken: TOKEN, clock: time.clock, snapshot },
  });
  const { message } = restored.say({ from: taro, text: "new" });
  restored.unfollow({ from: taro });
  expect(snapshot).toEqual(before);
  expect(JSON.stringify(before)).not.toContain(message.id);
});

test("something else than a snapshot is refused with a reason", () => {
  const newer = { ...setUp().line.snapshot(), version: 2 };
  for (const snapshot of [newer, {}, [], "text"] as never[]) {
    expect(() => setUp({ snapshot })).toThrow("not a snapshot of the LINE simulator");
  }
});
