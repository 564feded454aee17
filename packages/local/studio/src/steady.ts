import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/**
 * Holds the item of a list under the mouse in its place, whatever comes or grows above it. The list is the first
 * element of what scrolls.
 *
 * @returns the ref of what scrolls, and whether something in it is held
 */
export function useSteady(): { scroller: RefObject<HTMLDivElement | null>; isHeld: boolean } {
  const scroller = useRef<HTMLDivElement>(null);
  const [isHeld, setHeld] = useState(false);

  useEffect(() => {
    const outer = scroller.current!;
    const list = outer.firstElementChild!;
    // Where a scrollbar has a place of its own, that place is part of the margin.
    outer.style.setProperty("--gutter", `${outer.offsetWidth - outer.clientWidth}px`);
    let held: Element | undefined;
    /** Where it belongs, and how far the list was scrolled then. */
    let top = 0;
    let scrolled = 0;
    const hold = (item: Element | undefined) => {
      if (item === held) return;
      held = item;
      if (held) top = held.getBoundingClientRect().top;
      scrolled = outer.scrollTop;
      setHeld(held !== undefined);
    };
    const onMove = ({ target, pointerType }: PointerEvent) => {
      if (pointerType === "mouse") hold([...list.children].find((item) => item.contains(target as Node)));
    };
    const onLeave = () => hold(undefined);
    // Not measured anew: something above may have grown since, and not been made up for yet.
    const onScroll = () => {
      top -= outer.scrollTop - scrolled;
      scrolled = outer.scrollTop;
    };
    // Before anything of it is painted.
    const resized = new ResizeObserver(() => {
      onScroll();
      if (!held?.isConnected) return;
      outer.scrollTop += held.getBoundingClientRect().top - top;
      scrolled = outer.scrollTop;
    });
    outer.addEventListener("pointermove", onMove);
    outer.addEventListener("pointerleave", onLeave);
    outer.addEventListener("scroll", onScroll);
    resized.observe(list);
    return () => {
      outer.removeEventListener("pointermove", onMove);
      outer.removeEventListener("pointerleave", onLeave);
      outer.removeEventListener("scroll", onScroll);
      resized.disconnect();
    };
  }, []);

  return { scroller, isHeld };
}
