import * as z from "zod/mini";
import { createCaller, type LineOptions, readWith } from "./call.ts";
import { statusError } from "./error.ts";
import { askInfo, type BotInfo } from "./info.ts";
import { askQuota, type Quota } from "./quota.ts";

export type WebhookEndpoint = {
  url: string;
  /** LINE's switch "Use webhook": no event is sent while it is off. */
  isActive: boolean;
};

/** What LINE got when it posted a webhook without events. */
export type WebhookTest = {
  isSuccess: boolean;
  /** Zero or less, if no answer came. */
  statusCode: number;
  /** `OK`, `COULD_NOT_CONNECT`, `REQUEST_TIMEOUT`, `ERROR_STATUS_CODE` or `UNCLASSIFIED`. */
  reason: string;
  detail: string;
};

/** How the channel is set up, for an operator; all of it is free. */
export type Channel = {
  info(): Promise<BotInfo>;
  /** Not set if the channel has none. */
  webhook(): Promise<WebhookEndpoint | undefined>;
  /** LINE: takes up to a minute to take effect. */
  setWebhook(url: string): Promise<void>;
  /** LINE: at most 60 an hour. Changes nothing. */
  testWebhook(url: string): Promise<WebhookTest>;
  quota(): Promise<Quota>;
};

/** No user waits for these. */
const CALL_MS = 8_000;

/** The channel behind a token. It throws a {@link BotError} whatever goes wrong. */
export function createChannel(options: LineOptions): Channel {
  const caller = createCaller(options);
  const { client, ask, request } = caller;
  const endpointPath = "/v2/bot/channel/webhook/endpoint";

  return {
    info: () => askInfo(caller, CALL_MS),

    async webhook() {
      const answer = await request(endpointPath, () => client.getWebhookEndpointWithHttpInfo(), CALL_MS);
      if (!answer.ok && answer.status === 404) return undefined;
      if (!answer.ok) throw statusError(answer);
      const { endpoint, active } = readWith(endpointBody.parse, answer);
      return endpoint === "" ? undefined : { url: endpoint, isActive: active };
    },

    async setWebhook(url) {
      const answer = await request(
        endpointPath,
        () => client.setWebhookEndpointWithHttpInfo({ endpoint: url }),
        CALL_MS,
      );
      if (!answer.ok) throw statusError(answer);
    },

    async testWebhook(url) {
      const { success, statusCode, reason, detail } = await ask(
        "/v2/bot/channel/webhook/test",
        () => client.testWebhookEndpointWithHttpInfo({ endpoint: url }),
        testBody.parse,
        CALL_MS,
      );
      return { isSuccess: success ?? statusCode === 200, statusCode, reason, detail };
    },

    quota: () => askQuota(caller, CALL_MS),
  };
}

/** LINE keeps a URL as it was written; a function's has a slash at its end. */
export function isSameUrl(one: string, other: string): boolean {
  const [first, second] = [one, other].map((url) => URL.parse(url)?.href.replace(/\/$/, ""));
  return first !== undefined && first === second;
}

const endpointBody = z.looseObject({ endpoint: z.string(), active: z.boolean() });
const testBody = z.looseObject({
  success: z.optional(z.boolean()),
  statusCode: z.number(),
  reason: z.string(),
  detail: z.string(),
});
