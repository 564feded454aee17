import type { Envelope } from "./envelope.ts";
import type { Message } from "./message.ts";
import type { Workspace } from "./workspace.ts";

export type Events = ReturnType<typeof createEvents>;

export function createEvents(workspace: Workspace) {
  const { app, newId, clock } = workspace;

  function envelope(event: Record<string, unknown>): Envelope {
    return {
      ...{ token: "simulated-verification-token", team_id: app.team, api_app_id: app.id },
      ...{ event, type: "event_callback", event_id: newId("Ev"), event_time: Math.floor(clock() / 1000) },
      is_ext_shared_channel: false,
      authorizations: [
        {
          enterprise_id: null,
          team_id: app.team,
          user_id: app.userId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      event_context: newId("4-"),
    };
  }

  function fields(channel: string, { ts, threadTs, user, text, blocks, appId, files }: Message) {
    return {
      ...{ user, text, ts, channel, event_ts: ts, team: app.team },
      ...(threadTs !== undefined && { thread_ts: threadTs }),
      ...(blocks && { blocks }),
      ...(appId !== undefined && { bot_id: app.botId, app_id: appId }),
      ...(files && { files, subtype: "file_share" }),
    };
  }

  const typeOf = (channel: string) => (channel.startsWith("D") ? "im" : "channel");

  return {
    /** A mention is told twice, with an id each, in any order. */
    written(channel: string, message: Message): Envelope[] {
      const told = fields(channel, message);
      const first = envelope({ ...told, type: "message", channel_type: typeOf(channel) });
      const isMention = typeOf(channel) === "channel" && message.text.includes(`<@${app.userId}>`);
      if (!isMention || message.appId !== undefined) return [first];
      const mention = envelope({ ...told, type: "app_mention" });
      return workspace.random() < 0.5 ? [first, mention] : [mention, first];
    },

    changed(channel: string, message: Message, before: Message): Envelope {
      const ts = workspace.newTs();
      const told = { type: "message", subtype: "message_changed", hidden: true, channel, ts, event_ts: ts };
      return envelope({
        ...{ ...told, channel_type: typeOf(channel) },
        message: { type: "message", ...fields(channel, message) },
        previous_message: { type: "message", ...fields(channel, before) },
      });
    },

    deleted(channel: string, before: Message, hasReplies: boolean): Envelope {
      const ts = workspace.newTs();
      const previous_message = { type: "message", ...fields(channel, before) };
      const told = {
        type: "message",
        hidden: true,
        channel,
        channel_type: typeOf(channel),
        ts,
        event_ts: ts,
      };
      if (!hasReplies) {
        return envelope({ ...told, subtype: "message_deleted", deleted_ts: before.ts, previous_message });
      }
      const message = {
        ...{ type: "message", subtype: "tombstone", text: "This message was deleted.", hidden: true },
        ...{ user: "USLACKBOT", ts: before.ts, thread_ts: before.ts },
      };
      return envelope({ ...told, subtype: "message_changed", message, previous_message });
    },

    pressed(from: string, channel: string, message: Message, action: Record<string, unknown>): Envelope {
      return {
        ...{ type: "block_actions", api_app_id: app.id, token: "simulated-verification-token" },
        ...{ user: { id: from, team_id: app.team }, team: { id: app.team }, trigger_id: newId("T") },
        ...{
          channel: { id: channel },
          container: { type: "message", message_ts: message.ts, channel_id: channel },
        },
        message: { type: "message", ...fields(channel, message) },
        response_url: `https://hooks.slack.com/actions/${app.team}/1/simulated`,
        actions: [{ ...action, action_ts: workspace.newTs() }],
      };
    },
  };
}
