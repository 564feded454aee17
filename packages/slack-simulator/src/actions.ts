import type { Envelope } from "./envelope.ts";
import type { Events } from "./events.ts";
import type { Channel, Message, User } from "./message.ts";
import type { Workspace } from "./workspace.ts";

export type Say = {
  from: string;
  /** As it is typed; a name after an @ mentions the bot, or a user. */
  text: string;
  /** A channel's id; without it, the user's DM with the bot. */
  channel?: string;
  /** `ts` of the message at the head of the thread. */
  thread?: string;
  files?: readonly { name: string; mimetype: string; bytes: Uint8Array }[];
};

/** What people do. Each returns what Slack tells the bot of it. */
export function createActions(workspace: Workspace, events: Events) {
  const { app, users, channels, newId } = workspace;

  function channelOf({ from, channel }: Pick<Say, "from" | "channel">): string {
    if (channel !== undefined) return channel;
    return dm(from).id;
  }

  function dm(userId: string): Channel {
    const found = [...channels.values()].find(({ kind, members }) => kind === "dm" && members[0] === userId);
    if (found) return found;
    const made: Channel = { id: newId("D"), name: userId, kind: "dm", members: [userId] };
    channels.set(made.id, made);
    return made;
  }

  function find(channel: string, ts: string): Message {
    const message = workspace.find(channel, ts);
    if (!message) throw new Error(`There is no message ${ts} in ${channel}`);
    return message;
  }

  function told(envelopes: Envelope[]): Envelope[] {
    for (const envelope of envelopes) workspace.emit(envelope);
    return envelopes;
  }

  return {
    addUser({ name, id = newId("U") }: { name: string; id?: string }): User {
      const user = { id, name };
      users.set(id, user);
      return user;
    },

    addChannel({ name, id = newId("C") }: { name: string; id?: string }): Channel {
      const channel: Channel = { id, name, kind: "channel", members: [] };
      channels.set(id, channel);
      return channel;
    },

    dm,

    say({ text, thread, files = [], ...say }: Say): Envelope[] {
      workspace.catchUp();
      const channel = channelOf(say);
      const kept = files.map(({ bytes, ...about }) => {
        const file = { id: newId("F"), ...about, size: bytes.length };
        workspace.contents.set(file.id, { file, bytes });
        return file;
      });
      const message: Message = {
        ...{ ts: workspace.newTs(), user: say.from, text: marked(text) },
        ...(thread !== undefined && { threadTs: thread }),
        ...(kept.length > 0 && { files: kept }),
      };
      workspace.add(channel, message);
      return told(events.written(channel, message));
    },

    remove(channel: string, ts: string): Envelope[] {
      workspace.catchUp();
      const before = find(channel, ts);
      const hasReplies = workspace.all(channel).some(({ threadTs }) => threadTs === ts);
      workspace.remove(channel, ts);
      return told([events.deleted(channel, before, hasReplies)]);
    },

    edit(channel: string, ts: string, text: string): Envelope[] {
      workspace.catchUp();
      const message = find(channel, ts);
      const before = { ...message };
      message.text = marked(text);
      return told([events.changed(channel, message, before)]);
    },

    /** A button of a message by its words. */
    press(from: string, channel: string, ts: string, label: string): Envelope[] {
      workspace.catchUp();
      const message = find(channel, ts);
      const action = buttonsOf(message).find((button) => button.label === label);
      if (!action) throw new Error(`The message ${ts} has no button "${label}"`);
      return told([events.pressed(from, channel, message, action.element)]);
    },

    /** A message of another app, or one of this app that somebody else wrote metadata for. */
    post(channel: string, message: Omit<Message, "ts">): Message {
      const posted = { ts: workspace.newTs(), ...message };
      workspace.add(channel, posted);
      return posted;
    },
  };

  /** As Slack keeps what was typed. */
  function marked(text: string): string {
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const names = [{ id: app.userId, name: "henji" }, ...users.values()];
    return names.reduce(
      (marking, { id, name }) => marking.replaceAll(new RegExp(`@${RegExp.escape(name)}`, "gi"), `<@${id}>`),
      escaped,
    );
  }
}

type Element = { action_id: string; value?: string; text: { text: string } };

/** What can be pressed under a message. */
export function buttonsOf({ blocks = [] }: Message): { label: string; element: Element }[] {
  return blocks
    .filter(({ type }) => type === "actions")
    .flatMap(({ elements }) => elements as Element[])
    .map((element) => ({ label: element.text.text, element }));
}
