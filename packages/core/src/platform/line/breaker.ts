import { type BreakerOptions, createBreaker } from "../../breaker.ts";
import { BotError, toBotError } from "../../error.ts";
import type { Line } from "./api.ts";
import { quotaExhausted } from "./error.ts";
import { isUsedUp, type Quota } from "./quota.ts";
import { createQuotaGuard } from "./quota-guard.ts";

export type GuardedLine = Line & {
  /**
   * Comes before anything is paid for that could not be delivered. It makes no call unless LINE has refused
   * before; then, once a minute, it asks LINE for the quota, which sends nothing and costs nothing.
   *
   * @throws what LINE has said, if it is known to take nothing
   */
  ready(): Promise<void>;
  /** Whether the month has a push left that can be spared, as far as LINE tells. It never throws. */
  mayPush(): Promise<boolean>;
};

/**
 * Remembers a dead channel access token, which stops everything, and a month's quota that is used up, which
 * stops pushes only: replies are not counted. Sends are made in any case; whichever succeeds closes it.
 */
export function withLineBreaker(line: Line, options: Pick<BreakerOptions, "clock" | "log">): GuardedLine {
  const says = "line.breaker_opened";
  const token = createBreaker({ ...options, says, opensOn: new Set(["line.unauthorized"]) });
  const quota = createBreaker({ ...options, says, opensOn: new Set(["line.quota_exhausted"]) });
  const guard = createQuotaGuard({ ...options, ask: () => token.watch(line.quota) });

  /** Nothing was sent yet, so whatever else is wrong with the question is worth another try. */
  async function askQuota(): Promise<Quota> {
    try {
      return await line.quota();
    } catch (cause) {
      const { code, message } = toBotError(cause);
      if (code === "line.unauthorized") throw cause;
      const reason = `LINE did not say whether it would take anything: ${message}`;
      throw new BotError("line.quota_unknown", reason, { retry: "later", cause });
    }
  }

  async function room(): Promise<void> {
    if (isUsedUp(await token.watch(askQuota))) throw quotaExhausted("LINE: the month's quota is used up");
  }

  return {
    ...line,
    reply: (replyToken, messages) => token.watch(() => line.reply(replyToken, messages)),
    async push(to, messages, retryKey) {
      const result = await token.watch(() => quota.watch(() => line.push(to, messages, retryKey)));
      guard.pushed(to.startsWith("U") ? "user" : "group");
      return result;
    },
    async ready() {
      await token.pass(askQuota);
    },
    async mayPush() {
      try {
        await quota.pass(room);
      } catch (error) {
        // If LINE does not say, the push itself will tell.
        if (toBotError(error).code === "line.quota_exhausted") return false;
      }
      return !(await guard.isLow());
    },
  };
}
