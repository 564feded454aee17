import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bubbles, chat, input, say, useStudio } from "./page.ts";

const studio = useStudio();

const greeting = (page: Page) => page.locator(".greeting");
const suggestions = (page: Page) => chat(page).locator(".suggestions").getByRole("button");
const isFocused = (page: Page) => input(page).evaluate((area) => area.matches(":focus"));

test("an empty chat says what to write; three clicks show that the bot remembers, and a command", async () => {
  const page = await studio.open();
  await greeting(page).getByText(`Write to Henji as ${studio.aki.name}.`).waitFor();
  expect(await suggestions(page).count()).toBe(3);
  await suggestions(page).first().click();
  await bubbles(page, "user").getByText("My favourite tea is genmaicha").waitFor();
  expect(await greeting(page).count()).toBe(0);
  expect(await isFocused(page)).toBe(true);

  await suggestions(page).getByText("What is my favourite tea?").click();
  await bubbles(page, "bot").getByText("You said before: “My favourite tea is genmaicha”").waitFor();
  expect(await suggestions(page).count()).toBe(1);
  await suggestions(page).getByText("/memory").click();
  await bubbles(page, "bot").getByText("I have no notes so far").waitFor();
  expect(await suggestions(page).count()).toBe(0);
  expect(await isFocused(page)).toBe(true);
});

test("whoever writes something else first is not told what to write", async () => {
  const page = await studio.open();
  await say(page, "Hello");
  await bubbles(page, "bot").waitFor();
  expect(await suggestions(page).count()).toBe(0);
});

test("in Japanese the first messages and the commands are Japanese, and the stand-in understands them", async () => {
  const page = await studio.open({ locale: "ja-JP" });
  await greeting(page).getByText("APIキーを書き込んで").waitFor();
  await suggestions(page).getByText("好きなお茶は玄米茶です").click();
  await suggestions(page).getByText("私の好きなお茶は何？").click();
  await bubbles(page, "bot").getByText("前に聞いたのは「好きなお茶は玄米茶です」").waitFor();
});

test("the commands are those of the bot, in its words; one that is switched off is not told of", async () => {
  const page = await studio.open();
  const told = () => greeting(page).locator("dt").allTextContents();
  expect(await told()).toEqual(["/memory", "/forget", "/export", "/retry", "/help"]);
  const { commands } = studio.local.bot();
  studio.setInfo({ commands: { ...commands, memory: [], retry: ["もう一度", "once more"] } });
  await expect.poll(told).toEqual(["/forget", "/export", "once more", "/help"]);
  expect(await suggestions(page).count()).toBe(2);
  studio.setInfo({ commands: { memory: [], forget: [], export: [], retry: [], help: [] } });
  await expect.poll(told).toEqual([]);
  expect(await greeting(page).getByText("commands").count()).toBe(0);
  studio.setInfo();
});

test("a key is asked for only while a stand-in answers", async () => {
  const page = await studio.open();
  await greeting(page).getByText("put your OpenAI key into it").waitFor();
  studio.setInfo({ model: "gpt-6-luna", standIn: false });
  await greeting(page).getByText("put your OpenAI key into it").waitFor({ state: "detached" });
  studio.setInfo();
});
