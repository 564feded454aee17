import { systemClock } from "@henji/core/clock";
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Local, startLocal } from "../../src/start.ts";
import { type Studio, type StudioInfo, startStudio } from "../../src/studio.ts";
import { createMemory } from "../../src/studio-memory.ts";
import { chromium, flags } from "./chromium.ts";

let browser: Browser;
let local: Local;
let studio: Studio;
/** Two users of the test's own: the system is started once, as its handlers are. */
let aki: { userId: string; name: string };
let ben: typeof aki;
let serial = 0;
let info: StudioInfo;
let mistakes: string[] = [];

beforeAll(async () => {
  browser = await driver.launch({ executablePath: chromium, args: flags });
  local = await startLocal({ modelLatencyMs: 600 });
  info = { model: "stand-in", standIn: true, urls: local.urls, botConfig: "bot.config.ts" };
  studio = await startStudio({
    ...{ line: local.line, port: 0, memory: createMemory({ ...local, clock: systemClock }) },
    info,
  });
});
afterAll(async () => {
  await browser.close();
  await studio.close();
  await local.stop();
});

beforeEach(() => {
  mistakes = [];
  serial += 1;
  [aki, ben] = [`Aki${serial}`, `Ben${serial}`].map((name) => ({
    ...{ userId: local.line.addUser({ name }).userId, name },
  })) as [typeof aki, typeof aki];
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  local.model!.answerWith(undefined);
  local.model!.faults.clear();
  local.line.faults.clear();
  expect(mistakes).toEqual([]);
});

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    ...{ locale: "en-GB", viewport: { width: 1280, height: 800 } },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", ({ message }) => mistakes.push(message));
  page.on("console", (entry) => entry.type() === "error" && mistakes.push(entry.text()));
  await page.goto(`${studio.url}/#${aki.userId}`);
  await input(page).waitFor();
  return page;
}

const input = (page: Page) => page.getByRole("textbox", { name: /Message as|として/ });
const chat = (page: Page) => page.getByRole("log");
const bubbles = (page: Page, by: "user" | "bot") => chat(page).locator(`[data-by="${by}"] > p`);
/** Of this test's own messages. */
const traces = (page: Page) =>
  page
    .getByRole("complementary")
    .locator("article")
    .filter({ hasText: new RegExp(`(Aki|Ben)${serial}\\b`) });

async function say(page: Page, text: string) {
  await input(page).fill(text);
  await input(page).press("Enter");
}

test("a message is answered in the chat, and its trace shows each step up to delivered", async () => {
  const page = await open();
  await say(page, "Hello, who are you?");
  await chat(page).getByLabel("Henji is writing").waitFor();
  await bubbles(page, "bot").waitFor();
  expect(await bubbles(page, "user").allTextContents()).toEqual(["Hello, who are you?"]);
  expect(await bubbles(page, "bot").textContent()).toContain("you said “Hello, who are you?”");
  await chat(page).getByText("Read", { exact: true }).waitFor();
  expect(await input(page).inputValue()).toBe("");

  const trace = traces(page).first();
  await trace.getByText("reply · free").waitFor();
  expect(await trace.locator(".step-name").allTextContents()).toEqual([
    ...["Received", "Queued", "Claimed", "Asked", "Answered", "Delivered"],
  ]);
  expect(await trace.textContent()).toMatch(/\d+ in · \d+ cached · \d+ out/);
  expect(await chat(page).getByLabel("Henji is writing").count()).toBe(0);
});

test("each user has a chat of their own, and answers elsewhere count as unread", async () => {
  const page = await open();
  await say(page, "Hello from Aki");
  await bubbles(page, "user").waitFor();
  await page.getByRole("navigation").getByRole("button", { name: ben.name }).click();
  await page.getByText(`Write to Henji as ${ben.name}.`).waitFor();
  expect(await bubbles(page, "user").count()).toBe(0);
  await page.getByLabel("1 unread").waitFor();

  await page.getByRole("navigation").getByRole("button", { name: aki.name }).click();
  await bubbles(page, "bot").waitFor();
  expect(await page.getByLabel("1 unread").count()).toBe(0);

  await page.getByRole("button", { name: "Add a user" }).click();
  await page.getByRole("textbox", { name: "Name of the new user" }).fill("花子");
  await page.keyboard.press("Enter");
  await page.getByText("Write to Henji as 花子.").waitFor();
});

