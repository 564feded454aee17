import * as z from "zod/mini";
import type { Clock } from "../../clock.ts";
import { BotError, toBotError } from "../../error.ts";
import { retryAfterIn } from "../../retry-after.ts";
import { connectionError } from "../connection-error.ts";
import { tellingUnsent } from "../request-not-sent.ts";
import { slackError } from "./error.ts";

export type SlackOptions = {
  botToken: string;
  /** Before the name of a method; https://slack.com/api, if not set. */
  baseUrl?: string | undefined;
  clock: Clock;
  /** Should throw `RequestNotSent` where it is certain; Node's, told apart that way, if not set. */
  fetch?: typeof globalThis.fetch;
};

export type Call = ReturnType<typeof createCall>;

/** Slack's yes, with what else it says. */
export type Answer = { body: Record<string, unknown>; headers: Headers; requestId: string | undefined };

type Args = Record<string, unknown> | URLSearchParams;

const answerBody = z.looseObject({ ok: z.boolean(), error: z.optional(z.string()) });

/** A call of Slack's Web API with a deadline, and with every failure as one of ours. It never repeats anything. */
export function createCall({
  botToken,
  baseUrl,
  clock,
  fetch = tellingUnsent(globalThis.fetch),
}: SlackOptions) {
  const base = baseUrl ?? "https://slack.com/api";

  /**
   * @param args as JSON; as a form for methods that only read, since not all of those take JSON
   * @throws BotError with `outcome: "unknown"` if something may have been done
   */
  return (method: string, args: Args, withinMs: number): Promise<Answer> => {
    const answering = request(method, args, withinMs);
    return args instanceof URLSearchParams ? answering.catch(rethrowAsRead) : answering;
  };

  async function request(method: string, args: Args, withinMs: number): Promise<Answer> {
    const isForm = args instanceof URLSearchParams;
    const signal = clock.timeout(withinMs);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${base}/${method}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${botToken}`,
          "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8",
        },
        body: isForm ? args : JSON.stringify(args),
        signal,
      });
      text = await response.text();
    } catch (cause) {
      throw connectionError({ code: "slack", called: `Slack ${method}` }, cause, signal);
    }
    const { status, headers } = response;
    const requestId = headers.get("x-slack-req-id") ?? undefined;
    const { data } = answerBody.safeParse(parsed(text));
    // Errors come with 200 too.
    if (response.ok && data?.ok) return { body: data, headers, requestId };
    const retryAfterMs = retryAfterIn(headers);
    throw slackError({ method, status, error: data?.error ?? "", retryAfterMs, requestId });
  }
}

/** A read has done nothing, whatever became of it. */
function rethrowAsRead(error: unknown): never {
  const { code, message, retry, retryAfterMs, requestId, cause } = toBotError(error);
  throw new BotError(code, message, { ...{ retry, retryAfterMs, requestId, cause }, outcome: "failed" });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
