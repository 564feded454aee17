import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { View } from "../../src/studio-view.ts";
import { Parked } from "./parked.tsx";
import { Queues } from "./queues.tsx";
import { Rehearsal } from "./rehearsal.tsx";
import { ModelScript } from "./script.tsx";
import { words } from "./words.ts";

type Props = {
  view: View;
  /** The parked message that is opened at first. */
  shownParked: string | undefined;
  /** Set, and set anew, to show where the model's words are written. */
  script: object | undefined;
  onShowTrace: (eventId: string) => void;
};

/** For operators: what needs a hand, and how to practise it. */
export function Operations({ view, shownParked, script, onShowTrace }: Props) {
  const rehearsal = useRef<HTMLElement>(null);
  const modelScript = useRef<HTMLElement>(null);
  useEffect(() => {
    if (script) show(modelScript);
  }, [script]);
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
        <Parked
          view={view}
          shown={shownParked}
          onShowTrace={onShowTrace}
          onRehearse={() => show(rehearsal)}
        />
      </section>
      <section ref={modelScript} aria-label={words.script.title} tabIndex={-1}>
        <h2>{words.script.title}</h2>
        <ModelScript script={view.script} info={view.info} />
      </section>
      <section ref={rehearsal} aria-label={words.rehearsal} tabIndex={-1}>
        <h2>{words.rehearsal}</h2>
        <Rehearsal broken={view.broken} info={view.info} />
      </section>
    </div>
  );
}

function show({ current }: RefObject<HTMLElement | null>) {
  current?.scrollIntoView({ block: "start" });
  current?.focus({ preventScroll: true });
}
