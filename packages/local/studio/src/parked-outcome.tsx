import type { ParkedRun } from "../../src/parked-view.ts";
import { stopChange } from "./client.ts";
import type { Outcome } from "./parked-hooks.ts";
import { words } from "./words.ts";

/** How far a replay or a drop is, whichever page began it. */
export function Progress({ verb, done, left }: ParkedRun) {
  return (
    <div class="progress">
      <progress
        aria-label={words.parked.progress[verb](done, left)}
        {...(left !== undefined && { value: done, max: Math.max(1, done + left) })}
      />
      <span aria-hidden="true">{words.parked.progress[verb](done, left)}</span>
      <button type="button" class="button" onClick={() => void stopChange().catch(() => {})}>
        {words.parked.stop}
      </button>
    </div>
  );
}

type Props = { outcome: Outcome; onForce: (ids: readonly string[]) => void };

/** What a dry run says, or what was done. */
export function OutcomeNote({ outcome, onForce }: Props) {
  switch (outcome.kind) {
    case "plan":
      return (
        <div class="outcome">
          <p>{words.parked.planned(outcome.plan.count)}</p>
          <ul>
            {outcome.plan.effects.map(({ effect, count }) => (
              <li key={JSON.stringify(effect)}>
                <b>{count} ×</b> {words.parked.effect(effect)}
              </li>
            ))}
          </ul>
        </div>
      );
    case "result": {
      const { done, others, untouched } = outcome.result;
      const unclear = others.flatMap(({ id, because }) => (because === "unclear" ? id : []));
      const reasons = [...Map.groupBy(others, ({ because }) => because)];
      return (
        <div class="outcome" data-failed={others.length + untouched > 0}>
          <p>
            {(done > 0 || others.length === 0) && words.parked.done[outcome.verb](done)}
            {untouched > 0 && ` ${words.parked.untouched(untouched)}`}
            {others.length > 0 && ` ${words.parked.others(others.length)}`}
          </p>
          {others.length > 0 && (
            <ul>
              {reasons.map(([because, all]) => (
                <li key={because}>
                  <b>{all.length} ×</b> {words.parked.because[because] ?? because}
                </li>
              ))}
            </ul>
          )}
          {outcome.verb === "replay" && unclear.length > 0 && (
            <button type="button" class="button danger" onClick={() => onForce(unclear)}>
              {words.parked.replayAnyway}
            </button>
          )}
        </div>
      );
    }
    case "pending":
      return <p>{words.parked.looking}</p>;
    case "busy":
      return <p class="problem">{words.parked.busy}</p>;
    case "failed":
      return <p class="problem">{words.parked.actionFailed}</p>;
  }
}
