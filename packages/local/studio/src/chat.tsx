import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chat, Message, View } from "../../src/studio-view.ts";
import { Avatar } from "./avatar.tsx";
import { Bubble } from "./bubble.tsx";
import { nameOf } from "./chat-list.tsx";
import { setBlocked } from "./client.ts";
import { Composer } from "./composer.tsx";
import { firstMessages } from "./first-messages.ts";
import { dayKey, formatDay } from "./format.ts";
import { Greeting, Suggestions } from "./greeting.tsx";
import type { Marks } from "./marks.ts";
import { More } from "./more.tsx";
import { QuickReplies } from "./quick-replies.tsx";
import { ScriptMark } from "./script.tsx";
import { words } from "./words.ts";

type Props = {
  chat: Chat;
  view: View;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onShowTrace: (message: Message) => void;
  /** Opens where the stand-in's words are written. */
  onScript: () => void;
};

/** Within this distance of its end, the chat scrolls to each new message. */
const NEAR_END_PX = 120;

export function ChatPane({ chat, view, marks, onPoint, onShowTrace, onScript }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [hasUnseen, setHasUnseen] = useState(false);
  const messages = view.messages.filter(({ chatId }) => chatId === chat.id);
  const loadingUntil = useLoading(view.loading[chat.id]);
  const latest = messages.at(-1);
  const name = nameOf(chat);
  const { botName } = view;
  const { onLine } = view.info;
  const canWrite = chat.type === "user" && !chat.blocked && !onLine;
  const suggested = canWrite ? firstMessages(view.info, messages) : [];

  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  useLayoutEffect(() => {
    if (follows.current || latest?.by === "user") toEnd();
    else setHasUnseen(true);
  }, [latest?.id, loadingUntil]);

  // A narrower window, a keyboard or a growing input must not cover the newest message.
  useEffect(() => {
    const resized = new ResizeObserver(() => follows.current && toEnd());
    resized.observe(scroller.current!);
    return () => resized.disconnect();
  }, []);

  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current!;
    follows.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (follows.current) setHasUnseen(false);
  };

  return (
    <main class="chat">
      <div class="chat-title">
        <h2>{words.chatTitle(name, botName)}</h2>
        <ScriptMark script={view.script} onOpen={onScript} />
        {canWrite && (
          <More
            label={words.moreOf(name)}
            action={words.block(botName)}
            onAction={() => setBlocked(chat.id, true)}
          />
        )}
      </div>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard */}
      <div class="messages" ref={scroller} onScroll={onScroll} tabIndex={0} role="log" aria-live="polite">
        {messages.length === 0 && onLine && <p class="empty">{words.onLine}</p>}
        {messages.length === 0 && canWrite && (
          <Greeting
            userId={chat.id}
            userName={name}
            botName={botName}
            info={view.info}
            messages={suggested}
            onScript={onScript}
          />
        )}
        {messages.map((message, index) => {
          const before = messages[index - 1];
          const newDay = !before || dayKey(before.at) !== dayKey(message.at);
          return (
            <div key={message.id} class="row-group">
              {newDay && (
                <p class="day">
                  <span>{formatDay(message.at)}</span>
                </p>
              )}
              <Bubble
                message={message}
                botName={botName}
                author={view.chats.find(({ id }) => message.by === "user" && id === message.from)?.name}
                canUnsend={message.by === "user" && message.from === chat.id && !chat.blocked}
                quoted={message.by === "bot" ? messages.find(({ id }) => id === message.quotes) : undefined}
                first={newDay || before?.by !== message.by}
                marks={marks}
                onPoint={onPoint}
                onShowTrace={onShowTrace}
              />
            </div>
          );
        })}
        {latest?.by === "bot" && latest.quickReplies.length > 0 && !chat.blocked && (
          <QuickReplies key={latest.id} userId={chat.id} replies={latest.quickReplies} />
        )}
        {latest?.by === "bot" && suggested.length > 0 && (
          <Suggestions key={latest.id} title={words.greeting.tryNext} userId={chat.id} messages={suggested} />
        )}
        {loadingUntil !== undefined && (
          <div class="row" data-by="bot">
            <Avatar name={botName} bot />
            <div class="bubble loading" role="img" aria-label={words.writing(botName)}>
              <i />
              <i />
              <i />
            </div>
          </div>
        )}
      </div>
      {hasUnseen && (
        <button type="button" class="new-messages" onClick={toEnd}>
          {words.newMessages} ↓
        </button>
      )}
      {onLine ? null : chat.type !== "user" ? (
        <p class="watch-only">{words.groupsLater}</p>
      ) : chat.blocked ? (
        <p class="watch-only">
          {words.hasBlocked(name, botName)}{" "}
          <button type="button" onClick={() => void setBlocked(chat.id, false).catch(() => {})}>
            {words.unblock}
          </button>
        </p>
      ) : (
        <Composer userId={chat.id} userName={name} />
      )}
    </main>
  );
}

/** `until`, as long as it is in the future. */
function useLoading(until: number | undefined): number | undefined {
  const [, setOver] = useState(0);
  useEffect(() => {
    if (until === undefined) return;
    const timer = setTimeout(() => setOver(until), until - Date.now());
    return () => clearTimeout(timer);
  }, [until]);
  return until !== undefined && until > Date.now() ? until : undefined;
}
