import { Menu, type MenuItem } from "./menu.tsx";

type Props = {
  /** Names the dots for screen readers. */
  label: string;
  items: readonly MenuItem[];
  /** -1: reached by other means than the tab key. */
  tabIndex?: number;
};

/** Rare actions: three dots that open their menu. */
export function More({ label, items, tabIndex = 0 }: Props) {
  return (
    <Menu label={label} class="more" items={items} tabIndex={tabIndex}>
      <span aria-hidden="true">⋯</span>
    </Menu>
  );
}
