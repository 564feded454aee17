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
export const tooLargeForBlocks: ReadonlySet<string> = new Set([
  ...["msg_blocks_too_long", "msg_too_long", "invalid_blocks", "invalid_blocks_format"],
]);

/** Of an answer without a code: what wants a retry, and whether it may have been done. */
export function slackError({ method, status, error, ...about }: Refusal): BotError {
  // Slack's codes are constant; anything else might quote a user.
  const code = /^[a-z0-9_]{1,60}$/.test(error) ? error : "";
  const said = `Slack ${method} answered ${status}${code && ` "${code}"`}`;
  const refused = (name: string, fix: string, retry: Retry, outcome: Outcome = "failed") =>
    new BotError(`slack.${name}`, `${said}${fix}`, { retry, outcome, ...about });
  if (status === 429 || limited.has(code)) return refused("rate_limited", "", "later");
  if (status >= 500 || unclear.has(code) || code === "")
    return refused("unavailable", "", "later", "unknown");
  if (later.has(code)) return refused("unavailable", "", "later");
  if (unauthorized.has(code)) {
    return refused("unauthorized", ": check the SlackBotToken secret and the app's scopes", "never");
  }
  if (tooLargeForBlocks.has(code)) return refused("blocks_refused", "", "never");
  return refused("rejected", "", "never");
}
