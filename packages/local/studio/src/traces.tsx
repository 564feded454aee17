import { useState } from "preact/hooks";
import type { Chat, View } from "../../src/studio-view.ts";
import type { Trace } from "../../src/trace-step.ts";
import type { Marks } from "./marks.ts";
import { MemoryPanel } from "./memory.tsx";
import { peopleOf } from "./people.ts";
import { useSteady } from "./steady.ts";
import { TraceCard } from "./trace.tsx";
import { matches, type Search, TraceFilter } from "./trace-filter.tsx";
import { words } from "./words.ts";

type Props = {
  view: View;
  /** Undefined: nobody has written yet. */
  chat: Chat | undefined;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onSelect: (eventId: string) => void;
  onShowParked: (eventId: string) => void;
};

export function TracesPane({ view, chat, marks, onPoint, onSelect, onShowParked }: Props) {
  const { scroller, isHeld } = useSteady();
  const [all, setAll] = useState(true);
  const [search, setSearch] = useState<Search>({ filter: "all", eventId: "" });
  const messageOf = new Map(view.messages.filter(({ by }) => by !== "bot").map((one) => [one.eventId, one]));
  const people = peopleOf(view);
  // Before its first log entry a trace has no chat hash: it is matched by its message.
  const belongsTo = ({ id, hash }: Chat, trace: Trace) =>
    trace.chat === hash || messageOf.get(trace.eventId)?.chatId === id;
  const inScope = view.traces.filter((trace) => all || !chat || belongsTo(chat, trace)).reverse();
  const traces = inScope.filter((trace) => matches(trace, search));

  return (
    <div class="traces" id="pane-traces" role="tabpanel" aria-labelledby="tab-traces">
      {chat && <MemoryPanel chat={chat} view={view} />}
      <div class="traces-title">
        <h2>{words.traces}</h2>
        <div class="scope">
          <button type="button" aria-pressed={all} onClick={() => setAll(true)}>
            {words.allChats}
          </button>
          <button type="button" aria-pressed={!all} onClick={() => setAll(false)}>
            {words.thisChat}
          </button>
        </div>
      </div>
      <TraceFilter traces={inScope} search={search} onSearch={setSearch} />
      <div class="trace-list" ref={scroller} data-held={isHeld}>
        <ol>
          {traces.map((trace, index) => (
            <li key={trace.eventId}>
              <TraceCard
                trace={trace}
                message={messageOf.get(trace.eventId)}
                userName={view.chats.find((one) => belongsTo(one, trace))?.name}
                people={people}
                newest={index === 0}
                isHeld={isHeld}
                marks={marks}
                onPoint={onPoint}
                onSelect={onSelect}
                onShowParked={onShowParked}
              />
            </li>
          ))}
        </ol>
        {traces.length === 0 && <p class="empty">{inScope.length === 0 ? words.noTraces : words.noMatch}</p>}
      </div>
    </div>
  );
}
