import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { tooFaint, tooSmall } from "./contrast.ts";
import { bubbles, chat, input, say, useStudio, widerPhone, widthOf } from "./page.ts";

const studio = useStudio();

const operations = (page: Page) => page.getByRole("tabpanel", { name: "Operations" });
const group = (page: Page, name: string) => operations(page).getByRole("group", { name });
const banner = (page: Page) => page.locator(".banner.broken");

test("a model that is broken on purpose parks a message, is shown on every view, and is mended", async () => {
  const page = await studio.open();
  await page.getByRole("tab", { name: "Operations" }).click();
  expect(await group(page, "Model").getByLabel("Works").isChecked()).toBe(true);
  await group(page, "Model").getByLabel("Declines").check();
  await banner(page).getByText("Broken on purpose: Model: Declines").waitFor();
  await say(page, "Hello");
  await bubbles(page, "bot").waitFor();
  expect(await bubbles(page, "bot").textContent()).not.toContain("you said");

  await page.getByRole("tab", { name: /^Traces/ }).click();
  await studio.traces(page).getByText("declined").waitFor();
  await banner(page).getByRole("button", { name: "Mend" }).click();
  await banner(page).waitFor({ state: "detached" });
  await say(page, "And now?");
  await bubbles(page, "bot").getByText("you said “And now?”").waitFor();
});

test("both are broken at once, a page that opens later knows it, and one button mends everything", async () => {
  const page = await studio.open();
  await page.getByRole("tab", { name: "Operations" }).click();
  await group(page, "Model").getByLabel("Down").check();
  await group(page, "LINE").getByLabel("Monthly quota used up").check();
  await banner(page).getByText("Model: Down · LINE: Monthly quota used up").waitFor();
  const later = await studio.open();
  await banner(later).waitFor();
  await operations(page).getByRole("button", { name: "Mend everything" }).click();
  await banner(page).waitFor({ state: "detached" });
  await banner(later).waitFor({ state: "detached" });
  expect(studio.local.model!.faults.list()).toEqual([]);
  expect(studio.local.line.faults.list()).toEqual([]);
});

test("a real model cannot be broken", async () => {
  const page = await studio.open();
  studio.setInfo({ model: "gpt-6-luna", standIn: false });
  await page.getByRole("tab", { name: "Operations" }).click();
  await operations(page).getByText("gpt-6-luna is a real model: it cannot be broken from here.").waitFor();
  expect(await group(page, "Model").getByLabel("Down").isDisabled()).toBe(true);
  expect(await group(page, "LINE").getByLabel("Down").isDisabled()).toBe(false);
  studio.setInfo();
});

test("the keyboard reaches the tabs and what they show", async () => {
  const page = await studio.open();
  await page.getByRole("tab", { name: /^Traces/ }).focus();
  await page.keyboard.press("ArrowRight");
  await operations(page).waitFor();
  expect(await page.getByRole("tab", { selected: true }).textContent()).toBe("Operations");
  await group(page, "LINE").getByLabel("Works").focus();
  await page.keyboard.press("ArrowDown");
  await banner(page).getByText("LINE: Down").waitFor();
  expect(await group(page, "LINE").getByLabel("Down").isChecked()).toBe(true);
});

test.each([
  ["at a desk, light", { colorScheme: "light" }, 1280],
  ["at a desk, dark", { colorScheme: "dark" }, 1280],
  ["on a phone, light", { ...widerPhone, colorScheme: "light" }, 390],
  ["on a phone, dark", { ...widerPhone, colorScheme: "dark" }, 390],
] as const)("it is legible %s, and fits", async (_where, options, width) => {
  const page = await studio.open(options);
  await page.getByRole("tab", { name: "Operations" }).click();
  await group(page, "Model").getByLabel("Out of credit").check();
  await banner(page).waitFor();
  expect(await chat(page).isVisible()).toBe(width === 1280);
  expect(await input(page).isVisible()).toBe(width === 1280);
  expect(await widthOf(page)).toBe(width);
  expect(await tooFaint(page, "body")).toEqual([]);
  expect(await tooSmall(page, ".operations")).toEqual([]);
  expect(await tooSmall(page, ".banner.broken")).toEqual([]);
});
