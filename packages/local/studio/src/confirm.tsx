import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "./words.ts";

export type Question = {
  title: string;
  rule: string;
  /** Of the button that does it. */
  action: string;
  onYes: () => void;
};

/** Asks before something that cannot be undone. */
export function Confirm({ title, rule, action, onYes, onClose }: Question & { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      class="confirm"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-rule`}
      onClose={onClose}
    >
      <h3 id={`${id}-title`}>{title}</h3>
      <p id={`${id}-rule`}>{rule}</p>
      <div class="buttons">
        <button type="button" class="button" onClick={close}>
          {words.parked.cancel}
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            close();
            onYes();
          }}
        >
          {action}
        </button>
      </div>
    </dialog>
  );
}
