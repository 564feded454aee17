import { words } from "./words.ts";

/** What is shown beside the chat; on a phone one of the three at a time. */
export type Pane = "chat" | "traces" | "operations";

type Props = {
  panes: readonly Pane[];
  current: Pane;
  /** Shown beside a name, if there are any. */
  counts: Partial<Record<Pane, number>>;
  onPane: (pane: Pane) => void;
};

export function Tabs({ panes, current, counts, onPane }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = panes[(panes.indexOf(current) + step + panes.length) % panes.length]!;
    onPane(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={words.views}>
      {panes.map((pane) => (
        <button
          key={pane}
          id={`tab-${pane}`}
          type="button"
          role="tab"
          aria-selected={pane === current}
          aria-controls={`pane-${pane}`}
          tabIndex={pane === current ? 0 : -1}
          onKeyDown={onKeyDown}
          onClick={() => onPane(pane)}
        >
          {words.panes[pane]}
          {counts[pane] !== undefined && <span class="count">{counts[pane] || ""}</span>}
        </button>
      ))}
    </div>
  );
}
