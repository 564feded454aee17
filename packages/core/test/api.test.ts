import { createLine } from "@henji/core/platform/line/api";
import { isUsedUp } from "@henji/core/platform/line/quota";
import { beforeEach, expect, test } from "vitest";

let requests: { url: string; body: unknown }[];
let status: number;
beforeEach(() => {
  requests = [];
  status = 202;
});

const line = createLine({
  channelAccessToken: "token",
  clock: { now: () => 0, timeout: () => new AbortController().signal },
  async fetch(input, init) {
    const request = new Request(input, init);
    requests.push({ url: request.url, body: await request.json() });
    return Response.json({}, { status });
  },
});

test("the loading animation is requested for the user and the number of seconds", async () => {
  await line.showLoading("U1", 60);
  const url = "https://api.line.me/v2/bot/chat/loading/start";
  expect(requests).toEqual([{ url, body: { chatId: "U1", loadingSeconds: 60 } }]);
});

test.each([
  [400, "line.rejected"],
  [401, "line.unauthorized"],
  [403, "line.unauthorized"],
])("an animation that LINE refuses with %s is an error, %s", async (refusal, code) => {
  status = refusal;
  await expect(line.showLoading("U1", 60)).rejects.toMatchObject({ code, retry: "never" });
});

test("a channel without a limit is never used up", () => {
  expect(isUsedUp({ limit: undefined, used: 1_000_000 })).toBe(false);
  expect(isUsedUp({ limit: 200, used: 199 })).toBe(false);
  expect(isUsedUp({ limit: 200, used: 200 })).toBe(true);
});
