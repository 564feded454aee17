import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

export type MenuItem = {
  label: string;
  icon?: string;
  /** Something is lost by it. */
  isDanger?: boolean;
  onChoose: () => void;
};

type Props = {
  /** Names the button for screen readers. */
  label: string;
  class: string;
  items: readonly MenuItem[];
  /** -1: the button is reached by other means than the tab key. */
  tabIndex?: number;
  children: ComponentChildren;
};

/** From the edges of the window, and from its button. */
const GAP_PX = 8;

/** A button that opens a menu. Arrow keys go through it; Escape closes it and returns to the button. */
export function Menu({ label, class: name, items, tabIndex = 0, children }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (!open) return;
    const place = () => placeBeside(list.current!, button.current!);
    place();
    list.current!.querySelector<HTMLElement>("button")?.focus();
    // The chat scrolls under it, and a phone's keyboard leaves.
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    return () => {
      removeEventListener("scroll", place, true);
      removeEventListener("resize", place);
    };
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const onPress = ({ target }: PointerEvent) => {
      const isInside = [button, list].some(({ current }) => current?.contains(target as Node));
      if (!isInside) setOpen(false);
    };
    addEventListener("pointerdown", onPress);
    return () => removeEventListener("pointerdown", onPress);
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    const stops = [...list.current!.querySelectorAll<HTMLElement>("button")];
    const next = nextStop(event.key, stops.indexOf(event.target as HTMLElement), stops.length);
    if (event.key === "Escape") button.current?.focus();
    if (event.key === "Escape" || event.key === "Tab") return setOpen(false);
    if (next === undefined) return;
    event.preventDefault();
    // Around it, left and right go through a message.
    event.stopPropagation();
    stops[next]?.focus();
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        class={name}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        tabIndex={tabIndex}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          setOpen(true);
        }}
      >
        {children}
      </button>
      {open && (
        <div ref={list} id={id} class="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
          {items.map(({ label: text, icon, isDanger = false, onChoose }) => (
            <button
              key={text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              data-danger={isDanger}
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                onChoose();
              }}
            >
              {icon !== undefined && (
                <span class="icon" aria-hidden="true">
                  {icon}
                </span>
              )}
              {text}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

function nextStop(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

/** Above the button if there is room, else below it, and never outside the window. */
function placeBeside({ style, offsetWidth, offsetHeight }: HTMLElement, button: HTMLElement): void {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const wanted = left + offsetWidth + GAP_PX > innerWidth ? right - offsetWidth : left;
  const above = top - offsetHeight - GAP_PX / 2;
  style.left = `${Math.max(GAP_PX, wanted)}px`;
  style.top = `${above >= GAP_PX ? above : Math.min(bottom + GAP_PX / 2, innerHeight - offsetHeight - GAP_PX)}px`;
}
