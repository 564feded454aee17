import { expect, test } from "vitest";
import { bubbles, chat, input, memory, phone, say, useStudio, widthOf } from "./page.ts";

const studio = useStudio();

test("a phone shows the chat, and a tab switches to the traces", async () => {
  const page = await studio.open(phone);
  await say(page, "Hello from a phone, with a long word: Donaudampfschifffahrtsgesellschaftskapitän");
  await bubbles(page, "bot").waitFor();
  expect(await page.getByRole("complementary").isVisible()).toBe(false);
  expect(await widthOf(page)).toBe(375);

  await page.getByRole("tab", { name: /^Traces/ }).click();
  expect(await chat(page).isVisible()).toBe(false);
  await studio.traces(page).getByText("reply · free").waitFor();
  await page.getByRole("tab", { name: "Chat" }).click();
  await bubbles(page, "bot").waitFor();
});

test.each([
  [
    "at a desk",
    { viewport: { width: 1280, height: 800 } },
    "has an error; the last valid version stays in use",
  ],
  [
    "on a phone",
    { viewport: { width: 375, height: 812 }, isMobile: true, locale: "ja-JP" },
    "最後に正しく読み込めた設定で動いています",
  ],
])(
  "the error of bot.config.ts is shown %s until it is fixed, and the bot still answers",
  async (_where, options, words) => {
    const page = await studio.open(options);
    const alert = page.getByRole("alert");
    expect(await alert.count()).toBe(0);

    const at = "`a very long line that goes on and on and on, with aVeryLongWordThatHasNoPlaceToBreak;`";
    studio.setInfo({ botConfigError: `bot.config.ts:12:5: Expected ',', got ';' at ${at}` });
    await alert.getByText(words).waitFor();
    await alert.getByText("bot.config.ts:12:5: Expected ',', got ';'").waitFor();
    expect(await widthOf(page)).toBe(options.viewport.width);
    expect(await input(page).isVisible()).toBe(true);
    await say(page, "Hello");
    await bubbles(page, "bot").waitFor();

    studio.setInfo();
    await alert.waitFor({ state: "detached" });
  },
);

test("before anybody has written on LINE, the page says so, and the operator's side is there", async () => {
  const page = await studio.open();
  const view = { ...(await studio.view()), chats: [], messages: [] };
  const body = `retry: 60000\nevent: view\ndata: ${JSON.stringify(view)}\n\n`;
  await page.route("**/api/events", (route) => route.fulfill({ contentType: "text/event-stream", body }));
  await page.reload();
  await page.getByText("Write to the bot on LINE", { exact: false }).waitFor();
  await page.getByRole("tab", { name: "Operations" }).click();
  await page.getByText("Nothing is parked.").waitFor();
});

test("on a phone in Japanese the memory is collapsed at first, and buttons and menus fit", async () => {
  const page = await studio.open({ ...phone, locale: "ja-JP" });
  await say(page, "ヘルプ");
  await chat(page).getByRole("button", { name: "全部忘れて" }).tap();
  await chat(page).getByRole("button", { name: "はい、全部忘れて" }).waitFor();
  await chat(page)
    .locator('[data-by="user"]')
    .getByRole("button", { name: /その他の操作$/ })
    .last()
    .tap();
  await page.getByRole("menuitem", { name: "送信取消" }).tap();
  await bubbles(page, "user").getByText("送信が取り消されました").waitFor();

  await page.getByRole("tab", { name: /^トレース/ }).click();
  await memory(page).getByText("0往復・0トークン").waitFor();
  expect(await memory(page).getByRole("meter").isVisible()).toBe(false);
  await memory(page).locator("summary").tap();
  await memory(page).getByRole("meter").waitFor();
  expect(await widthOf(page)).toBe(375);
});
