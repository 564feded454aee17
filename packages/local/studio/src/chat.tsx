import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chat, Message, View } from "../../src/studio-view.ts";
import { Avatar } from "./avatar.tsx";
import { Bubble } from "./bubble.tsx";
import { ChatFoot } from "./chat-foot.tsx";
import { ChatTitle } from "./chat-title.tsx";
import { firstMessages } from "./first-messages.ts";
import { focusComposer } from "./focus.ts";
import { dayKey, formatDay } from "./format.ts";
import { Greeting, Suggestions } from "./greeting.tsx";
import { Happening } from "./happening.tsx";
import { useSpeaker } from "./hooks.ts";
import type { Marks } from "./marks.ts";
import { authorOf, isGroup, nameOf, peopleOf } from "./people.ts";
import { QuickReplies } from "./quick-replies.tsx";
import { WaitingAnswers } from "./waiting-answers.tsx";
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
  const lastTop = useRef(0);
  const [hasUnseen, setHasUnseen] = useState(false);
  const messages = view.messages.filter(({ chatId }) => chatId === chat.id);
  const loadingUntil = useLoading(view.loading[chat.id]);
  const latest = messages.at(-1);
  const people = peopleOf(view);
  const { botName } = view;
  const { onLine } = view.info;
  const [speaker, setSpeaker] = useSpeaker(chat);
  const [quote, setQuote] = useState<Message>();
  const writer = onLine || speaker === undefined ? undefined : { from: speaker, chatId: chat.id };
  const nothingSaid = !messages.some(({ by }) => by !== "line");
  const suggested = writer && !isGroup(chat) ? firstMessages(view.info, messages) : [];

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

  /** A picture has its height only now. */
  const onLoad = () => follows.current && toEnd();
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current!;
    const isNearEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    // What grows at the end, such as a picture, is no scrolling away from it.
    if (isNearEnd || scrollTop < lastTop.current) follows.current = isNearEnd;
    lastTop.current = scrollTop;
    if (follows.current) setHasUnseen(false);
  };

  const quoteMessage = (message: Message) => {
    setQuote(message);
    focusComposer();
  };

  return (
    <main class="chat">
      <ChatTitle chat={chat} view={view} onScript={onScript} />
      <div
        class="messages"
        ref={scroller}
        onScroll={onScroll}
        onLoadCapture={onLoad}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-live="polite"
      >
        {messages.map((message, index) => {
          const before = messages[index - 1];
          const newDay = !before || dayKey(before.at) !== dayKey(message.at);
          const first = newDay || !isSameAuthor(before, message);
          const seen = { message, people, marks, onPoint, onShowTrace };
          return (
            <div key={message.id} class="row-group">
              {newDay && (
                <p class="day">
                  <span>{formatDay(message.at)}</span>
                </p>
              )}
              {isGroup(chat) && first && message.by === "user" && (
                // The message itself is labelled with it.
                <p class="author" aria-hidden="true">
                  {authorOf(message, people)}
                </p>
              )}
              {message.by === "line" ? (
                <Happening {...seen} />
              ) : (
                <Bubble
                  {...seen}
                  quoted={messages.find(({ id }) => id === message.quotes)}
                  first={first}
                  canWrite={writer !== undefined}
                  onQuote={quoteMessage}
                />
              )}
            </div>
          );
        })}
        {nothingSaid && onLine && <p class="empty">{words.onLine}</p>}
        {nothingSaid && writer && isGroup(chat) && <p class="empty">{words.chat.emptyGroup(botName)}</p>}
        {nothingSaid && writer && !isGroup(chat) && (
          <Greeting
            userId={chat.id}
            userName={nameOf(chat)}
            botName={botName}
            info={view.info}
            messages={suggested}
            onScript={onScript}
          />
        )}
        <WaitingAnswers chat={chat} messages={messages} view={view} />
        {latest?.by === "bot" && latest.quickReplies.length > 0 && writer && (
          <QuickReplies key={latest.id} writer={writer} replies={latest.quickReplies} />
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
      <ChatFoot
        chat={chat}
        view={view}
        writer={writer}
        onSpeaker={setSpeaker}
        quote={quote}
        onQuote={setQuote}
      />
    </main>
  );
}

function isSameAuthor(before: Message, message: Message): boolean {
  if (before.by === "user" && message.by === "user") return before.from === message.from;
  return before.by === message.by;
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
