import type { ParkedMessage, TurnStep } from "../../src/parked-view.ts";
import type { View } from "../../src/studio-view.ts";
import { Ids, Json, Said } from "./content-parts.tsx";
import { Copy } from "./copy.tsx";
import { formatExactTime } from "./format.ts";
import { useHistory } from "./parked-hooks.ts";
import { words } from "./words.ts";

type Props = {
  message: ParkedMessage;
  view: View;
  isIdle: boolean;
  onReplay: () => void;
  onForce: () => void;
  onDrop: () => void;
  onShowTrace: (eventId: string) => void;
};

/** All that is stored of a message that was given up on, and what can be done about it. */
export function History({ message, view, isIdle, onReplay, onForce, onDrop, onShowTrace }: Props) {
  const { id, chat, code, status, onReplay: effect } = message;
  const history = useHistory(id, view.parked.version);
  if (history === "gone") return <p class="rule">{words.parked.gone}</p>;
  const isUnclear = effect.kind === "send_perhaps_twice";
  const state = status === undefined ? words.parked.noStatus : (words.parked.statuses[status] ?? status);
  return (
    <div class="history">
      <p class="reason">
        <code>{code}</code> {message.reason}
      </p>
      <p class="status">
        {words.parked.status}: {state}
      </p>
      {history && (
        <>
          <section aria-label={words.parked.history}>
            {history.steps.length === 0 ? (
              <p class="rule">{words.parked.noSteps}</p>
            ) : (
              <Steps steps={history.steps} />
            )}
          </section>
          {history.question !== undefined && history.question !== "" && (
            <Said role={words.parked.question} text={history.question} />
          )}
          {history.answer?.messages.map((text, index) => (
            <Said key={index} role={words.parked.answer[history.answer!.route]} text={text} />
          ))}
          <Ids
            ids={[
              [words.ids.event, id],
              [words.ids.chat, chat],
              [words.ids.retryKey, history.answer?.retryKey],
            ]}
          />
          {history.job && <Json name={words.parked.job} text={history.job} folded={words.parked.job} />}
        </>
      )}
      <div class="buttons">
        {isUnclear ? (
          <button type="button" class="button danger" disabled={!isIdle} onClick={onForce}>
            {words.parked.replayAnyway}
          </button>
        ) : (
          <button type="button" class="button" disabled={!isIdle} onClick={onReplay}>
            {words.parked.replay}
          </button>
        )}
        <button type="button" class="button danger" disabled={!isIdle} onClick={onDrop}>
          {words.parked.drop}
        </button>
        {view.traces.some(({ eventId }) => eventId === id) && (
          <button type="button" class="button" onClick={() => onShowTrace(id)}>
            {words.parked.showTrace}
          </button>
        )}
      </div>
    </div>
  );
}

/** Its colour is that of the step in a trace. */
const colourOf: Partial<Record<TurnStep["is"], string>> = { failed: "retried", postponed: "postponed" };

function Steps({ steps }: { steps: readonly TurnStep[] }) {
  return (
    <ol class="steps">
      {steps.map(({ at, is, code, route, requestId }, index) => (
        <li key={index} data-step={colourOf[is] ?? is}>
          <span class="step-name">{words.parked.steps[is]}</span>
          <span class="step-detail">
            {code !== undefined && (
              <>
                {words.parked.codes[code] ?? ""} <code>{code}</code>
              </>
            )}
            {route !== undefined && words[route]}
          </span>
          <span class="step-time">{formatExactTime(at)}</span>
          {requestId !== undefined && (
            <span class="request">
              <span class="for-reader">{words.parked.requestId}</span>
              <code>{requestId}</code>
              <Copy text={requestId} of={`${words.parked.requestId} (${words.parked.steps[is]})`} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
