import type { View } from "../../src/studio-view.ts";
import { Rehearsal } from "./rehearsal.tsx";
import { words } from "./words.ts";

/** For operators: what needs a hand, and how to practise it. */
export function Operations({ view }: { view: View }) {
  return (
    <div
      class="operations"
      id="pane-operations"
      role="tabpanel"
      aria-labelledby="tab-operations"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
      tabIndex={0}
    >
      <section aria-label={words.rehearsal}>
        <h2>{words.rehearsal}</h2>
        <Rehearsal broken={view.broken} info={view.info} />
      </section>
    </div>
  );
}
