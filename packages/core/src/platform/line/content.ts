import { messagingApi } from "@line/bot-sdk";
import type { Clock } from "../../clock.ts";
import { BotError } from "../../error.ts";
import { type Media, type MediaLimits, mediaTypeOf } from "../media.ts";
import { connectionError, statusError } from "./error.ts";
import { exchange } from "./exchange.ts";

export type ContentOptions = {
  channelAccessToken: string;
  /** An origin; https://api-data.line.me, if not set. */
  dataBaseUrl?: string | undefined;
  clock: Clock;
  fetch: typeof globalThis.fetch;
};

const path = "/v2/bot/message/content";

/**
 * What a user has sent, by the id of its message, while LINE has it. LINE states no time for that.
 *
 * The SDK reads a body without catching its errors, which would end the process: so it is read here, within the
 * limits, and the SDK is given an answer without one.
 */
export function createContent({ channelAccessToken, dataBaseUrl, clock, fetch }: ContentOptions) {
  const baseURL = dataBaseUrl ?? "https://api-data.line.me";
  const client = new messagingApi.MessagingApiBlobClient({ channelAccessToken, baseURL });

  /**
   * @throws BotError `media.gone`, `media.too_large`, `media.empty`, which no retry changes; `media.not_ready`, while
   * LINE still converts it; or what LINE has said
   */
  return async (messageId: string, { maxBytes, withinMs }: MediaLimits): Promise<Media> => {
    const signal = clock.timeout(withinMs);
    let got: { status: number; bytes: Uint8Array<ArrayBuffer>; type: string | null } | undefined;

    const reading: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const { status, headers } = response;
      if (!response.ok) return response;
      got = { status, bytes: await bytesOf(response, maxBytes), type: headers.get("content-type") };
      return new Response("", { status, headers });
    };

    const answer = await exchange(() => client.getMessageContentWithHttpInfo(messageId), {
      ...{ fetch: reading, signal },
    }).catch((cause) => {
      throw cause instanceof BotError ? cause : connectionError(path, cause, signal);
    });
    if (!answer.ok) {
      const isGone = answer.status === 404 || answer.status === 410;
      throw isGone ? failed("gone", "LINE has it no more", "never") : statusError({ ...answer, path });
    }
    if (got?.status === 202) throw failed("not_ready", "LINE still converts it", "later");
    if (!got || got.bytes.length === 0) throw failed("empty", "LINE gave nothing", "never");
    return { bytes: got.bytes, type: mediaTypeOf(got.bytes, got.type ?? undefined) };
  };
}

/** @throws BotError `media.too_large`, as soon as that is known */
async function bytesOf(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => failed("too_large", `it has more than ${maxBytes} bytes`, "never");
  const { body } = response;
  if (Number(response.headers.get("content-length")) > maxBytes) {
    await body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the request.
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function failed(
  what: "gone" | "too_large" | "empty" | "not_ready",
  reason: string,
  retry: "later" | "never",
): BotError {
  return new BotError(`media.${what}`, `The content of a message: ${reason}`, { retry });
}
