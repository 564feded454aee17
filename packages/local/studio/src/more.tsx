import { useRef, useState } from "preact/hooks";
import { focusComposer } from "./focus.ts";

type Props = {
  /** Names the dots for screen readers. */
  label: string;
  action: string;
  onAction: () => Promise<unknown>;
  /** -1: reached by other means than the tab key. */
  tabIndex?: number;
};

/** A rare action: three dots that open its button. */
export function More({ label, action, onAction, tabIndex = 0 }: Props) {
  const [open, setOpen] = useState(false);
  const wasClosed = useRef(false);
  if (!open) {
    return (
      <button
        type="button"
        class="more"
        aria-label={label}
        tabIndex={tabIndex}
        ref={(dots) => {
          if (dots && wasClosed.current) dots.focus();
          if (dots) wasClosed.current = false;
        }}
        onClick={() => setOpen(true)}
      >
        <span aria-hidden="true">⋯</span>
      </button>
    );
  }
  return (
    <button
      type="button"
      class="more action"
      ref={(button) => button?.focus()}
      // Safari would blur, and so remove, the button before the click.
      onMouseDown={(event) => event.preventDefault()}
      onBlur={() => setOpen(false)}
      tabIndex={tabIndex}
      onKeyDown={({ key }) => {
        if (key !== "Escape") return;
        wasClosed.current = true;
        setOpen(false);
      }}
      onClick={() => {
        setOpen(false);
        focusComposer();
        // A failure changes nothing on the page, and a lost connection has its banner.
        onAction().catch(() => {});
      }}
    >
      {action}
    </button>
  );
}
