import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { bubbles, chat, input, phone, say, useStudio, widthOf } from "./page.ts";

const studio = useStudio({ botConfig: join(import.meta.dirname, "../slack.config.ts") });

const go = (page: Page, name: string | RegExp) =>
  page.getByRole("navigation").getByRole("button", { name }).first().click();

test("a Slack user's direct message is answered beside LINE's chats, and its trace is shown", async () => {
  const page = await studio.open();
  await go(page, "Aki · Slack");
  await say(page, "Hello from Slack");
  await bubbles(page, "bot").getByText("Hello from Slack").waitFor();
  const trace = page.getByRole("complementary").locator("article").filter({ hasText: "Aki · Slack" });
  await trace.getByText("Show what was sent and said").click();
  for (const part of ["Webhook event", "Model", "Slack post", "Stored turn"]) {
    await trace.locator(".part-name").getByText(part, { exact: true }).waitFor();
  }
  await page.reload();
  await bubbles(page, "bot").getByText("Hello from Slack").waitFor();
  await go(page, studio.aki.name);
  expect(await bubbles(page, "user").count()).toBe(0);
});

test("a mention in a channel begins a thread, which is a chat of its own and goes on without mentions", async () => {
  const page = await studio.open();
  await go(page, "#general · Slack");
  await say(page, "Good morning");
  await say(page, "@Henji what is for lunch?");
  await go(page, /^#general: @henji what is for lunch/);
  await bubbles(page, "bot").getByText("what is for lunch?").waitFor();
  await say(page, "And for dinner?");
  await bubbles(page, "bot").getByText("And for dinner?").waitFor();
  expect(await bubbles(page, "user").allTextContents()).toEqual([
    "@henji what is for lunch?",
    "And for dinner?",
  ]);
  // The channel has what was written beside its threads, and no answer.
  await go(page, "#general · Slack");
  await bubbles(page, "user").getByText("Good morning").waitFor();
  expect(await bubbles(page, "bot").count()).toBe(0);
});

test("a button of an answer is pressed in Slack as on LINE", async () => {
  const page = await studio.open();
  await go(page, "Ben · Slack");
  await say(page, "/forget");
  await chat(page).getByRole("list", { name: "Quick replies" }).getByRole("button").first().click();
  await bubbles(page, "bot").nth(1).waitFor();
});

test("on a phone a thread fits", async () => {
  const page = await studio.open({ ...phone, colorScheme: "dark" });
  const general = studio.local.slack!.channels().find(({ kind }) => kind === "channel")!.id;
  const [aki] = studio.local.slack!.users();
  studio.local.slack!.say({ from: aki!.id, channel: general, text: "@Henji a long word: xxxxxxxxxxxxxxxx" });
  await input(page).waitFor();
  expect(await widthOf(page)).toBe(phone.viewport.width);
});
