import type { Trace } from "../../src/trace-step.ts";
import { stateOf, type TraceState } from "./trace-state.ts";
import { words } from "./words.ts";

/** What an operator looks for: several states may be one. */
export const filters = {
  all: undefined,
  answered: ["delivered"],
  waiting: ["progress", "waiting", "retrying"],
  parked: ["parked"],
  refused: ["refused"],
  ignored: ["ignored"],
  erased: ["erased"],
} as const satisfies Record<string, readonly TraceState[] | undefined>;

export type Filter = keyof typeof filters;
export type Search = { filter: Filter; eventId: string };

export function matches(trace: Trace, { filter, eventId }: Search): boolean {
  const isFound = trace.eventId.toLowerCase().includes(eventId.trim().toLowerCase());
  return isFound && isOf(trace, filter);
}

function isOf(trace: Trace, filter: Filter): boolean {
  const states: readonly TraceState[] | undefined = filters[filter];
  return states === undefined || states.includes(stateOf(trace));
}

type Props = { traces: readonly Trace[]; search: Search; onSearch: (search: Search) => void };

export function TraceFilter({ traces, search, onSearch }: Props) {
  const count = (filter: Filter) => traces.filter((trace) => isOf(trace, filter)).length;
  return (
    <search class="trace-filter">
      <select
        aria-label={words.status}
        value={search.filter}
        onChange={({ currentTarget }) => onSearch({ ...search, filter: currentTarget.value as Filter })}
      >
        {(Object.keys(filters) as Filter[]).map((filter) => (
          <option key={filter} value={filter}>
            {words.filters[filter]} ({count(filter)})
          </option>
        ))}
      </select>
      <input
        type="search"
        aria-label={words.searchEvent}
        placeholder={words.searchEvent}
        value={search.eventId}
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => onSearch({ ...search, eventId: currentTarget.value })}
      />
    </search>
  );
}
