import { useState } from "preact/hooks";

type Props = {
  /** Names the dots for screen readers. */
  label: string;
  action: string;
  onAction: () => Promise<unknown>;
};

/** A rare action: three dots that open its button. */
export function More({ label, action, onAction }: Props) {
  const [open, setOpen] = useState(false);
  if (!open) {
    return (
      <button type="button" class="more" aria-label={label} onClick={() => setOpen(true)}>
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
      onKeyDown={({ key }) => key === "Escape" && setOpen(false)}
      onClick={() => {
        setOpen(false);
        // A failure changes nothing on the page, and a lost connection has its banner.
        onAction().catch(() => {});
      }}
    >
      {action}
    </button>
  );
}
