import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { words } from "./words.ts";

type Props = { title: string; class: string; onClose: () => void; children: ComponentChildren };

/** Above the text that one writes; Escape closes it. */
export function Panel({ title, class: name, onClose, children }: Props) {
  const section = useRef<HTMLElement>(null);
  useLayoutEffect(
    () => section.current?.querySelector<HTMLElement>(".panel-body :is(button, input)")?.focus(),
    [],
  );
  return (
    <section
      ref={section}
      class={`panel ${name}`}
      aria-label={title}
      onKeyDown={({ key }) => key === "Escape" && onClose()}
    >
      <header>
        <h3>{title}</h3>
        <button type="button" class="remove" aria-label={words.chat.close} onClick={onClose}>
          ×
        </button>
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}
