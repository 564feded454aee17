import { useRef } from "preact/hooks";
import type { View } from "../../src/studio-view.ts";
import { Parked } from "./parked.tsx";
import { Queues } from "./queues.tsx";
import { Rehearsal } from "./rehearsal.tsx";
import { words } from "./words.ts";

type Props = {
  view: View;
  /** The parked message that is opened at first. */
  shownParked: string | undefined;
  onShowTrace: (eventId: string) => void;
};

/** For operators: what needs a hand, and how to practise it. */
export function Operations({ view, shownParked, onShowTrace }: Props) {
  const rehearsal = useRef<HTMLElement>(null);
  const rehearse = () => {
    rehearsal.current?.scrollIntoView({ block: "start" });
    rehearsal.current?.focus({ preventScroll: true });
  };
  return (
    <div
      class="operations"
      id="pane-operations"
      role="tabpanel"
      aria-labelledby="tab-operations"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
      tabIndex={0}
    >
      <section aria-label={words.parked.queues}>
        <h2>{words.parked.queues}</h2>
        <Queues />
      </section>
      <section aria-label={words.parked.title}>
        <Parked view={view} shown={shownParked} onShowTrace={onShowTrace} onRehearse={rehearse} />
      </section>
      <section ref={rehearsal} aria-label={words.rehearsal} tabIndex={-1}>
        <h2>{words.rehearsal}</h2>
        <Rehearsal broken={view.broken} info={view.info} />
      </section>
    </div>
  );
}
