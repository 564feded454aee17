import type { Chat, Message, View } from "../../src/studio-view.ts";
import { setBlocked, setJoined, type Writer } from "./client.ts";
import { Composer } from "./composer.tsx";
import { isGroup, nameOf, peopleOf } from "./people.ts";
import { words } from "./words.ts";

type Props = {
  chat: Chat;
  view: View;
  /** Undefined: nobody can write here now. */
  writer: Writer | undefined;
  onSpeaker: (userId: string) => void;
  quote: Message | undefined;
  onQuote: (message: Message | undefined) => void;
};

/** Where one writes, or why one cannot. */
export function ChatFoot({ chat, view, writer, onSpeaker, quote, onQuote }: Props) {
  const { botName, botId } = view;
  const people = peopleOf(view);
  if (view.info.onLine) return null;
  if (writer) {
    const named = (userId: string) => ({ userId, name: people.nameOf(userId) });
    return (
      <Composer
        writer={writer}
        people={people}
        speakers={isGroup(chat) ? chat.members.map(named) : []}
        mentionable={
          isGroup(chat) ? [botId, ...chat.members.filter((id) => id !== writer.from)].map(named) : []
        }
        onSpeaker={onSpeaker}
        quote={quote}
        onQuote={onQuote}
      />
    );
  }
  if (!isGroup(chat)) {
    return (
      <p class="watch-only">
        {words.hasBlocked(nameOf(chat), botName)}{" "}
        <button type="button" onClick={() => void setBlocked(chat.id, false).catch(() => {})}>
          {words.unblock}
        </button>
      </p>
    );
  }
  if (chat.joined) return <p class="watch-only">{words.chat.nobodyHere(botName)}</p>;
  return (
    <p class="watch-only">
      {words.chat.botIsOut(botName)}{" "}
      <button type="button" onClick={() => void setJoined(chat.id, true).catch(() => {})}>
        {words.chat.invite}
      </button>
    </p>
  );
}
