import { useEffect, useRef } from "preact/hooks";
import type { Message } from "../../src/studio-view.ts";
import type { Step, Trace } from "../../src/trace-step.ts";
import { formatDuration, formatExactTime, formatNumber, langOf, oneLine } from "./format.ts";
import { useNow } from "./hooks.ts";
import type { Marks } from "./marks.ts";
import { stateOf, totalMs, waitedSteps, waitingFor } from "./trace-state.ts";
import { words } from "./words.ts";

type Props = {
  trace: Trace;
  /** Undefined for events that are not messages. */
  message: Message | undefined;
  userName: string | undefined;
  newest: boolean;
  marks: Marks;
  onPoint: (eventId: string | undefined) => void;
  onSelect: (eventId: string) => void;
};

export function TraceCard({ trace, message, userName, newest, marks, onPoint, onSelect }: Props) {
  const { eventId, steps } = trace;
  const card = useRef<HTMLElement>(null);
  const state = stateOf(trace);
  const selected = marks.selected === eventId;
  const open = selected || waitingFor(trace) !== undefined || (newest && marks.selected === undefined);

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
        <Title trace={trace} message={message} userName={userName} />
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
            </li>
          ))}
          <Waiting trace={trace} />
        </ol>
      )}
    </article>
  );
}

function Title({ trace, message, userName }: Pick<Props, "trace" | "message" | "userName">) {
  const first = trace.steps[0];
  const text = message?.content.type === "text" ? oneLine(message.content.text) : undefined;
  const unsent = message?.by === "user" && message.unsent;
  return (
    <span class="trace-title">
      {userName && <b lang={langOf(userName)}>{userName}</b>}{" "}
      {text === undefined ? (
        <i>
          {unsent
            ? words.unsent
            : message?.content.type === "other"
              ? message.content.of
              : first?.name === "received"
                ? first.type
                : ""}
        </i>
      ) : (
        <span lang={langOf(text)}>{text}</span>
      )}
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

function Detail({ step }: { step: Step }) {
  switch (step.name) {
    case "received":
      return step.type;
    case "refused":
      return <code>{step.status}</code>;
    case "queued":
      return step.redelivery ? words.redelivered : null;
    case "ignored":
      return step.type;
    case "tooOld":
      return words.waitedTooLong;
    case "claimed":
      return `${words.attempt(step.attempts)} · ${words.pastTurns(step.turns)}`;
    case "asked": {
      const { model, inputTokens, cachedTokens, outputTokens, cut, refused } = step;
      const [input, cached, output] = [inputTokens, cachedTokens, outputTokens].map(formatNumber);
      return (
        <span class="asked">
          <span>{model}</span>
          <span>{words.tokens(input!, cached!, output!)}</span>
          {cut && <em>{words.cut}</em>}
          {refused && <em>{words.declined}</em>}
        </span>
      );
    }
    case "answered":
      return step.notice === undefined ? words.stored(step.messages) : words.noticeStored(step.notice);
    case "dropped":
      return words.dropped(step.because);
    case "erased":
      return step.what === "chat" ? words.chatErased(step.turns) : words.messageErased(step.turns);
    case "delivered":
      return (
        <>
          <span data-by={step.by}>{words[step.by]}</span>
          {step.resumed && ` · ${words.resumed}`}
        </>
      );
    case "retried":
    case "parked":
      return (
        <>
          <code>{step.code}</code> {words.attempts(step.attempts)}
          <span class="reason">{step.reason}</span>
        </>
      );
    case "duplicate":
      return words.answeredBefore;
    case "held":
      return words.heldByOther;
    case "folded":
      return (
        <span class="asked">
          <span>{words.foldedTurns(step.turns)}</span>
          <span>{words.foldTokens(formatNumber(step.inputTokens), formatNumber(step.outputTokens))}</span>
          {!step.kept && <em>{words.notKept}</em>}
        </span>
      );
    case "notFolded":
      return (
        <>
          <code>{step.code}</code> {words.foldAgain}
        </>
      );
    case "warned":
      return (
        <>
          {step.what} <code>{step.code}</code>
        </>
      );
  }
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
