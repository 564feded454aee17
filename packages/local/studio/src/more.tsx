import { useState } from "preact/hooks";

type Props = {
  /** Says what the dots are for. */
  label: string;
  act: string;
  onAct: () => Promise<unknown>;
};

/** What is done rarely: three dots, and behind them the one act. */
export function More({ label, act, onAct }: Props) {
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
      class="more act"
      ref={(button) => button?.focus()}
      // Safari would take the focus away, and with it the button, before the click.
      onMouseDown={(event) => event.preventDefault()}
      onBlur={() => setOpen(false)}
      onKeyDown={({ key }) => key === "Escape" && setOpen(false)}
      onClick={() => {
        setOpen(false);
        // What fails changes nothing on the page, and a lost connection has its banner.
        onAct().catch(() => {});
      }}
    >
      {act}
    </button>
  );
}
