import { useEffect } from "preact/hooks";

/** Gives the focus to where one writes; on a phone that would open the keyboard over the chat. */
export function focusComposer(): void {
  if (!matchMedia("(pointer: fine)").matches) return;
  document.querySelector<HTMLTextAreaElement>(".composer textarea")?.focus();
}

/** When what had the focus is gone, such as a dialog with the button that opened it, one can write at once. */
export function useFocusReturn(): void {
  useEffect(() => {
    let latest: EventTarget | null = null;
    const onFocus = ({ target }: FocusEvent) => {
      latest = target;
    };
    const removed = new MutationObserver(() => {
      if (document.activeElement !== document.body || !(latest instanceof Node) || latest.isConnected) return;
      latest = null;
      focusComposer();
    });
    addEventListener("focusin", onFocus);
    removed.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener("focusin", onFocus);
      removed.disconnect();
    };
  }, []);
}
