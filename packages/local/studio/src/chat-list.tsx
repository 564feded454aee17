import { useEffect, useRef, useState } from "preact/hooks";
import { MAX_NAME } from "../../src/studio-limits.ts";
import type { Chat, Message } from "../../src/studio-view.ts";
import { Avatar } from "./avatar.tsx";
import { addUser } from "./client.ts";
import { formatTime, langOf } from "./format.ts";
import { NewGroup } from "./new-group.tsx";
import { isGroup, nameOf, type People } from "./people.ts";
import { previewOf } from "./preview.ts";
import { words } from "./words.ts";

type Props = {
  chats: Chat[];
  messages: Message[];
  people: People;
  chosenId: string | undefined;
  unread: Record<string, number>;
  canAdd: boolean;
  onChoose: (chatId: string) => void;
};

export function ChatList({ chats, messages, people, chosenId, unread, canAdd, onChoose }: Props) {
  return (
    <nav class="chats" aria-label={words.chats}>
      <ul>
        {chats.map((chat) => (
          <li key={chat.id}>
            <Entry
              chat={chat}
              latest={messages.findLast(({ chatId }) => chatId === chat.id)}
              people={people}
              unread={unread[chat.id] ?? 0}
              chosen={chat.id === chosenId}
              onChoose={onChoose}
            />
          </li>
        ))}
      </ul>
      {canAdd && (
        <div class="adds">
          <AddUser onAdded={onChoose} />
          <AddGroup
            users={chats.filter((chat) => !isGroup(chat))}
            botName={people.botName}
            onAdded={onChoose}
          />
        </div>
      )}
    </nav>
  );
}

type EntryProps = {
  chat: Chat;
  latest: Message | undefined;
  people: People;
  unread: number;
  chosen: boolean;
  onChoose: (chatId: string) => void;
};

function Entry({ chat, latest, people, unread, chosen, onChoose }: EntryProps) {
  const name = nameOf(chat);
  const entry = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) entry.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  const preview = latest ? previewIn(chat, latest, people) : "";
  return (
    <button
      ref={entry}
      type="button"
      class="chat-entry"
      aria-current={chosen ? "true" : undefined}
      onClick={() => onChoose(chat.id)}
    >
      <Avatar name={name} />
      <span class="name" lang={langOf(name)}>
        {name}
      </span>
      {latest && <time class="when">{formatTime(latest.at)}</time>}
      <span class="preview" lang={langOf(preview)}>
        {preview}
      </span>
      {unread > 0 && (
        <span class="unread" role="img" aria-label={words.unread(unread)}>
          {unread}
        </span>
      )}
    </button>
  );
}

/** In a group, with its author. */
function previewIn(chat: Chat, message: Message, people: People): string {
  const preview = previewOf(message, people);
  const isNamed = isGroup(chat) && message.by === "user" && !message.unsent;
  return isNamed ? `${people.nameOf(message.from)}: ${preview}` : preview;
}

function AddGroup({ users, botName, onAdded }: Omit<Parameters<typeof NewGroup>[0], "onClose">) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="add-user" aria-label={words.chat.addGroup} onClick={() => setOpen(true)}>
        <span aria-hidden="true">
          <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
            <path
              d="M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-6 8c0-3 2.7-5 6-5s6 2 6 5M15 5.2a3 3 0 0 1 0 5.6M17.5 14.6c2.1.7 3.5 2.3 3.5 4.4"
              fill="none"
              stroke="currentColor"
              stroke-width="1.6"
              stroke-linecap="round"
            />
          </svg>
        </span>
        <span class="label">{words.chat.addGroup}</span>
      </button>
      {open && <NewGroup users={users} botName={botName} onAdded={onAdded} onClose={() => setOpen(false)} />}
    </>
  );
}

function AddUser({ onAdded }: { onAdded: (chatId: string) => void }) {
  const [name, setName] = useState<string>();

  if (name === undefined) {
    return (
      <button type="button" class="add-user" aria-label={words.addUser} onClick={() => setName("")}>
        <span aria-hidden="true">+</span>
        <span class="label">{words.addUser}</span>
      </button>
    );
  }
  const add = async (event: Event) => {
    event.preventDefault();
    if (name.trim() === "") return;
    onAdded(await addUser(name));
    setName(undefined);
  };
  return (
    <form class="add-user-form" onSubmit={add}>
      <input
        aria-label={words.userName}
        placeholder={words.userName}
        maxLength={MAX_NAME}
        value={name}
        ref={(input) => input?.focus()}
        onInput={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && setName(undefined)}
      />
      <button type="submit" disabled={name.trim() === ""}>
        {words.add}
      </button>
      <button type="button" class="quiet" onClick={() => setName(undefined)}>
        {words.cancel}
      </button>
    </form>
  );
}
