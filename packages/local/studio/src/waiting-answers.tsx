import type { Chat, Message, View } from "../../src/studio-view.ts";
import { formatTime } from "./format.ts";
import { peopleOf } from "./people.ts";
import { previewOf } from "./preview.ts";
import { waitingIn } from "./trace-state.ts";
import { words } from "./words.ts";

/** What LINE does not show: answers of this chat that are there, and for what they wait. */
export function WaitingAnswers({
  chat,
  messages,
  view,
}: {
  chat: Chat;
  messages: readonly Message[];
  view: View;
}) {
  const people = peopleOf(view);
  return waitingIn(view.traces, chat.hash).map(({ eventId, told, until }) => {
    const question = messages.find((message) => message.eventId === eventId && message.by === "user");
    const waits = words.slow.waits(told, until === undefined ? undefined : formatTime(until));
    const text = question ? previewOf(question, people) : "…";
    return (
      <p key={eventId} class="waiting-answer">
        {words.slow.answerWaits(text, waits)}
      </p>
    );
  });
}
