import { useEffect, useRef } from "preact/hooks";
import type { Message } from "../../src/studio-view.ts";
import type { Step, Trace } from "../../src/trace-step.ts";
import { Content } from "./content.tsx";
import { formatDuration, formatExactTime, langOf } from "./format.ts";
import { useContent, useNow } from "./hooks.ts";
import type { Marks } from "./marks.ts";
import type { People } from "./people.ts";
import { previewOf } from "./preview.ts";
import { Cause, Detail } from "./step.tsx";
import { stateOf, totalMs, waitedSteps, waitingFor } from "./trace-state.ts";
import { words } from "./words.ts";

type Props = {
  trace: Trace;
  /** Undefined for events that are not messages. */
  message: Message | undefined;
  userName: string | undefined;
  people: People;
  newest: boolean;
  /** The mouse is on the list: what has opened by itself stays open. */
  isHeld: boolean;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onSelect: (eventId: string) => void;
  /** Opens it among what was given up on. */
  onShowParked: (eventId: string) => void;
};

export function TraceCard({
  trace,
  message,
  userName,
  people,
  newest,
  isHeld,
  marks,
  onPoint,
  onSelect,
  onShowParked,
}: Props) {
  const { eventId, steps } = trace;
  const card = useRef<HTMLElement>(null);
  const state = stateOf(trace);
  const selected = marks.selected === eventId;
  const wasOpen = useRef(false);
  wasOpen.current =
    waitingFor(trace) !== undefined ||
    (newest && marks.selected === undefined) ||
    (isHeld && wasOpen.current);
  const open = selected || wasOpen.current;

  const content = useContent(trace, selected);

  useEffect(() => {
    if (selected) card.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [selected]);

  return (
    <article
      ref={card}
      class="trace"
      data-state={state}
      data-selected={selected}
      data-pointed={marks.pointed === eventId}
      onMouseEnter={() => onPoint(eventId)}
      onMouseLeave={() => onPoint(undefined)}
    >
      <button type="button" class="trace-head" aria-expanded={open} onClick={() => onSelect(eventId)}>
        <span class="state">{words.states[state]}</span>
        <Title trace={trace} message={message} userName={userName} people={people} />
        <span class="total">{formatDuration(totalMs(trace))}</span>
        <Bar steps={waitedSteps(trace)} />
      </button>
      {open && (
        <ol class="steps">
          {steps.map((step, index) => (
            <li key={index} data-step={step.name}>
              <span class="step-name">{words.steps[step.name]}</span>
              <span class="step-detail">
                <Detail step={step} />
              </span>
              <span class="step-time">
                {index === 0 ? formatExactTime(step.at) : `+${formatDuration(step.sinceMs)}`}
              </span>
              {content && <Cause step={step} content={content} />}
            </li>
          ))}
          <Waiting trace={trace} />
        </ol>
      )}
      {open && state === "parked" && (
        <button type="button" class="show-content" onClick={() => onShowParked(eventId)}>
          {words.parked.showParked}
        </button>
      )}
      {open && !selected && (
        <button type="button" class="show-content" onClick={() => onSelect(eventId)}>
          {words.showContent}
        </button>
      )}
      {content && <Content content={content} chat={trace.chat} />}
    </article>
  );
}

function Title({
  trace,
  message,
  userName,
  people,
}: Pick<Props, "trace" | "message" | "userName" | "people">) {
  const first = trace.steps[0];
  const isText = message?.content.type === "text" && !(message.by === "user" && message.unsent);
  const text = message ? previewOf(message, people) : first?.name === "received" ? first.type : "";
  return (
    <span class="trace-title">
      {userName && !text.startsWith(userName) && <b lang={langOf(userName)}>{userName}</b>}{" "}
      {isText ? <span lang={langOf(text)}>{text}</span> : <i lang={langOf(text)}>{text}</i>}
    </span>
  );
}

/**
 * Where the time went: the width of a step is its duration, and a wait after a failure has the
 * failure's colour. Hidden from screen readers, because the list of steps says the same.
 */
function Bar({ steps }: { steps: Step[] }) {
  const colour = (step: Step, before: Step | undefined) =>
    before?.name === "retried" || before?.name === "refused" ? before.name : step.name;
  return (
    <span class="bar" aria-hidden="true">
      {steps.slice(1).map((step, index) => (
        <span
          key={index}
          data-step={colour(step, steps[index])}
          style={{ flexGrow: Math.max(1, step.sinceMs) }}
        />
      ))}
    </span>
  );
}

function Waiting({ trace }: { trace: Trace }) {
  const waiting = waitingFor(trace);
  if (!waiting) return null;
  return (
    <li class="waiting" data-step="waiting">
      <span class="step-name" />
      <span class="step-detail">
        {typeof waiting === "object" ? <Countdown until={waiting.retryAt} /> : words.waiting[waiting]}
      </span>
    </li>
  );
}

function Countdown({ until }: { until: number }) {
  const now = useNow(500);
  return words.waiting.retry(Math.max(0, Math.ceil((until - now) / 1_000)));
}
