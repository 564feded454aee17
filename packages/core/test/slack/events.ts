/** As Slack sends them, scrubbed: a message and a mention of one `ts` in their envelopes. */
export const app = "A0HENJI000";
export const bot = "U0HENJIBOT";
export const aki = "U0AKI00000";

export function envelope(event: Record<string, unknown>, outer: Record<string, unknown> = {}) {
  return {
    ...{ token: "legacy-verification-token", team_id: "T0TEAM0000", api_app_id: app, type: "event_callback" },
    event: { type: "message", channel: "C0GENERAL0", user: aki, ts: "1800000000.000100", ...event },
    ...{ event_id: "Ev0000000A", event_time: 1_800_000_000, is_ext_shared_channel: false },
    authorizations: [
      {
        enterprise_id: null,
        team_id: "T0TEAM0000",
        user_id: bot,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    event_context: "4-eyJldCI6Im1lc3NhZ2UifQ",
    ...outer,
  };
}

export const dm = { channel: "D0AKI00000", channel_type: "im" };

export function press(value: string, outer: Record<string, unknown> = {}) {
  return {
    ...{ type: "block_actions", api_app_id: app, token: "legacy-verification-token", trigger_id: "1.2.3" },
    user: { id: aki, username: "aki", team_id: "T0TEAM0000" },
    channel: { id: "D0AKI00000", name: "directmessage" },
    container: { type: "message", message_ts: "1800000001.000200" },
    message: { type: "message", ts: "1800000001.000200", thread_ts: "1800000000.000100", text: "Sure?" },
    response_url: "https://hooks.slack.com/actions/T0TEAM0000/1/secret",
    actions: [{ type: "button", action_id: "henji-0", block_id: "b", value, action_ts: "1800000002.000300" }],
    ...outer,
  };
}
