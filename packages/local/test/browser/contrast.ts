import type { Page } from "playwright-core";

/** Texts below WCAG's 4.5:1, as they are drawn now, placeholders included. */
export function tooFaint(page: Page, selector: string): Promise<string[]> {
  return page
    .locator(selector)
    .first()
    .evaluate(faint, "texts" as const);
}

/** What takes input, and has an edge, or a symbol in place of a text, below WCAG's 3:1. */
export function tooFaintControls(page: Page, selector: string): Promise<string[]> {
  return page
    .locator(selector)
    .first()
    .evaluate(faint, "controls" as const);
}

/** What the functions below use of the browser that they run in. */
type Box = {
  tagName: string;
  className: string;
  parentElement: Box | null;
  textContent: string | null;
  placeholder?: string;
  value?: string;
  childNodes: Iterable<{ nodeType: number; textContent: string | null }>;
  matches(selector: string): boolean;
  closest(selector: string): unknown;
  querySelector(selector: string): Box | null;
  querySelectorAll(selector: string): Iterable<Box>;
  checkVisibility(options?: object): boolean;
  getBoundingClientRect(): { width: number; height: number };
};
type Canvas = {
  fillStyle: string;
  globalAlpha: number;
  clearRect(...area: number[]): void;
  fillRect(...area: number[]): void;
  getImageData(...area: number[]): { data: Iterable<number> };
};
type Style = { color: string; backgroundColor: string; borderTopColor: string; opacity: string };
declare const getComputedStyle: (box: Box, pseudo?: string) => Style;
declare const OffscreenCanvas: new (...size: number[]) => { getContext(kind: "2d", options: object): Canvas };

function faint(root: Box, of: "texts" | "controls"): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  type Layer = { colour: string; alpha: number };

  /** Draws colours over each other, as the browser does. */
  function luminance(layers: Layer[]): number {
    canvas.clearRect(0, 0, 1, 1);
    for (const { colour, alpha } of layers) {
      canvas.globalAlpha = alpha;
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  }
  function contrast(one: Layer[], other: Layer[]): number {
    const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
    return (light! + 0.05) / (dark! + 0.05);
  }
  /** Of an element and all around it. */
  function alphaOf(element: Box): number {
    let alpha = 1;
    for (let one: Box | null = element; one; one = one.parentElement) alpha *= +getComputedStyle(one).opacity;
    return alpha;
  }
  function backgrounds(element: Box | null): Layer[] {
    const layers: Layer[] = [];
    for (let one = element; one; one = one.parentElement) {
      layers.unshift({ colour: getComputedStyle(one).backgroundColor, alpha: alphaOf(one) });
    }
    return layers;
  }

  function textContrast(element: Box): { text: string; ratio: number } | undefined {
    const own = [...element.childNodes].flatMap((node) =>
      node.nodeType === 3 ? node.textContent!.trim() : [],
    );
    const isPlaceholder = element.placeholder !== undefined && element.value === "";
    const text = own.join("") || (isPlaceholder ? element.placeholder! : "");
    if (text === "") return undefined;
    const { color: colour } = getComputedStyle(element, isPlaceholder ? "::placeholder" : undefined);
    const behind = backgrounds(element);
    return { text, ratio: contrast([...behind, { colour, alpha: alphaOf(element) }], behind) };
  }

  function controlContrast(element: Box): { text: string; ratio: number } | undefined {
    const { color, borderTopColor, backgroundColor } = getComputedStyle(element);
    const around = backgrounds(element.parentElement);
    const alpha = alphaOf(element);
    const against = (colour: string) => contrast([...around, { colour, alpha }], around);
    if (element.matches("input:not([type=radio], [type=checkbox]), select, textarea")) {
      return { text: element.tagName, ratio: Math.max(against(borderTopColor), against(backgroundColor)) };
    }
    const hasSymbolOnly = element.matches("button") && element.textContent!.trim() === "";
    if (!hasSymbolOnly) return undefined;
    const behind = backgrounds(element);
    return { text: "symbol", ratio: contrast([...behind, { colour: color, alpha }], behind) };
  }

  const found: string[] = [];
  for (const element of root.querySelectorAll("*")) {
    const isSeen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!isSeen || element.closest(":disabled")) continue;
    const measured = of === "texts" ? textContrast(element) : controlContrast(element);
    if (measured && measured.ratio < (of === "texts" ? 4.5 : 3)) {
      found.push(`${measured.text} (${element.className}): ${measured.ratio.toFixed(2)}`);
    }
  }
  return found;
}

/** What can be pressed, below 24 × 24 pixels; boxes with their labels, and no links within a text. */
export function tooSmall(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).first().evaluate(smallTargets);
}

function smallTargets(root: Box): string[] {
  const targets = root.querySelectorAll(
    "button, [role=button], select, textarea, input:not(label input), label, summary, a[href]:not(p a)",
  );
  return [...targets].flatMap((target) => {
    const { width, height } = target.getBoundingClientRect();
    if (!target.checkVisibility({ visibilityProperty: true }) || (width >= 24 && height >= 24)) return [];
    return `${target.className || target.tagName}: ${width} × ${height}`;
  });
}
