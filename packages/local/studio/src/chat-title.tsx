import type { Chat, View } from "../../src/studio-view.ts";
import { setBlocked, setJoined, setMember } from "./client.ts";
import { focusComposer } from "./focus.ts";
import { langOf } from "./format.ts";
import type { MenuItem } from "./menu.tsx";
import { More } from "./more.tsx";
import { type Group, isGroup, nameOf, peopleOf } from "./people.ts";
import { ScriptMark } from "./script.tsx";
import { words } from "./words.ts";

type Props = { chat: Chat; view: View; onScript: () => void };

/** Whose chat it is, and what can be done with it besides writing. */
export function ChatTitle({ chat, view, onScript }: Props) {
  const { botName } = view;
  const name = nameOf(chat);
  const items = view.info.onLine ? [] : itemsOf(chat, view);
  return (
    <div class="chat-title">
      {isGroup(chat) ? <GroupTitle group={chat} view={view} /> : <h2>{words.chatTitle(name, botName)}</h2>}
      <ScriptMark script={view.script} onOpen={onScript} />
      {items.length > 0 && <More label={words.moreOf(name)} items={items} />}
    </div>
  );
}

function GroupTitle({ group, view }: { group: Group; view: View }) {
  const { nameOf: named } = peopleOf(view);
  const names = [...group.members.map(named), ...(group.joined ? [view.botName] : [])];
  const all = words.chat.and(names);
  return (
    <h2>
      {words.chat.groupTitle(nameOf(group), names.length)}{" "}
      <small class="members" lang={langOf(all)}>
        {all}
      </small>
    </h2>
  );
}

function itemsOf(chat: Chat, view: View): MenuItem[] {
  // A failure changes nothing on the page, and a lost connection has its banner.
  const item = (label: string, act: () => Promise<unknown>, isDanger = false): MenuItem => ({
    label,
    isDanger,
    onChoose() {
      focusComposer();
      act().catch(() => {});
    },
  });
  const { botName, chats } = view;
  if (!isGroup(chat)) {
    return chat.blocked ? [] : [item(words.block(botName), () => setBlocked(chat.id, true), true)];
  }
  if (!chat.joined) return [];
  const users = chats.filter((one) => !isGroup(one));
  const isMember = ({ id }: Chat) => chat.members.includes(id);
  return [
    ...users
      .filter((user) => !isMember(user))
      .map((user) => item(words.chat.addMember(nameOf(user)), () => setMember(chat.id, user.id, true))),
    ...users
      .filter(isMember)
      .map((user) => item(words.chat.memberLeaves(nameOf(user)), () => setMember(chat.id, user.id, false))),
    item(words.chat.removeBot(botName), () => setJoined(chat.id, false), true),
  ];
}
