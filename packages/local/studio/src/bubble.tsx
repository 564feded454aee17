import type { Message } from "../../src/studio-view.ts";
import { Avatar } from "./avatar.tsx";
import { unsend } from "./client.ts";
import { formatTime, langOf, oneLine } from "./format.ts";
import type { Marks } from "./marks.ts";
import { More } from "./more.tsx";
import { words } from "./words.ts";

type Props = {
  message: Message;
  botName: string;
  /** Who wrote it, if it was a user. */
  author: string | undefined;
  /** The message that it quotes. */
  quoted: Message | undefined;
  /** The first of several in a row by the same author: with avatar. */
  first: boolean;
  /** Its author may unsend it. */
  canUnsend: boolean;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onShowTrace: (message: Message) => void;
};

export function Bubble(props: Props) {
  const { message, botName, author, quoted, first, canUnsend, marks, onPoint, onShowTrace } = props;
  const { eventId, content, by } = message;
  const time = formatTime(message.at);
  const unsent = by === "user" && message.unsent;
  const showTrace = () => {
    // A click that ends a text selection opens nothing.
    if (getSelection()?.isCollapsed !== false) onShowTrace(message);
  };
  // The tab key stops once at a message, at its time; left and right lead to what else it has.
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("a, button")];
    stops[stops.indexOf(event.target as HTMLElement) + step]?.focus();
    event.preventDefault();
  };
  return (
    <article
      class="row"
      data-by={by}
      data-first={first}
      data-selected={eventId !== undefined && eventId === marks.selected}
      data-pointed={eventId !== undefined && eventId === marks.pointed}
      aria-label={by === "bot" ? botName : author}
      onMouseEnter={() => onPoint(eventId)}
      onMouseLeave={() => onPoint(undefined)}
      onKeyDown={onKeyDown}
    >
      {by === "bot" && (first ? <Avatar name={botName} bot /> : <span class="avatar-space" />)}
      {unsent ? (
        <p class="bubble unsent">{words.unsent}</p>
      ) : content.type === "text" ? (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the time beside it is a button that does the same
        <p class="bubble" lang={langOf(content.text)} onClick={showTrace}>
          {quoted?.content.type === "text" && (
            <q class="quoted" lang={langOf(quoted.content.text)}>
              {oneLine(quoted.content.text)}
            </q>
          )}
          <Text text={content.text} />
        </p>
      ) : (
        <p class="bubble other">{words.other(content.of)}</p>
      )}
      <div class="meta">
        {canUnsend && !unsent && (
          <More
            label={words.moreOf(time)}
            tabIndex={-1}
            action={words.unsend}
            onAction={() => unsend(message.chatId, message.id)}
          />
        )}
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

const link = /(https?:\/\/[^\s<>"'、。（）「」]+)/;

/** A text whose URLs are links, as in LINE. */
function Text({ text }: { text: string }) {
  return text.split(link).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <a key={index} href={part} tabIndex={-1} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ),
  );
}
