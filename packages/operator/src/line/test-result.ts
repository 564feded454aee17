import type { WebhookTest } from "@henji/functions/channel";
import type { Fixes } from "../fixes.ts";

/** What LINE's test of a webhook says of it. */
export type Meaning = { isFine: boolean; says: string; fix?: string };

const statistics = "https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/";

/** Explains a result by what this bot's webhook answers, and when. */
export function meaningOf({ isSuccess, statusCode, reason, detail }: WebhookTest, fixes: Fixes): Meaning {
  const failed = (says: string, fix: string): Meaning => ({ isFine: false, says, fix });
  if (statusCode === 401) {
    const says = "the webhook answered 401: its channel secret is not that of the token's channel";
    const where = "both are of one channel in https://developers.line.biz/console/";
    return failed(says, `${fixes.setSecret("LineChannelSecret")}; ${where}`);
  }
  if (/time-?out/i.test(reason)) {
    const says = "the webhook did not answer within LINE's two seconds";
    return failed(
      says,
      "run it again: a first start can be slow. If it stays so, look at the alarm WebhookSlow",
    );
  }
  if (/connect/i.test(reason)) {
    return failed(
      `LINE could not connect to it: ${detail}`,
      `is the URL right, and deployed? ${fixes.deploy}`,
    );
  }
  if (statusCode >= 500) {
    const says = `the webhook answered ${statusCode}: it failed, or its queue did`;
    return failed(says, "look at the log of Ingress for the same minute");
  }
  if (isSuccess && statusCode === 200) return { isFine: true, says: "the webhook answered 200" };
  if (statusCode === 404) return failed("there is nothing at this URL: it answered 404", fixes.deploy);
  if (statusCode === 403) {
    return failed("AWS answered 403: the function's URL is not public", fixes.deploy);
  }
  if (statusCode > 0)
    return failed(`it answered ${statusCode}, not 200: is it another server?`, fixes.deploy);
  return failed(`LINE says ${reason}: ${detail}`, statistics);
}
