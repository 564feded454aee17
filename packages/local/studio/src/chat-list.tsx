import { useState } from "preact/hooks";
import { type Chat, MAX_NAME, type Message } from "../../src/studio-view.ts";
import { Avatar } from "./avatar.tsx";
import { addUser } from "./client.ts";
import { formatTime, langOf, oneLine } from "./format.ts";
import { words } from "./words.ts";

type Props = {
  chats: Chat[];
  messages: Message[];
  chosenId: string | undefined;
  unread: Record<string, number>;
  canAdd: boolean;
  onChoose: (chatId: string) => void;
};

export function ChatList({ chats, messages, chosenId, unread, canAdd, onChoose }: Props) {
  return (
    <nav class="chats" aria-label={words.chats}>
      <ul>
        {chats.map((chat) => (
          <li key={chat.id}>
            <Entry
              chat={chat}
              latest={messages.findLast(({ chatId }) => chatId === chat.id)}
              unread={unread[chat.id] ?? 0}
              chosen={chat.id === chosenId}
              onChoose={onChoose}
            />
          </li>
        ))}
      </ul>
      {canAdd && <AddUser onAdded={onChoose} />}
    </nav>
  );
}

type EntryProps = {
  chat: Chat;
  latest: Message | undefined;
  unread: number;
  chosen: boolean;
  onChoose: (chatId: string) => void;
};

function Entry({ chat, latest, unread, chosen, onChoose }: EntryProps) {
  const name = nameOf(chat);
  const preview = latest ? previewOf(latest) : "";
  return (
    <button
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

function previewOf(message: Message): string {
  if (message.by === "user" && message.unsent) return words.unsent;
  return message.content.type === "text" ? oneLine(message.content.text) : "";
}

export const nameOf = (chat: Chat) => chat.name || words.unnamed;

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
