import { useEffect, useReducer, useState } from "preact/hooks";
import type { Message } from "../../src/studio-view.ts";
import { ChatPane } from "./chat.tsx";
import { ChatList } from "./chat-list.tsx";
import { follow } from "./client.ts";
import { useFocusReturn } from "./focus.ts";
import { Header } from "./header.tsx";
import { useUnread } from "./hooks.ts";
import type { Marks } from "./marks.ts";
import { Operations } from "./operations.tsx";
import { peopleOf } from "./people.ts";
import { BrokenBanner } from "./rehearsal.tsx";
import { initial, reduce } from "./state.ts";
import type { Pane } from "./tabs.tsx";
import { TracesPane } from "./traces.tsx";
import { words } from "./words.ts";

export function App() {
  const [{ view, connected }, dispatch] = useReducer(reduce, initial);
  const [chosenId, setChosenId] = useState(location.hash.slice(1));
  const [pane, setPane] = useState<Pane>("chat");
  const [selected, setSelected] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  const [shownParked, setShownParked] = useState<string>();
  const [script, setScript] = useState<object>();

  useEffect(() => follow(dispatch), []);
  useFocusReturn();
  const chat = view?.chats.find(({ id }) => id === chosenId) ?? view?.chats[0];
  const unread = useUnread(view, chat?.id);

  if (!view) return <p class="starting">{words.connecting}</p>;

  const choose = (chatId: string) => {
    setChosenId(chatId);
    // A reload then opens the same chat.
    history.replaceState(null, "", `#${chatId}`);
  };
  const showTrace = (message: Message) => {
    if (!view.traces.some(({ eventId }) => eventId === message.eventId)) return;
    setSelected(selected === message.eventId && pane !== "operations" ? undefined : message.eventId);
    setPane("traces");
  };
  const selectTrace = (eventId: string) => {
    setSelected(selected === eventId ? undefined : eventId);
    const message = view.messages.find((one) => one.eventId === eventId);
    if (message && message.chatId !== chat?.id) choose(message.chatId);
  };
  const showParked = (id: string | undefined) => {
    setShownParked(id);
    setScript(undefined);
    setPane("operations");
  };
  const showScript = () => {
    // A new one each time, so that each click scrolls there.
    setScript({});
    setPane("operations");
  };
  const showTraceOf = (eventId: string) => {
    setSelected(eventId);
    setPane("traces");
  };
  const marks: Marks = { selected, pointed };

  return (
    <div class="studio" data-pane={pane}>
      <Header
        info={view.info}
        pane={pane}
        onPane={(next) => (next === "operations" ? showParked(undefined) : setPane(next))}
        traces={view.traces.length}
        parked={view.parked.count}
        isScripted={view.script !== undefined}
        onScript={showScript}
      />
      {!connected && (
        <p class="banner" role="status">
          {words.disconnected}
        </p>
      )}
      {view.info.botConfigError && (
        <p class="banner" role="alert">
          {words.botBroken(view.info.botConfig)} <code>{view.info.botConfigError}</code>
        </p>
      )}
      <BrokenBanner broken={view.broken} />
      <div class="panes">
        <ChatList
          chats={view.chats}
          messages={view.messages}
          people={peopleOf(view)}
          chosenId={chat?.id}
          unread={unread}
          canAdd={!view.info.onLine}
          onChoose={choose}
        />
        {chat ? (
          <ChatPane
            key={chat.id}
            chat={chat}
            view={view}
            marks={marks}
            onPoint={setPointed}
            onShowTrace={showTrace}
            onScript={showScript}
          />
        ) : (
          <main class="chat">
            <p class="empty">{words.nobodyYet}</p>
          </main>
        )}
        <aside class="side" aria-label={words.panes[pane === "operations" ? pane : "traces"]}>
          {pane === "operations" ? (
            <Operations view={view} shownParked={shownParked} script={script} onShowTrace={showTraceOf} />
          ) : (
            <TracesPane
              view={view}
              chat={chat}
              marks={marks}
              onPoint={setPointed}
              onSelect={selectTrace}
              onShowParked={showParked}
            />
          )}
        </aside>
      </div>
    </div>
  );
}
