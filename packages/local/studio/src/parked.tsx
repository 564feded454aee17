import { useState } from "preact/hooks";
import { MAX_SHOWN_PARKED } from "../../src/studio-limits.ts";
import type { View } from "../../src/studio-view.ts";
import { Confirm, type Question } from "./confirm.tsx";
import { formatNumber } from "./format.ts";
import { type Ids, useLook, useParkedChange, useParkedList } from "./parked-hooks.ts";
import { OutcomeNote, Progress } from "./parked-outcome.tsx";
import { ParkedRow } from "./parked-row.tsx";
import { words } from "./words.ts";

type Props = {
  view: View;
  /** The one that is opened at first. */
  shown: string | undefined;
  onShowTrace: (eventId: string) => void;
  onRehearse: () => void;
};

const SHOWN_AT_FIRST = 100;

/** What was given up on: listed, explained, replayed, dropped. */
export function Parked({ view, shown, onShowTrace, onRehearse }: Props) {
  const { count, version, running } = view.parked;
  const [limit, setLimit] = useState(SHOWN_AT_FIRST);
  const [openId, setOpenId] = useState(shown);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [question, setQuestion] = useState<Question>();
  const { isLooking, look } = useLook();
  const { list, isBroken } = useParkedList(version, limit, openId);
  const { outcome, plan, change } = useParkedChange(list);

  const rows = list?.shown ?? [];
  const selected = rows.flatMap(({ id }) => (chosen.has(id) ? id : []));
  const isAllSelected = rows.length > 0 && selected.length === rows.length;
  const select = (id: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const drop = (ids: readonly string[]) =>
    setQuestion({
      title: words.parked.confirmDrop(ids.length),
      rule: words.parked.dropRule,
      action: words.parked.dropNow,
      onYes: () => change("drop", ids),
    });
  const force = (ids: readonly string[]) =>
    setQuestion({
      title: words.parked.confirmForce(ids.length),
      rule: words.parked.forceRule,
      action: words.parked.forceNow,
      onYes: () => change("replay", ids, true),
    });
  const isIdle = running === undefined;
  const some: Ids = selected.length > 0 ? selected : "all";
  const isEmpty = list !== undefined && count === 0 && rows.length === 0;

  return (
    <div class="parked">
      <div class="parked-title">
        <h2>
          {words.parked.title} <span class="parked-number">{formatNumber(count)}</span>
        </h2>
        <button type="button" class="button look" disabled={isLooking || !isIdle} onClick={look}>
          {isLooking ? words.parked.looking : words.parked.look}
        </button>
      </div>
      {isBroken && <p class="problem">{words.parked.lookFailed}</p>}
      {!isEmpty && list && (
        <div class="parked-tools">
          <label class="check">
            <input
              type="checkbox"
              checked={isAllSelected}
              onChange={() => setChosen(new Set(isAllSelected ? [] : rows.map(({ id }) => id)))}
            />
            <span class="for-reader">{words.parked.selectAll}</span>
            <span aria-hidden="true">{words.parked.selected(selected.length)}</span>
          </label>
          <span class="buttons">
            <button type="button" class="button" disabled={!isIdle} onClick={() => plan(some)}>
              {words.parked.dryRun}
            </button>
            <button
              type="button"
              class="button"
              disabled={!isIdle || selected.length === 0}
              onClick={() => change("replay", selected)}
            >
              {words.parked.replay}
            </button>
            <button type="button" class="button" disabled={!isIdle} onClick={() => change("replay", "all")}>
              {words.parked.replayAll}
            </button>
            <button
              type="button"
              class="button danger"
              disabled={!isIdle || selected.length === 0}
              onClick={() => drop(selected)}
            >
              {words.parked.drop}
            </button>
          </span>
        </div>
      )}
      <div class="parked-outcome" role="status" data-empty={isEmpty && !running && !outcome}>
        {running ? <Progress {...running} /> : outcome && <OutcomeNote outcome={outcome} onForce={force} />}
      </div>
      {isEmpty && <Empty onRehearse={onRehearse} />}
      {rows.length > 0 && (
        <table class="parked-list">
          <thead>
            <tr>
              <td class="head-check" />
              <th scope="col" class="head-message">
                {words.parked.columns.message}
              </th>
              <th scope="col">{words.parked.columns.why}</th>
              <th scope="col" class="head-when">
                {words.parked.columns.when}
              </th>
              <th scope="col">{words.parked.columns.effect}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((message) => (
              <ParkedRow
                key={message.id}
                message={message}
                view={view}
                isOpen={message.id === openId}
                isShown={message.id === shown}
                isSelected={chosen.has(message.id)}
                isIdle={isIdle}
                onOpen={() => setOpenId(message.id === openId ? undefined : message.id)}
                onSelect={(isChosen) => select(message.id, isChosen)}
                onReplay={() => change("replay", [message.id])}
                onForce={() => force([message.id])}
                onDrop={() => drop([message.id])}
                onShowTrace={onShowTrace}
              />
            ))}
          </tbody>
        </table>
      )}
      {list && list.count > rows.length && limit < MAX_SHOWN_PARKED && (
        <button type="button" class="button more-parked" onClick={() => setLimit(limit + SHOWN_AT_FIRST)}>
          {words.parked.more(list.count - rows.length)}
        </button>
      )}
      {list && list.unseen > 0 && <p class="rule">{words.parked.unseen(list.unseen)}</p>}
      {question && <Confirm {...question} onClose={() => setQuestion(undefined)} />}
    </div>
  );
}

function Empty({ onRehearse }: { onRehearse: () => void }) {
  return (
    <div class="nothing-parked">
      <p>
        <b>{words.parked.empty}</b> {words.parked.emptyRule}
      </p>
      <p>{words.parked.emptyRehearse(words.modelFaults.rejecting.name)}</p>
      <button type="button" class="button" onClick={onRehearse}>
        {words.parked.rehearse}
      </button>
    </div>
  );
}
