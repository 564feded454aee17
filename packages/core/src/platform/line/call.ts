import { messagingApi } from "@line/bot-sdk";
import type { Clock } from "../../clock.ts";
import { BotError } from "../../error.ts";
import { connectionError } from "../connection-error.ts";
import { tellingUnsent } from "../request-not-sent.ts";
import { statusError } from "./error.ts";
import { type Accepted, exchange, type Refused, type SdkResult } from "./exchange.ts";

export type LineOptions = {
  channelAccessToken: string;
  /** An origin, since the SDK drops a path; https://api.line.me, if not set. */
  baseUrl?: string | undefined;
  clock: Clock;
  /** Should throw `RequestNotSent` where it is certain; Node's, told apart that way, if not set. */
  fetch?: typeof globalThis.fetch;
};

export type Caller = ReturnType<typeof createCaller>;

/** What LINE answered, and to which request. */
export type Called<T> = (Accepted<T> | Refused) & { path: string };

/** LINE's SDK with a deadline on every call, and with every failure as one of ours. */
export function createCaller({
  channelAccessToken,
  baseUrl,
  clock,
  fetch = tellingUnsent(globalThis.fetch),
}: LineOptions) {
  const baseURL = baseUrl ?? "https://api.line.me";
  const client = new messagingApi.MessagingApiClient({ channelAccessToken, baseURL });

  /** @throws BotError if LINE has not answered within the time */
  async function request<T>(
    path: string,
    call: () => Promise<SdkResult<T>>,
    withinMs: number,
  ): Promise<Called<T>> {
    const signal = clock.timeout(withinMs);
    try {
      return { ...(await exchange(call, { fetch, signal })), path };
    } catch (cause) {
      throw connectionError(lineAt(path), cause, signal);
    }
  }

  /** The same for an answer that is read. @throws BotError also if LINE has refused, or the answer makes no sense */
  async function ask<T>(
    path: string,
    call: () => Promise<SdkResult<unknown>>,
    read: (body: unknown) => T,
    withinMs: number,
  ): Promise<T> {
    const answer = await request(path, call, withinMs);
    if (!answer.ok) throw statusError(answer);
    return readWith(read, answer);
  }

  return { client, request, ask };
}

/** For {@link connectionError}. */
export const lineAt = (path: string) => ({ code: "line", called: `LINE ${path}` });

/** @throws BotError if the answer makes no sense */
export function readWith<T>(
  read: (body: unknown) => T,
  { path, body }: Accepted<unknown> & { path: string },
): T {
  try {
    return read(body);
  } catch (cause) {
    throw new BotError("line.unreadable", `LINE ${path} could not be read`, { retry: "later", cause });
  }
}
