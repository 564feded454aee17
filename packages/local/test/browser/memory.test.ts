import { expect, test } from "vitest";
import { bubbles, chat, memory, say, useStudio } from "./page.ts";

const studio = useStudio();

test("the memory shows the window, the day's usage and its cost after each message", async () => {
  const page = await studio.open();
  await memory(page).getByText("0 turns · 0 tokens").waitFor();
  await memory(page)
    .getByText("None yet: the model writes them once the past turns exceed 6,000 tokens.")
    .waitFor();
  await say(page, "Hello");
  await memory(page).getByText("1 turn ·").waitFor();
  await say(page, "/help");
  await memory(page).getByText("2 replies · 0 pushes").waitFor();
  const meter = memory(page).getByRole("meter");
  expect(Number(await meter.getAttribute("aria-valuenow"))).toBeGreaterThan(20);
  expect(await meter.getAttribute("aria-valuemax")).toBe(String(studio.local.bot().memory.maxTokens));
  expect(await memory(page).textContent()).toMatch(/answers today1cost today\$0\.000\d+/);
});

test("new notes are shown after the next delivery", async () => {
  const text = "- 紅茶が好き\n- Lives in Nagoya";
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
  const page = await studio.open();
  const { chats } = studio.local;
  const { userId } = studio.aki;
  await chats.update(userId, await chats.state(userId, 0), {
    windowStart: "",
    summary: text,
    expiresAt,
  });
  await say(page, "Hello");
  await memory(page).getByText("紅茶が好き").waitFor();
  expect(await memory(page).locator(".text").innerText()).toBe(text);
  await memory(page)
    .getByText(/^\d+ of 400 tokens$/)
    .waitFor();
});

test("an unsent message disappears from the chat and from the memory", async () => {
  const page = await studio.open();
  await say(page, "My secret");
  await memory(page).getByText("1 turn ·").waitFor();
  await bubbles(page, "user").hover();
  await chat(page)
    .locator('[data-by="user"]')
    .getByRole("button", { name: /, more$/ })
    .click();
  await page.getByRole("menuitem", { name: "Unsend" }).click();
  await bubbles(page, "user").getByText("Unsent message").waitFor();
  expect(await bubbles(page, "user").textContent()).not.toContain("My secret");
  await memory(page).getByText("0 turns ·").waitFor();
  await studio.traces(page).getByText("unsent message · 1 turn").waitFor();
});

test("the memory is read again after a reload of the bot", async () => {
  const page = await studio.open();
  await memory(page).getByText("at most 9,000").waitFor();
  const readAgain = page.waitForRequest(/\/api\/memory/);
  studio.setInfo();
  await readAgain;
});
