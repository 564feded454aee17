import {
  type BotInfo,
  type Channel,
  isSameUrl,
  type Quota,
  type WebhookTest,
} from "@henji/functions/channel";
import type { Fixes } from "../fixes.ts";
import { type Step, switchesOf, useWebhook } from "../line/by-hand.ts";
import { type Meaning, meaningOf } from "../line/test-result.ts";

export type ConnectOptions = {
  url: string;
  isDryRun: boolean;
  /** Whether a URL of somebody else may be replaced. */
  mayReplace: boolean;
  fixes: Fixes;
};

/** What became of the webhook URL. `refused`: the channel has another. `not set`: the test failed. */
export type Outcome = "set" | "already set" | "would be set" | "refused" | "not set";

export type Connected = {
  bot: BotInfo;
  quota: Quota;
  webhook: {
    url: string;
    outcome: Outcome;
    /** What the channel had before. */
    before: string | null;
    /** LINE's switch "Use webhook"; not known as long as there is no URL. */
    isActive: boolean | null;
  };
  /** Not made if the channel belongs to another webhook. */
  test: (WebhookTest & Meaning) | null;
  /** What no API can do. `isDone`: null where no API tells either. */
  byHand: (Step & { isDone: boolean | null })[];
};

/**
 * Makes LINE send the channel's events to this URL. It is tested first, and set only if it answers as LINE wants:
 * a webhook that works is never replaced by one that does not. Repeating it changes nothing.
 */
export async function connect(channel: Channel, options: ConnectOptions): Promise<Connected> {
  const { url, isDryRun, mayReplace, fixes } = options;
  const bot = await channel.info();
  const [before, quota] = await Promise.all([channel.webhook(), channel.quota()]);
  const isSet = before !== undefined && isSameUrl(before.url, url);
  const isForeign = before !== undefined && !isSet && !mayReplace;
  const result = isForeign ? null : await channel.testWebhook(url);
  const test = result && { ...result, ...meaningOf(result, fixes) };

  const mustSet = !isSet && test?.isFine === true && !isDryRun;
  if (mustSet) await channel.setWebhook(url);
  const after = mustSet ? await channel.webhook() : before;

  const isActive = after?.isActive ?? null;
  const { redelivery, autoReply, greeting, groups } = switchesOf(bot.basicId);
  return {
    bot,
    quota,
    webhook: { url, outcome: outcomeOf(), before: before?.url ?? null, isActive },
    test,
    byHand: [
      { ...useWebhook, isDone: isActive },
      { ...redelivery, isDone: null },
      { ...autoReply, isDone: null },
      { ...greeting, isDone: null },
      { ...groups, isDone: null },
    ],
  };

  function outcomeOf(): Outcome {
    if (isForeign) return "refused";
    if (isSet) return "already set";
    if (!test?.isFine) return "not set";
    return isDryRun ? "would be set" : "set";
  }
}
