import * as z from "zod/mini";
import { BotError } from "../../error.ts";
import { connectionError } from "../connection-error.ts";
import { bytesOf, mediaFailed, mediaTypeOf } from "../media.ts";
import type { Platform } from "../platform.ts";
import { createCall, type SlackOptions } from "./call.ts";
import { lenient } from "./event.ts";

export type FetchContent = Platform["fetchMedia"];

export type ContentOptions = SlackOptions & {
  /** Hosts that are given the token, beside Slack's own: for a stand-in. */
  trustedHosts?: readonly string[];
};

const url = z.url();

const MOST_REDIRECTS = 3;

const fileBody = z.looseObject({
  file: z.looseObject({
    url_private_download: lenient(url),
    url_private: lenient(url),
    /** A preview picture: of a picture, or of a video. */
    thumb_720: lenient(url),
    thumb_video: lenient(url),
    mimetype: lenient(z.string()),
  }),
});

/** What a user has sent, by the id of its file, while Slack has it. */
export function createContent(options: ContentOptions): FetchContent {
  const { botToken, clock, fetch = globalThis.fetch, trustedHosts = [] } = options;
  const call = createCall(options);

  return async (ref, what, { maxBytes, withinMs }) => {
    const until = clock.now() + withinMs;
    const { body } = await call("files.info", new URLSearchParams({ file: ref }), withinMs).catch(
      goneIfRejected,
    );
    const { file } = fileBody.parse(body);
    const whole = file.url_private_download ?? file.url_private;
    const from = what === "whole" ? whole : (file.thumb_video ?? file.thumb_720 ?? whole);
    if (from === undefined || !isSlacks(from))
      throw mediaFailed("gone", "Slack tells no address for it", "never");
    const signal = clock.timeout(Math.max(1, until - clock.now()));
    try {
      const response = await follow(from, signal);
      const type = response.headers.get("content-type") ?? "";
      // Without the scope files:read, or for a token that is no longer good, it is a page to sign in.
      const isPage = type.startsWith("text/html") && file.mimetype !== "text/html";
      if (!response.ok || isPage) {
        await response.body?.cancel();
        if (response.status >= 500)
          throw mediaFailed("not_ready", `Slack answered ${response.status}`, "later");
        throw mediaFailed(
          "gone",
          isPage ? "Slack wants the scope files:read" : "Slack has it no more",
          "never",
        );
      }
      const bytes = await bytesOf(response, maxBytes);
      if (bytes.length === 0) throw mediaFailed("empty", "Slack gave nothing", "never");
      return { bytes, type: mediaTypeOf(bytes, type === "" ? file.mimetype : type) };
    } catch (cause) {
      if (cause instanceof BotError) throw cause;
      throw connectionError({ code: "slack", called: "Slack's files" }, cause, signal);
    }
  };

  /** By itself, fetch takes the token to no other host, and Slack has several. */
  async function follow(from: string, signal: AbortSignal): Promise<Response> {
    let address = from;
    for (let left = MOST_REDIRECTS; ; left -= 1) {
      const headers = { authorization: `Bearer ${botToken}` };
      const response = await fetch(address, { headers, signal, redirect: "manual" });
      const next = response.status < 300 || response.status > 399 ? null : response.headers.get("location");
      if (next === null) return response;
      await response.body?.cancel();
      address = new URL(next, address).href;
      if (left === 0 || !isSlacks(address)) throw mediaFailed("gone", "Slack sends it elsewhere", "never");
    }
  }

  /** The token goes nowhere else. */
  function isSlacks(address: string): boolean {
    const { protocol, hostname, host } = new URL(address);
    return trustedHosts.includes(host) || (protocol === "https:" && /(^|\.)slack\.com$/.test(hostname));
  }
}

/** Slack: `file_not_found`, `file_deleted`, and so on. */
function goneIfRejected(error: BotError): never {
  throw error.code === "slack.rejected" ? mediaFailed("gone", "Slack has it no more", "never") : error;
}
