import { expect, test } from "vitest";
import { bubbles, chat, input, say, useStudio } from "./page.ts";

const studio = useStudio();

test("each user has a chat of their own, and answers elsewhere count as unread", async () => {
  const page = await studio.open();
  await say(page, "Hello from Aki");
  await bubbles(page, "user").waitFor();
  await page.getByRole("navigation").getByRole("button", { name: studio.ben.name }).click();
  await page.getByText(`Write to Henji as ${studio.ben.name}.`).waitFor();
  expect(await bubbles(page, "user").count()).toBe(0);
  await page.getByLabel("1 unread").waitFor();

  await page.getByRole("navigation").getByRole("button", { name: studio.aki.name }).click();
  await bubbles(page, "bot").waitFor();
  expect(await page.getByLabel("1 unread").count()).toBe(0);

  await page.getByRole("button", { name: "Add a user" }).click();
  await page.getByRole("textbox", { name: "Name of the new user" }).fill("花子");
  await page.keyboard.press("Enter");
  // The bot greets who adds it.
  await bubbles(page, "bot").getByText("thank you for adding me").waitFor();
});

test("Japanese, emoji, line breaks and long words are shown unchanged", async () => {
  const text = `こんにちは🍁👨‍👩‍👧‍👦\n二行目 & 1 < 2 "太字"\n${"x".repeat(400)}`;
  studio.local.model!.answerWith(({ messages }) => messages.at(-1)!.text);
  const page = await studio.open({ locale: "ja-JP" });
  await say(page, text);
  await bubbles(page, "bot").waitFor();
  expect(await bubbles(page, "user").textContent()).toBe(text);
  expect(await bubbles(page, "bot").textContent()).toBe(text);
  await chat(page).getByText("既読").waitFor();
  const [width, scrollWidth] = await chat(page).evaluate((element) => [
    element.clientWidth,
    element.scrollWidth,
  ]);
  expect(scrollWidth).toBe(width);
});

test("Shift+Enter breaks the line, and Enter during a conversion sends nothing", async () => {
  const page = await studio.open();
  await input(page).pressSequentially("one");
  await input(page).press("Shift+Enter");
  await input(page).pressSequentially("two");
  expect(await input(page).inputValue()).toBe("one\ntwo");

  await input(page).fill("");
  const devtools = await page.context().newCDPSession(page);
  const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 };
  await devtools.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  await devtools.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
  await devtools.send("Input.insertText", { text: "日本" });
  await devtools.send("Input.dispatchKeyEvent", { type: "keyUp", ...key });
  expect(await input(page).inputValue()).toBe("日本");
  expect(await bubbles(page, "user").count()).toBe(0);

  await input(page).press("Enter");
  await bubbles(page, "user").getByText("日本").waitFor();
});

test("a reload keeps the chat, its traces and the draft", async () => {
  const page = await studio.open();
  await page.getByRole("navigation").getByRole("button", { name: studio.ben.name }).click();
  await say(page, "Still here?");
  await studio.traces(page).getByText("reply · free").waitFor();
  await input(page).fill("a draft");
  await page.reload();
  await bubbles(page, "bot").waitFor();
  expect(await studio.traces(page).count()).toBe(1);
  expect(await input(page).inputValue()).toBe("a draft");
});

test("a quick reply is shown under the newest message only; pressing it sends its text", async () => {
  const page = await studio.open();
  const buttons = chat(page).getByRole("list", { name: "Quick replies" }).getByRole("button");
  await say(page, "/forget");
  await buttons.getByText("yes, forget it all").waitFor();
  await studio.traces(page).getByText("without the model · asks to confirm erasing").waitFor();
  await buttons.getByText("yes, forget it all").click();
  await bubbles(page, "user").getByText("yes, forget it all").waitFor();
  await bubbles(page, "bot").nth(1).waitFor();
  expect(await buttons.count()).toBe(0);
  await studio.traces(page).getByText("whole chat ·").waitFor();
});

test("a user who has blocked the bot cannot write to it until it is unblocked", async () => {
  const page = await studio.open();
  await page.getByRole("button", { name: `${studio.aki.name}, more` }).click();
  // Escape closes the menu.
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `${studio.aki.name}, more` }).click();
  await page.getByRole("menuitem", { name: "Block Henji" }).click();
  await page.getByText(`${studio.aki.name} has blocked Henji.`).waitFor();
  expect(await input(page).count()).toBe(0);
  await studio.traces(page).getByText("whole chat ·").waitFor();
  await page.getByRole("button", { name: "Unblock" }).click();
  await say(page, "I am back");
  await bubbles(page, "bot").waitFor();
});
