import type { Message } from "../../src/studio-view.ts";
import { formatTime, langOf } from "./format.ts";
import type { Marks } from "./marks.ts";
import type { People } from "./people.ts";
import { previewOf } from "./preview.ts";
import { words } from "./words.ts";

type Props = {
  message: Message;
  people: People;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onShowTrace: (message: Message) => void;
};

/** A line that LINE writes into the chat; pressing it shows the trace of its event. */
export function Happening({ message, people, marks, onPoint, onShowTrace }: Props) {
  const { eventId } = message;
  const text = previewOf(message, people);
  const time = formatTime(message.at);
  return (
    <p
      class="happening"
      data-selected={eventId === marks.selected}
      data-pointed={eventId === marks.pointed}
      onMouseEnter={() => onPoint(eventId)}
      onMouseLeave={() => onPoint(undefined)}
    >
      <button
        type="button"
        lang={langOf(text)}
        aria-label={`${text}, ${words.showTrace(time)}`}
        onClick={() => onShowTrace(message)}
      >
        {text} <small>{time}</small>
      </button>
    </p>
  );
}
