import { createContent } from "@henji/core/platform/slack/content";
import { expect, test } from "vitest";

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);

/** Slack, which tells this of a file, and gives this at its address. */
function open(file: object | undefined, given: () => Response = () => new Response(png)) {
  const asked: { url: string; authorization: string | null }[] = [];
  const content = createContent({
    botToken: "xoxb-token",
    clock: { now: () => 0, timeout: () => new AbortController().signal },
    async fetch(input, init) {
      const { url, headers } = new Request(input, init);
      asked.push({ url, authorization: headers.get("authorization") });
      if (!url.endsWith("/api/files.info")) return given();
      return Response.json(file ? { ok: true, file } : { ok: false, error: "file_not_found" });
    },
  });
  const fetchIt = (what: "whole" | "preview" = "whole") =>
    content("F0", what, { maxBytes: 100, withinMs: 1_000 });
  return { fetchIt, asked };
}

const url_private_download = "https://files.slack.com/files-pri/T0-F0/download/a.png";

test("a file is fetched with the token, at the address that Slack tells for its id", async () => {
  const { fetchIt, asked } = open({ url_private_download, mimetype: "image/png" });
  expect(await fetchIt()).toEqual({ bytes: png, type: "image/png" });
  expect(asked.at(-1)).toEqual({ url: url_private_download, authorization: "Bearer xoxb-token" });
});

test("of a video its preview picture is fetched", async () => {
  const thumb_video = "https://files.slack.com/files-tmb/T0-F0/a_thumb_video.jpeg";
  const { fetchIt, asked } = open({ url_private_download, thumb_video, mimetype: "video/mp4" });
  await fetchIt("preview");
  expect(asked.at(-1)).toMatchObject({ url: thumb_video });
});

test.each([
  "https://slack.com.evil.example/a.png",
  "https://evilslack.com/a.png",
  "http://files.slack.com/a.png",
])("the token does not go to %s", async (address) => {
  const { fetchIt, asked } = open({ url_private_download: address });
  await expect(fetchIt()).rejects.toMatchObject({ code: "media.gone" });
  expect(asked).toHaveLength(1);
});

test("a page to sign in is no file: the scope is missing", async () => {
  const page = () => new Response("<html>", { headers: { "content-type": "text/html; charset=utf-8" } });
  const { fetchIt } = open({ url_private_download, mimetype: "image/png" }, page);
  await expect(fetchIt()).rejects.toMatchObject({
    ...{ code: "media.gone", retry: "never", message: expect.stringContaining("files:read") },
  });
});

test("what is gone is gone, and what is out of order is tried again", async () => {
  await expect(open(undefined).fetchIt()).rejects.toMatchObject({ code: "media.gone", retry: "never" });
  const file = { url_private_download };
  const gone = open(file, () => new Response(null, { status: 404 }));
  await expect(gone.fetchIt()).rejects.toMatchObject({ code: "media.gone", retry: "never" });
  const down = open(file, () => new Response(null, { status: 503 }));
  await expect(down.fetchIt()).rejects.toMatchObject({ retry: "later" });
  const empty = open(file, () => new Response(""));
  await expect(empty.fetchIt()).rejects.toMatchObject({ code: "media.empty" });
});

test("a redirect is followed with the token to hosts of Slack's, and to no other", async () => {
  const file = { url_private_download };
  const to = (location: string) => () => new Response(null, { status: 302, headers: { location } });
  const elsewhere = open(file, to("https://evil.example/a.png"));
  await expect(elsewhere.fetchIt()).rejects.toMatchObject({ code: "media.gone" });
  expect(elsewhere.asked).toHaveLength(2);
  let hops = 0;
  const onward = open(file, () => {
    hops += 1;
    return hops === 1 ? to("https://files-origin.slack.com/a.png")() : new Response(png);
  });
  expect(await onward.fetchIt()).toMatchObject({ bytes: png });
  expect(onward.asked.at(-1)).toEqual({
    ...{ url: "https://files-origin.slack.com/a.png", authorization: "Bearer xoxb-token" },
  });
  const endless = open(file, to(url_private_download));
  await expect(endless.fetchIt()).rejects.toMatchObject({ code: "media.gone" });
});
