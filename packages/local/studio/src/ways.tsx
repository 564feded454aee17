import { useState } from "preact/hooks";
import type { Chat, View } from "../../src/studio-view.ts";
import type { Way } from "../../src/trace-way.ts";
import type { Marks } from "./marks.ts";
import { MemoryPanel } from "./memory.tsx";
import { WayCard } from "./way.tsx";
import { stateOf } from "./way-state.ts";
import { words } from "./words.ts";

type Props = {
  view: View;
  chat: Chat;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onSelect: (eventId: string) => void;
};

export function WaysPane({ view, chat, marks, onPoint, onSelect }: Props) {
  const [all, setAll] = useState(true);
  const messageOf = new Map(view.messages.filter(({ by }) => by === "user").map((one) => [one.eventId, one]));
  // Only a way that no handler has logged yet must be found by its message.
  const isOf = ({ id, hash }: Chat, way: Way) =>
    way.chat === hash || messageOf.get(way.eventId)?.chatId === id;
  const ways = view.ways.filter((way) => all || isOf(chat, way)).reverse();
  const parked = ways.filter((way) => stateOf(way) === "parked").length;

  return (
    <aside class="ways" aria-label={words.ways}>
      {chat.type === "user" && <MemoryPanel chat={chat} view={view} />}
      <div class="ways-title">
        <h2>{words.ways}</h2>
        {parked > 0 && <span class="parked-count">{words.parkedCount(parked)}</span>}
        <div class="scope">
          <button type="button" aria-pressed={all} onClick={() => setAll(true)}>
            {words.allChats}
          </button>
          <button type="button" aria-pressed={!all} onClick={() => setAll(false)}>
            {words.thisChat}
          </button>
        </div>
      </div>
      {ways.length === 0 && <p class="empty">{words.noWays}</p>}
      <ol>
        {ways.map((way, index) => (
          <li key={way.eventId}>
            <WayCard
              way={way}
              message={messageOf.get(way.eventId)}
              userName={view.chats.find((one) => isOf(one, way))?.name}
              newest={index === 0}
              marks={marks}
              onPoint={onPoint}
              onSelect={onSelect}
            />
          </li>
        ))}
      </ol>
    </aside>
  );
}
