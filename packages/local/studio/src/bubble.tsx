import type { Message } from "../../src/studio-view.ts";
import { Avatar } from "./avatar.tsx";
import { unsend } from "./client.ts";
import { focusComposer } from "./focus.ts";
import { formatTime, langOf } from "./format.ts";
import type { Marks } from "./marks.ts";
import type { MenuItem } from "./menu.tsx";
import { Text, Tile } from "./message-content.tsx";
import { More } from "./more.tsx";
import { authorOf, type People } from "./people.ts";
import { Quoted } from "./quoted.tsx";
import { words } from "./words.ts";

type Props = {
  message: Message;
  people: People;
  /** The message that it quotes, if it quotes one that is here. */
  quoted: Message | undefined;
  /** The first of several in a row by the same author: with avatar. */
  first: boolean;
  /** One can write in this chat: unsend, and quote. */
  canWrite: boolean;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onShowTrace: (message: Message) => void;
  onQuote: (message: Message) => void;
};

export function Bubble(props: Props) {
  const { message, people, quoted, first, canWrite, marks, onPoint, onShowTrace, onQuote } = props;
  const { eventId, content, by } = message;
  const time = formatTime(message.at);
  const unsent = by === "user" && message.unsent;
  const author = authorOf(message, people);
  const quote = message.quotes !== undefined && <Quoted message={quoted} people={people} />;
  const showTrace = () => {
    // A click that ends a text selection opens nothing.
    if (getSelection()?.isCollapsed !== false) onShowTrace(message);
  };
  // The tab key stops once at a message, at its time; left and right lead to what else it has.
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("a, button, audio, video")];
    stops[stops.indexOf(event.target as HTMLElement) + step]?.focus();
    event.preventDefault();
  };
  const items = canWrite && !unsent ? itemsOf(message, onQuote) : [];
  return (
    <article
      class="row"
      data-by={by}
      data-first={first}
      data-selected={eventId !== undefined && eventId === marks.selected}
      data-pointed={eventId !== undefined && eventId === marks.pointed}
      aria-label={author}
      onMouseEnter={() => onPoint(eventId)}
      onMouseLeave={() => onPoint(undefined)}
      onKeyDown={onKeyDown}
    >
      {by === "bot" && (first ? <Avatar name={author} bot /> : <span class="avatar-space" />)}
      {unsent ? (
        <p class="bubble unsent">{words.unsent}</p>
      ) : content.type === "text" ? (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the time beside it is a button that does the same
        <p class="bubble" lang={langOf(content.text)} onClick={showTrace}>
          {quote}
          <Text text={content.text} mentions={content.mentions} />
        </p>
      ) : quote ? (
        <div class="quoting">
          <p class="bubble">{quote}</p>
          <Tile message={message} author={author} />
        </div>
      ) : (
        <Tile message={message} author={author} />
      )}
      <div class="meta">
        {items.length > 0 && <More label={words.moreOf(time)} tabIndex={-1} items={items} />}
        {by === "user" && <Handover {...message.handover} />}
        <button
          type="button"
          class="time"
          aria-label={words.showTrace(time)}
          onClick={() => onShowTrace(message)}
        >
          {time}
        </button>
      </div>
    </article>
  );
}

/** LINE hands out a quote token with these. */
const QUOTABLE = new Set(["text", "sticker", "image", "video"]);

function itemsOf(message: Message, onQuote: (message: Message) => void): MenuItem[] {
  const items: MenuItem[] = [];
  if (QUOTABLE.has(message.content.type)) {
    items.push({ label: words.chat.quote, icon: "❝", onChoose: () => onQuote(message) });
  }
  if (message.by === "user") {
    const { from, chatId, id } = message;
    const onChoose = () => {
      focusComposer();
      // A failure changes nothing on the page, and a lost connection has its banner.
      unsend({ from, chatId }, id).catch(() => {});
    };
    items.push({ label: words.unsend, icon: "⌫", isDanger: true, onChoose });
  }
  return items;
}

function Handover(handover: Extract<Message, { by: "user" }>["handover"]) {
  switch (handover.state) {
    case "sending":
      return <span class="sending">{words.sending}</span>;
    case "read":
      return <span class="read">{words.read}</span>;
    case "refused":
      return <strong class="refused">{words.notDelivered(handover.status)}</strong>;
  }
}
