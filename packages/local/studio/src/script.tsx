import { useState } from "preact/hooks";
import { MAX_ANSWER, MAX_ANSWERS, MAX_DELAY_S } from "../../src/studio-limits.ts";
import type { Script, StudioInfo } from "../../src/studio-view.ts";
import { endScript, setScript } from "./client.ts";
import { focusComposer } from "./focus.ts";
import { langOf, oneLine } from "./format.ts";
import { words } from "./words.ts";

/** What the stand-in says next, written by hand. */
export function ModelScript({ script, info }: { script: Script | undefined; info: StudioInfo }) {
  const [answers, setAnswers] = useState([""]);
  const [afterwards, setAfterwards] = useState<Script["afterwards"]>("own");
  const [delayS, setDelayS] = useState(0);
  const [failed, setFailed] = useState(false);
  const isComplete = answers.every((answer) => answer.trim() !== "");

  const use = async (event: Event) => {
    event.preventDefault();
    try {
      await setScript({ answers, afterwards, ...(delayS > 0 && { delayS }) });
      setFailed(false);
      focusComposer();
    } catch {
      setFailed(true);
    }
  };
  return (
    <form class="script" onSubmit={use}>
      {info.standIn ? (
        <p class="rule">{words.script.rule}</p>
      ) : (
        <p class="unavailable">{words.script.realModel(info.model)}</p>
      )}
      <fieldset disabled={!info.standIn}>
        {answers.map((answer, index) => (
          <div key={index} class="answer">
            <textarea
              rows={2}
              value={answer}
              maxLength={MAX_ANSWER}
              aria-label={words.script.answer(index + 1)}
              placeholder={words.script.answer(index + 1)}
              onInput={({ currentTarget }) => setAnswers(answers.with(index, currentTarget.value))}
            />
            {answers.length > 1 && (
              <button
                type="button"
                class="remove"
                aria-label={words.script.remove(index + 1)}
                onClick={() => setAnswers(answers.toSpliced(index, 1))}
              >
                <span aria-hidden="true">×</span>
              </button>
            )}
          </div>
        ))}
        <button
          type="button"
          class="button"
          disabled={answers.length === MAX_ANSWERS}
          onClick={() => setAnswers([...answers, ""])}
        >
          {words.script.another}
        </button>
        <div class="afterwards" role="radiogroup" aria-label={words.script.afterwards}>
          <span aria-hidden="true">{words.script.afterwards}</span>
          {(["own", "repeat"] as const).map((choice) => (
            <label key={choice}>
              <input
                type="radio"
                name="afterwards"
                checked={afterwards === choice}
                onChange={() => setAfterwards(choice)}
              />
              {words.script[choice]}
            </label>
          ))}
        </div>
        <label class="delay">
          {words.script.delay}
          <input
            type="number"
            min={0}
            max={MAX_DELAY_S}
            value={delayS}
            onInput={({ currentTarget }) => setDelayS(currentTarget.valueAsNumber || 0)}
          />
        </label>
        <p class="rule">{words.script.delayRule}</p>
        {failed && (
          <p class="problem" role="alert">
            {words.script.failed}
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="button primary" disabled={!isComplete}>
            {words.script.use}
          </button>
          <button
            type="button"
            class="button"
            disabled={!script}
            onClick={() => void endScript().catch(() => {})}
          >
            {words.script.end}
          </button>
        </div>
        <p class="now" data-on={script !== undefined} role="status">
          {script && (
            <>
              {stateOf(script)} · {words.script.next}{" "}
              <q lang={langOf(script.answers[0]!)}>{oneLine(script.answers[0]!)}</q>
            </>
          )}
        </p>
      </fieldset>
    </form>
  );
}

/** Beside the chat's title while a script is in use, so that nobody takes its words for the model's. */
export function ScriptMark({ script, onOpen }: { script: Script | undefined; onOpen: () => void }) {
  if (!script) return null;
  return (
    <button type="button" class="script-mark" onClick={onOpen}>
      {stateOf(script)}
    </button>
  );
}

function stateOf({ answers, afterwards }: Script): string {
  const repeats = answers.length === 1 && afterwards === "repeat";
  return repeats ? words.script.repeats : words.script.left(answers.length);
}
