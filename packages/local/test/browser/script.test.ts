import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bubbles, input, say, useStudio, widerPhone, widthOf } from "./page.ts";

const studio = useStudio();

const section = (page: Page) => page.getByRole("region", { name: "What the model says next" });
const mark = (page: Page) => page.locator(".script-mark");

test("what the model says next is written beside the chat, marked while it lasts, and said in order", async () => {
  const page = await studio.open();
  await page.getByRole("button", { name: "Or write yourself what it says next" }).click();
  await section(page).getByRole("textbox", { name: "Answer 1" }).fill("First, plain text");
  await section(page).getByRole("button", { name: "Another answer" }).click();
  await section(page).getByRole("textbox", { name: "Answer 2" }).fill("Second");
  await section(page).getByRole("button", { name: "Say this next" }).click();
  await mark(page).getByText("Scripted · 2 answers left").waitFor();
  expect(await input(page).evaluate((area) => area.matches(":focus"))).toBe(true);
  await page.locator(".chip").getByText("scripted").waitFor();

  await say(page, "One");
  await bubbles(page, "bot").getByText("First, plain text", { exact: true }).waitFor();
  await mark(page).getByText("Scripted · 1 answer left").waitFor();
  await section(page).getByText("Second", { exact: true }).waitFor();
  await say(page, "Two");
  await bubbles(page, "bot").getByText("Second", { exact: true }).waitFor();
  await mark(page).waitFor({ state: "detached" });
  await say(page, "Three");
  await bubbles(page, "bot").getByText("you said “Three”").waitFor();
});

test("an answer is repeated until it is ended", async () => {
  const page = await studio.open();
  await page.getByRole("button", { name: "Model stand-in" }).click();
  await section(page).getByRole("textbox", { name: "Answer 1" }).fill("Always this");
  await section(page).getByLabel("the last one again and again").check();
  await section(page).getByRole("button", { name: "Say this next" }).click();
  await mark(page).getByText("Scripted · the same answer").waitFor();
  for (const [index, text] of ["One", "Two"].entries()) {
    await say(page, text);
    await bubbles(page, "bot").nth(index).getByText("Always this", { exact: true }).waitFor();
  }
  await section(page).getByRole("button", { name: "End" }).click();
  await mark(page).waitFor({ state: "detached" });
  await say(page, "Three");
  await bubbles(page, "bot").getByText("you said “Three”").waitFor();
});

test("a real model cannot be scripted, and the page says so", async () => {
  const page = await studio.open();
  studio.setInfo({ model: "gpt-6-luna", standIn: false });
  await page.getByRole("tab", { name: "Operations" }).click();
  await section(page).getByText("gpt-6-luna is a real model and speaks for itself.").waitFor();
  expect(await section(page).getByRole("textbox").isDisabled()).toBe(true);
  studio.setInfo();
});

test("on a phone the greeting leads there, too", async () => {
  const page = await studio.open({ ...widerPhone, locale: "ja-JP" });
  await page.getByRole("button", { name: "代役の次の回答を自分で書く" }).tap();
  const area = page.getByRole("textbox", { name: "回答1" });
  await area.fill("はい、承知しました。");
  await page.getByRole("button", { name: "次にこれを答える" }).tap();
  await page.getByText("台本どおり・残り1件").last().waitFor();
  expect(await widthOf(page)).toBe(390);
});
