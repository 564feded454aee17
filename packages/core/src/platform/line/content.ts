import { messagingApi } from "@line/bot-sdk";
import { type Clock, elapsed } from "../../clock.ts";
import { BotError } from "../../error.ts";
import { connectionError } from "../connection-error.ts";
import { bytesOf, type Media, mediaFailed, mediaTypeOf } from "../media.ts";
import type { Platform } from "../platform.ts";
import { lineAt } from "./call.ts";
import { statusError } from "./error.ts";
import { exchange, type Refused } from "./exchange.ts";

export type ContentOptions = {
  channelAccessToken: string;
  /** An origin; https://api-data.line.me, if not set. */
  dataBaseUrl?: string | undefined;
  clock: Clock;
  /** Node's, if not set. */
  fetch?: typeof globalThis.fetch;
};

export type FetchContent = Platform["fetchMedia"];

const path = "/v2/bot/message/content";

/** LINE still converts some sound and videos, and then says so. */
const ASKED_AGAIN_MS = 1_000;

/**
 * What a user has sent, by the id of its message, while LINE has it. LINE states no time for that.
 *
 * The SDK reads a body without catching its errors, which would end the process: so it is read here, within the
 * limits, and the SDK is given an answer without one.
 */
export function createContent(options: ContentOptions): FetchContent {
  const { channelAccessToken, dataBaseUrl, clock, fetch = globalThis.fetch } = options;
  const baseURL = dataBaseUrl ?? "https://api-data.line.me";
  const client = new messagingApi.MessagingApiBlobClient({ channelAccessToken, baseURL });
  const calls = {
    whole: (messageId: string) => client.getMessageContentWithHttpInfo(messageId),
    preview: (messageId: string) => client.getMessageContentPreviewWithHttpInfo(messageId),
  };

  return async (messageId, what, { maxBytes, withinMs }) => {
    const until = clock.now() + withinMs;
    const signal = clock.timeout(withinMs);
    let media = await ask();
    while (!media && clock.now() + ASKED_AGAIN_MS < until) {
      await elapsed(clock, ASKED_AGAIN_MS);
      media = await ask();
    }
    if (!media) throw mediaFailed("not_ready", "LINE still converts it", "later");
    if (media.bytes.length === 0) throw mediaFailed("empty", "LINE gave nothing", "never");
    return media;

    /** Nothing, if LINE still converts it. */
    async function ask(): Promise<Media | undefined> {
      let got: { status: number; bytes: Uint8Array<ArrayBuffer>; type: string | null } | undefined;
      const reading: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        const { status, headers } = response;
        if (!response.ok) return response;
        got = { status, bytes: await bytesOf(response, maxBytes), type: headers.get("content-type") };
        return new Response("", { status, headers });
      };
      const answer = await exchange(() => calls[what](messageId), { fetch: reading, signal }).catch(
        (cause) => {
          throw cause instanceof BotError ? cause : connectionError(lineAt(path), cause, signal);
        },
      );
      if (!answer.ok) throw refused(answer);
      if (!got || got.status === 202) return undefined;
      return { bytes: got.bytes, type: mediaTypeOf(got.bytes, got.type ?? undefined) };
    }
  };
}

/** LINE: 400 for a message of which there is no such thing, such as the preview of a text. */
function refused(answer: Refused): BotError {
  const isGone = [400, 404, 410].includes(answer.status);
  return isGone ? mediaFailed("gone", "LINE has it no more", "never") : statusError({ ...answer, path });
}
