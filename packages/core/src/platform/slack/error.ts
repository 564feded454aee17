import { BotError, type Outcome, type Retry } from "../../error.ts";

/** What Slack said no to, and how. */
export type Refusal = {
  method: string;
  status: number;
  /** Slack's code; empty, if it gave none. */
  error: string;
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
};

const later: ReadonlySet<string> = new Set(["request_timeout", "team_added_to_org"]);
const limited: ReadonlySet<string> = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);
/** After these it may have been done. */
const unclear: ReadonlySet<string> = new Set(["internal_error", "fatal_error", "service_unavailable"]);
const unauthorized: ReadonlySet<string> = new Set([
  ...["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"],
  ...["missing_scope", "not_allowed_token_type", "no_permission", "org_login_required"],
]);
const tooLargeForBlocks: ReadonlySet<string> = new Set([
  ...["msg_blocks_too_long", "msg_too_long", "invalid_blocks", "invalid_blocks_format"],
]);

/** Of an answer without a code: what wants a retry, and whether it may have been done. */
export function slackError({ method, status, error, ...about }: Refusal): BotError {
  // Slack's codes are constant; anything else might quote a user.
  const slacks = /^[a-z0-9_]{1,60}$/.test(error) ? error : "";
  const said = `Slack ${method} answered ${status}${slacks && ` "${slacks}"`}`;
  const refused = (code: string, fix: string, retry: Retry, outcome: Outcome = "failed") =>
    new BotError(code, `${said}${fix}`, { retry, outcome, ...about });
  if (status === 429 || limited.has(slacks)) return refused("slack.rate_limited", "", "later");
  if (status >= 500 || unclear.has(slacks) || slacks === "")
    return refused("slack.unavailable", "", "later", "unknown");
  if (later.has(slacks)) return refused("slack.unavailable", "", "later");
  if (unauthorized.has(slacks)) {
    return refused("slack.unauthorized", ": check the SlackBotToken secret and the app's scopes", "never");
  }
  if (tooLargeForBlocks.has(slacks)) return refused("slack.blocks_refused", "", "never");
  return refused("slack.rejected", "", "never");
}