test("Japanese, emoji, line breaks and long words come back as they went", async () => {
  const text = `こんにちは🍁👨‍👩‍👧‍👦\n二行目 & <b>太字</b>\n${"x".repeat(400)}`;
  local.model!.answerWith(({ messages }) => messages.at(-1)!.text);
  const page = await open({ locale: "ja-JP" });
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

test("Shift+Enter breaks the line, and Enter that confirms a conversion sends nothing", async () => {
  const page = await open();
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

test("a failed webhook and a model that refuses show in the chat and on the trace", async () => {
  local.line.faults.add({ on: "webhook", times: 4, fault: { kind: "status", status: 503 } });
  const page = await open();
  await say(page, "Nobody is listening");
  await chat(page).getByText("Not delivered, 503").waitFor();
  await traces(page).getByText("Not accepted").waitFor();

  local.line.faults.clear();
  local.model!.faults.add({ fault: { kind: "status", status: 400, code: "invalid_value" } });
  await say(page, "Anybody?");
  const parked = traces(page).and(page.locator('[data-state="parked"]'));
  await parked.waitFor();
  expect(await parked.locator("code").first().textContent()).toMatch(/^model\./);
  await bubbles(page, "bot").getByText("Sorry").waitFor();
});

test("a message and its trace are marked together", async () => {
  const page = await open();
  for (const text of ["First", "Second"]) {
    await say(page, text);
    await bubbles(page, "bot").getByText(`you said “${text}”`).waitFor();
  }
  const first = traces(page).filter({ hasText: "First" });
  await bubbles(page, "user").getByText("First").click();
  expect(await first.getAttribute("data-selected")).toBe("true");
  await first.locator(".step-name").getByText("Delivered").waitFor();
  await bubbles(page, "bot").getByText("you said “Second”").hover();
  expect(await traces(page).filter({ hasText: "Second" }).getAttribute("data-pointed")).toBe("true");
});

test("what was there before is there again after a reload", async () => {
  const page = await open();
  await page.getByRole("navigation").getByRole("button", { name: ben.name }).click();
  await say(page, "Still here?");
  await traces(page).getByText("reply · free").waitFor();
  await input(page).fill("a draft");
  await page.reload();
  await bubbles(page, "bot").waitFor();
  expect(await traces(page).count()).toBe(1);
  expect(await input(page).inputValue()).toBe("a draft");
});

test("a phone shows the chat first and the traces behind a switch", async () => {
  const page = await open({ viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true });
  await say(page, "Hello from a phone, with a long word: Donaudampfschifffahrtsgesellschaftskapitän");
  await bubbles(page, "bot").waitFor();
  expect(await page.getByRole("complementary").isVisible()).toBe(false);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);

  await page.getByRole("button", { name: /^Traces/ }).click();
  expect(await chat(page).isVisible()).toBe(false);
  await traces(page).getByText("reply · free").waitFor();
  await page.getByRole("button", { name: "Chat", exact: true }).click();
  await bubbles(page, "bot").waitFor();
});

const memory = (page: Page) => page.getByRole("complementary").locator("details");

test("the memory shows the window, the day's usage and its cost after each message", async () => {
  const page = await open();
  await memory(page).getByText("0 turns · 0 tokens").waitFor();
  await memory(page).getByText("No turns have been summarized yet.").waitFor();
  await say(page, "Hello");
  await memory(page).getByText("1 turn ·").waitFor();
  await say(page, "/help");
  await memory(page).getByText("2 replies · 0 pushes").waitFor();
  const meter = memory(page).getByRole("meter");
  expect(Number(await meter.getAttribute("aria-valuenow"))).toBeGreaterThan(20);
  expect(await meter.getAttribute("aria-valuemax")).toBe(String(local.bot().memory.maxTokens));
  expect(await memory(page).textContent()).toMatch(/answers today1cost today\$0\.000\d+/);
});

test("notes that were taken are readable, and show as soon as a message was delivered", async () => {
  const text = "- 紅茶が好き\n- Lives in Nagoya";
  const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
  const page = await open();
  await local.chats.note(aki.userId, await local.chats.notes(aki.userId, 0), {
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

test("a quick reply stands under the newest message only; pressed, it is said", async () => {
  const page = await open();
  const buttons = chat(page).getByRole("list", { name: "Quick replies" }).getByRole("button");
  await say(page, "/forget");
  await buttons.getByText("yes, forget it all").waitFor();
  await traces(page).getByText("without the model · asks to confirm erasing").waitFor();
  await buttons.getByText("yes, forget it all").click();
  await bubbles(page, "user").getByText("yes, forget it all").waitFor();
  await bubbles(page, "bot").nth(1).waitFor();
  expect(await buttons.count()).toBe(0);
  await traces(page).getByText("whole chat ·").waitFor();
});

test("an unsent message disappears, and the bot forgets it", async () => {
  const page = await open();
  await say(page, "My secret");
  await memory(page).getByText("1 turn ·").waitFor();
  await bubbles(page, "user").hover();
  await chat(page)
    .getByRole("button", { name: /, more$/ })
    .click();
  await chat(page).getByRole("button", { name: "Unsend" }).click();
  await bubbles(page, "user").getByText("Unsent message").waitFor();
  expect(await bubbles(page, "user").textContent()).not.toContain("My secret");
  await memory(page).getByText("0 turns ·").waitFor();
  await traces(page).getByText("unsent message · 1 turn").waitFor();
});

test("the memory is read again when the bot was reloaded, for its marks may be others", async () => {
  const page = await open();
  await memory(page).getByText("at most 9,000").waitFor();
  const readAgain = page.waitForRequest(/\/api\/memory/);
  studio.setInfo({ ...info });
  await readAgain;
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
  "a broken bot.config.ts shows %s until it is mended, and the bot answers on",
  async (_where, options, words) => {
    const page = await open(options);
    const alert = page.getByRole("alert");
    expect(await alert.count()).toBe(0);

    const at = "`a very long line that goes on and on and on, with aVeryLongWordThatHasNoPlaceToBreak;`";
    studio.setInfo({ ...info, botConfigError: `bot.config.ts:12:5: Expected ',', got ';' at ${at}` });
    await alert.getByText(words).waitFor();
    await alert.getByText("bot.config.ts:12:5: Expected ',', got ';'").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(options.viewport.width);
    expect(await input(page).isVisible()).toBe(true);
    await say(page, "Hello");
    await bubbles(page, "bot").waitFor();

    studio.setInfo({ ...info });
    await alert.waitFor({ state: "detached" });
  },
);

test("who has blocked the bot cannot write to it until it is unblocked", async () => {
  const page = await open();
  await page.getByRole("button", { name: `${aki.name}, more` }).click();
  // Whoever looks elsewhere did not mean it.
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `${aki.name}, more` }).click();
  await page.getByRole("button", { name: "Block Henji" }).click();
  await page.getByText(`${aki.name} has blocked Henji.`).waitFor();
  expect(await input(page).count()).toBe(0);
  await traces(page).getByText("whole chat ·").waitFor();
  await page.getByRole("button", { name: "Unblock" }).click();
  await say(page, "I am back");
  await bubbles(page, "bot").waitFor();
});

test("on a phone, in Japanese, the memory is a line that opens, and buttons and menus fit", async () => {
  const page = await open({
    ...{ viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true },
    locale: "ja-JP",
  });
  await say(page, "ヘルプ");
  await chat(page).getByRole("button", { name: "全部忘れて" }).tap();
  await chat(page).getByRole("button", { name: "はい、全部忘れて" }).waitFor();
  await chat(page)
    .getByRole("button", { name: /その他の操作$/ })
    .last()
    .tap();
  await chat(page).getByRole("button", { name: "送信取消" }).tap();
  await bubbles(page, "user").getByText("送信が取り消されました").waitFor();

  await page.getByRole("button", { name: /^トレース/ }).click();
  await memory(page).getByText("0往復・0トークン").waitFor();
  expect(await memory(page).getByRole("meter").isVisible()).toBe(false);
  await memory(page).locator("summary").tap();
  await memory(page).getByRole("meter").waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
});
