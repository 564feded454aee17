import type { Page } from "playwright-core";

/** Texts below WCAG's 4.5:1, as they are drawn now. */
export function tooFaint(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).first().evaluate(faintTexts);
}

/** What the functions below use of the browser that they run in. */
type Box = {
  tagName: string;
  className: string;
  parentElement: Box | null;
  childNodes: Iterable<{ nodeType: number; textContent: string | null }>;
  closest(selector: string): unknown;
  querySelectorAll(selector: string): Iterable<Box>;
  checkVisibility(): boolean;
  getBoundingClientRect(): { width: number; height: number };
};
type Canvas = {
  fillStyle: string;
  clearRect(...area: number[]): void;
  fillRect(...area: number[]): void;
  getImageData(...area: number[]): { data: Iterable<number> };
};
declare const getComputedStyle: (box: Box) => { color: string; backgroundColor: string };
declare const OffscreenCanvas: new (...size: number[]) => { getContext(kind: "2d", options: object): Canvas };

function faintTexts(root: Box): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

  /** Draws colours over each other, as the browser does. */
  function drawn(colours: string[]): number[] {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  }
  function luminance(colours: string[]): number {
    const [red, green, blue] = drawn(colours).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  }

  const faint: string[] = [];
  for (const element of root.querySelectorAll("*")) {
    const text = [...element.childNodes].flatMap((node) =>
      node.nodeType === 3 ? node.textContent!.trim() : [],
    );
    if (!element.checkVisibility() || text.join("") === "" || element.closest(":disabled")) continue;
    const backgrounds: string[] = [];
    for (let one: Box | null = element; one; one = one.parentElement) {
      backgrounds.unshift(getComputedStyle(one).backgroundColor);
    }
    const [a, b] = [
      luminance([...backgrounds, getComputedStyle(element).color]),
      luminance(backgrounds),
    ].toSorted((a, b) => b - a);
    const contrast = (a! + 0.05) / (b! + 0.05);
    if (contrast < 4.5) faint.push(`${text.join("")} (${element.className}): ${contrast.toFixed(2)}`);
  }
  return faint;
}

/** Buttons, inputs, summaries, and the labels of boxes below 24 × 24 pixels. */
export function tooSmall(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).first().evaluate(smallTargets);
}

function smallTargets(root: Box): string[] {
  const targets = root.querySelectorAll(
    "button, select, input:not([type=radio], [type=checkbox]), label, summary",
  );
  return [...targets].flatMap((target) => {
    const { width, height } = target.getBoundingClientRect();
    if (!target.checkVisibility() || (width >= 24 && height >= 24)) return [];
    return `${target.className || target.tagName}: ${width} × ${height}`;
  });
}
