/** Gives the focus to where one writes; on a phone that would open the keyboard over the chat. */
export function focusComposer(): void {
  if (!matchMedia("(pointer: fine)").matches) return;
  document.querySelector<HTMLTextAreaElement>(".composer textarea")?.focus();
}
