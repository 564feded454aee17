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
    let held: Element | undefined;
    let top = 0;
    const measure = () => {
      if (held) top = held.getBoundingClientRect().top;
    };
    const hold = (item: Element | undefined) => {
      held = item;
      measure();
      setHeld(item !== undefined);
    };
    const onMove = ({ target, pointerType }: PointerEvent) => {
      if (pointerType === "mouse") hold([...list.children].find((item) => item.contains(target as Node)));
    };
    const onLeave = () => hold(undefined);
    // Before anything of it is painted.
    const resized = new ResizeObserver(() => {
      if (held) outer.scrollTop += held.getBoundingClientRect().top - top;
      measure();
    });
    outer.addEventListener("pointermove", onMove);
    outer.addEventListener("pointerleave", onLeave);
    outer.addEventListener("scroll", measure);
    resized.observe(list);
    return () => {
      outer.removeEventListener("pointermove", onMove);
      outer.removeEventListener("pointerleave", onLeave);
      outer.removeEventListener("scroll", measure);
      resized.disconnect();
    };
  }, []);

  return { scroller, isHeld };
}
