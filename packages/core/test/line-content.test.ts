import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createContent } from "@henji/core/platform/line/content";
import { mediaTypeOf } from "@henji/core/platform/media";
import { afterEach, expect, test } from "vitest";

const jpeg = Buffer.from("ffd8ffe000104a464946", "hex");
const limits = { maxBytes: 1_000, withinMs: 1_000 };
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** LINE's API for content, which answers so; the deadline is over when `over` aborts. */
async function line(answer: (response: ServerResponse) => void, over = new AbortController()) {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push(url, headers.authorization);
    answer(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const content = createContent({
    channelAccessToken: "token",
    dataBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: { now: () => 0, timeout: () => over.signal },
    fetch: globalThis.fetch,
  });
  return { content, asked };
}

test("a picture is fetched by the id of its message, with the type that its bytes tell", async () => {
  const { content, asked } = await line((response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(jpeg);
  });
  expect(await content("4711", "whole", limits)).toEqual({ bytes: new Uint8Array(jpeg), type: "image/jpeg" });
  expect(asked).toEqual(["/v2/bot/message/4711/content", "Bearer token"]);
});

test.each([
  [404, "media.gone", "never"],
  [410, "media.gone", "never"],
  [202, "media.not_ready", "later"],
  [401, "line.unauthorized", "never"],
  [500, "line.unavailable", "later"],
])("a %d is %s, to be tried again %s", async (status, code, retry) => {
  const { content } = await line((response) => response.writeHead(status).end("{}"));
  await expect(content("1", "whole", limits)).rejects.toMatchObject({ code, retry });
});

test("what has no bytes is nothing", async () => {
  const { content } = await line((response) => response.writeHead(200).end());
  await expect(content("1", "whole", limits)).rejects.toMatchObject({ code: "media.empty", retry: "never" });
});

test("what says that it is too large is not read", async () => {
  const { content } = await line((response) => {
    response.writeHead(200, { "content-length": 1_001 });
    response.write(jpeg);
  });
  await expect(content("1", "whole", limits)).rejects.toMatchObject({
    code: "media.too_large",
    retry: "never",
  });
});

test("what turns out to be too large is not read to its end", async () => {
  const { content } = await line((response) => {
    response.writeHead(200);
    response.write(Buffer.alloc(600));
    response.write(Buffer.alloc(600));
  });
  await expect(content("1", "whole", limits)).rejects.toMatchObject({ code: "media.too_large" });
});

test("a body that stalls ends with the deadline, and no error is left to end the process", async () => {
  const over = new AbortController();
  const { content } = await line((response) => {
    response.writeHead(200, { "content-length": 900 });
    response.write(jpeg, () => over.abort(new DOMException("", "TimeoutError")));
  }, over);
  await expect(content("1", "whole", limits)).rejects.toMatchObject({ code: "line.timeout", retry: "later" });
});

test("a body that breaks off is no picture", async () => {
  const { content } = await line((response) => {
    response.writeHead(200, { "content-length": 900 });
    response.write(jpeg, () => response.destroy());
  });
  await expect(content("1", "whole", limits)).rejects.toMatchObject({
    code: "line.unreachable",
    retry: "later",
  });
});

test.each([
  ["image/png", "89504e470d0a1a0a", undefined],
  ["image/gif", "474946383961", undefined],
  ["image/webp", "52494646000000005745425056503820", undefined],
  ["audio/mp4", "00000020667479704d344120", "audio/x-m4a"],
  ["video/mp4", "000000206674797069736f6d", "video/mp4"],
  ["application/pdf", "255044462d312e37", "application/octet-stream"],
  ["text/plain", "48656c6c6f", "Text/Plain; charset=utf-8"],
  ["application/octet-stream", "48656c6c6f", undefined],
  ["application/octet-stream", "48656c6c6f", "image/jpeg"],
])("%s is told by its first bytes, or else as LINE says", (type, hex, said) => {
  expect(mediaTypeOf(Buffer.from(hex, "hex"), said)).toBe(type);
});
