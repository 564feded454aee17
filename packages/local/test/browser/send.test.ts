import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { standInSecrets } from "../../src/stand-in-secrets.ts";
import { bubbles, chat, input, phone, say, useStudio, widthOf } from "./page.ts";

const studio = useStudio();

const plus = (page: Page) => page.getByRole("button", { name: /^(Send something else|ほかのものを送る)$/ });
const isFocused = (page: Page) => input(page).evaluate((area) => area.matches(":focus"));
const sent = () =>
  studio.local.line.timeline(studio.aki.userId).flatMap((one) => (one.by === "user" ? [one] : []));
/** In the list of chats. */
const preview = (page: Page) =>
  page.getByRole("navigation").getByRole("button", { name: studio.aki.name }).locator(".preview");

async function choose(page: Page, item: string): Promise<void> {
  await plus(page).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

const failNext = (page: Page) =>
  page.route("**/api/send", (route) => route.fulfill({ status: 503 }), { times: 1 });

test("the menu is gone through with the arrow keys, and Escape returns to its button", async () => {
  const page = await studio.open();
  const focused = () => page.evaluate<string>("document.activeElement.textContent");
  await plus(page).focus();
  await page.keyboard.press("ArrowDown");
  expect(await plus(page).getAttribute("aria-expanded")).toBe("true");
  expect(await focused()).toContain("Sticker");
  await page.keyboard.press("ArrowUp");
  expect(await focused()).toContain("Location");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toContain("Picture or video…");
  await page.keyboard.press("Escape");
  expect(await page.getByRole("menu").count()).toBe(0);
  expect(await plus(page).evaluate((button) => button.matches(":focus"))).toBe(true);
  await plus(page).click();
  await chat(page).click();
  expect(await page.getByRole("menu").count()).toBe(0);
});

test("a sticker is chosen by its keyword, and shown as a tile", async () => {
  const page = await studio.open();
  await choose(page, "Sticker");
  await page.getByRole("region", { name: "Stickers" }).getByRole("button", { name: "thank you" }).click();
  await chat(page).getByRole("img", { name: "[Sticker] thank you, thanks, grateful" }).waitFor();
  expect(await isFocused(page)).toBe(true);
  expect(sent()[0]!.message).toMatchObject({
    type: "sticker",
    keywords: ["thank you", "thanks", "grateful"],
  });
  await preview(page).getByText("[Sticker]").waitFor();
  await studio.traces(page).getByText("[Sticker]").waitFor();
});

test("a sample picture is shown from LINE's content, until it is unsent", async () => {
  const page = await studio.open();
  await choose(page, "Sample picture");
  const picture = chat(page).getByRole("img", { name: `Picture from ${studio.aki.name}` });
  await picture.first().waitFor();
  const width = () =>
    picture.first().evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
  await expect.poll(width).toBe(800);
  expect(await isFocused(page)).toBe(true);
  expect(sent()[0]!.message).toMatchObject({ type: "image", contentProvider: { type: "line" } });
  for (const count of [2, 3]) {
    await choose(page, "Sample picture");
    await expect.poll(() => picture.count()).toBe(count);
  }
  // The newest is seen whole, although it had no height when it came.
  const below = () =>
    chat(page).evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  await expect.poll(() => picture.last().evaluate((image) => image.clientHeight)).toBeGreaterThan(200);
  expect(await below()).toBeLessThan(2);
  await picture.last().hover();
  await chat(page)
    .locator('[data-by="user"]')
    .getByRole("button", { name: /, more$/ })
    .last()
    .click();
  await page.getByRole("menuitem", { name: "Unsend" }).click();
  await bubbles(page, "user").getByText("Unsent message").waitFor();
  expect(await picture.count()).toBe(2);
});

test("a large picture from disk is sent smaller, and what is none is refused", async () => {
  const page = await studio.open();
  // Noise, which no format makes small.
  const png = await page.evaluate<string>(`(async () => {
    const canvas = new OffscreenCanvas(2400, 160);
    const draw = canvas.getContext("2d");
    const data = draw.createImageData(2400, 160);
    for (let i = 0; i < data.data.length; i += 65536) crypto.getRandomValues(data.data.subarray(i, i + 65536));
    draw.putImageData(data, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(text);
  })()`);
  const [picture] = await page.locator("input[type=file]").all();
  await picture!.setInputFiles({
    name: "big.png",
    mimeType: "image/png",
    buffer: Buffer.from(png, "base64"),
  });
  const shown = chat(page).getByRole("img", { name: /^Picture from/ });
  await shown.waitFor();
  const width = () => shown.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
  await expect.poll(width).toBe(2048);

  await picture!.setInputFiles({
    name: "no.png",
    mimeType: "image/x-odd",
    buffer: Buffer.from("no picture"),
  });
  await page.getByRole("alert").getByText("this browser cannot read it").waitFor();
  expect(sent()).toHaveLength(1);
});

test("a voice message has its duration, a file its name and size", async () => {
  const page = await studio.open();
  await choose(page, "Sample voice message");
  await chat(page)
    .getByRole("button", { name: `Play: Voice message from ${studio.aki.name}` })
    .waitFor();
  await chat(page).getByText("0:02").waitFor();
  expect(sent()[0]!.message).toMatchObject({ type: "audio", duration: 2_000 });

  const file = page.locator("input[type=file]").last();
  await file.setInputFiles({ name: "計画.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(123_456) });
  await chat(page).getByRole("link", { name: "Download 計画.pdf, 123 kB" }).waitFor();
  expect(sent()[1]!.message).toMatchObject({ type: "file", fileName: "計画.pdf", fileSize: 123_456 });

  await file.setInputFiles({ name: "film.bin", mimeType: "", buffer: Buffer.alloc(5 * 1024 * 1024 + 1) });
  await page.getByRole("alert").getByText("larger than 5 MB").waitFor();
  expect(sent()).toHaveLength(2);
});

test("a picture and a voice message are answered, and their traces show what was made of them", async () => {
  const model = studio.local.model!;
  model.answerWith(() => "A house.\n[=] A house with a red roof.");
  model.listenWith(() => "When do you open?");
  const page = await studio.open();
  const part = (name: string) => page.locator(".content .part").filter({ hasText: name });
  await choose(page, "Sample picture");
  await bubbles(page, "bot").getByText("A house.", { exact: true }).waitFor();
  await studio.traces(page).getByText("[Picture]").click();
  await part("LINE content").waitFor();
  await part("Model").locator("summary").first().click();
  await page.getByRole("region", { name: "User" }).getByText("[input_image]").waitFor();

  await choose(page, "Sample voice message");
  await bubbles(page, "bot").getByText("🎤 When do you open?").waitFor();
  await studio.traces(page).getByText("[Voice message]").click();
  await part("Transcription").locator("summary").click();
  await part("Transcription").getByText("When do you open?").waitFor();
  await studio.traces(page).getByText("2 s of voice, written down").waitFor();
});

test("a place has a title and an address, and its trace names it", async () => {
  const page = await studio.open();
  await choose(page, "Location");
  const panel = page.getByRole("region", { name: "Location" });
  await page.keyboard.press("Escape");
  expect(await panel.count()).toBe(0);
  expect(await isFocused(page)).toBe(true);
  await choose(page, "Location");
  await panel.getByLabel("Title").fill("Nagoya Castle");
  await panel.getByRole("button", { name: "Send" }).click();
  await chat(page).getByText("Nagoya Castle").waitFor();
  expect(sent()[0]!.message).toMatchObject({
    ...{ type: "location", title: "Nagoya Castle", latitude: 35.6812, longitude: 139.7671 },
  });
  await studio.traces(page).getByText("[Location] Nagoya Castle").waitFor();
});

test("nothing is lost when it cannot be sent", async () => {
  const page = await studio.open();
  await failNext(page);
  await choose(page, "Location");
  const panel = page.getByRole("region", { name: "Location" });
  await panel.getByLabel("Title").fill("Home");
  await panel.getByRole("button", { name: "Send" }).click();
  await page.getByRole("alert").getByText("Location not sent").waitFor();
  expect(await panel.getByLabel("Title").inputValue()).toBe("Home");
  await panel.getByRole("button", { name: "Send" }).click();
  await chat(page).getByText("Home").waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);

  await failNext(page);
  await choose(page, "Sample picture");
  await page.getByRole("alert").getByText("Picture not sent").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await chat(page)
    .getByRole("img", { name: /^Picture from/ })
    .waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);

  await failNext(page);
  await say(page, "Hello");
  await page.getByRole("alert").getByText("Not sent").waitFor();
  expect(await input(page).inputValue()).toBe("Hello");
  await input(page).press("Enter");
  await bubbles(page, "user").getByText("Hello").waitFor();
  expect(studio.takeErrors(/503/)).toBe(3);
});

test("a message is quoted, by the bot's answer or by one's own, and shown above the reply", async () => {
  const page = await studio.open();
  await say(page, "What is the capital of Japan?");
  await bubbles(page, "bot").waitFor();
  await bubbles(page, "bot").hover();
  await chat(page)
    .locator('[data-by="bot"]')
    .getByRole("button", { name: /, more$/ })
    .click();
  await page.getByRole("menuitem", { name: "Quote" }).click();
  expect(await isFocused(page)).toBe(true);
  await page.getByRole("button", { name: "Do not quote" }).click();
  expect(await page.locator(".quote-row").count()).toBe(0);
  await bubbles(page, "user").hover();
  await chat(page)
    .locator('[data-by="user"]')
    .getByRole("button", { name: /, more$/ })
    .click();
  await page.getByRole("menuitem", { name: "Quote" }).click();
  await say(page, "I mean the old one");
  const reply = bubbles(page, "user").last();
  await reply.locator("q").getByText("What is the capital of Japan?").waitFor();
  const [first, second] = sent();
  expect(second!.message).toMatchObject({ text: "I mean the old one", quotedMessageId: first!.messageId });
  expect(await page.locator(".quote-row").count()).toBe(0);
});

test("a button with a postback sends it, and the chat says so", async () => {
  const page = await studio.open();
  const { line } = studio.local;
  const action = { type: "postback", label: "More", data: "page=2", displayText: "More, please" };
  await line.fetch(
    new Request("https://api.line.me/v2/bot/message/push", {
      method: "POST",
      headers: {
        authorization: `Bearer ${standInSecrets.channelAccessToken}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        to: studio.aki.userId,
        messages: [{ type: "text", text: "A list", quickReply: { items: [{ type: "action", action }] } }],
      }),
    }),
  );
  await chat(page).getByRole("button", { name: "More", exact: true }).click();
  await chat(page).getByText(`${studio.aki.name} pressed a button: “More, please”`).waitFor();
  expect(line.happenings(studio.aki.userId)).toMatchObject([
    { type: "postback", postback: { data: "page=2" } },
  ]);
});

test("all of it fits on the narrowest phone, in Japanese", async () => {
  const page = await studio.open({ ...phone, viewport: { width: 360, height: 640 }, locale: "ja-JP" });
  await plus(page).tap();
  const menu = await page.getByRole("menu").boundingBox();
  expect(menu!.x).toBeGreaterThanOrEqual(0);
  expect(menu!.y).toBeGreaterThanOrEqual(0);
  expect(menu!.x + menu!.width).toBeLessThanOrEqual(360);
  expect(menu!.y + menu!.height).toBeLessThanOrEqual(640);
  await page.getByRole("menuitem", { name: "スタンプ" }).tap();
  await page.getByRole("region", { name: "スタンプ" }).getByRole("button", { name: "hello" }).tap();
  await chat(page)
    .getByRole("img", { name: /^\[スタンプ\]/ })
    .waitFor();
  for (const item of ["見本の写真", "見本のボイスメッセージ"]) {
    await plus(page).tap();
    await page.getByRole("menuitem", { name: item }).tap();
  }
  await chat(page).getByRole("button", { name: /^再生/ }).waitFor();
  await plus(page).tap();
  await page.getByRole("menuitem", { name: "位置情報" }).tap();
  await page.getByRole("region", { name: "位置情報" }).getByRole("button", { name: "送信" }).tap();
  await chat(page).getByText("東京駅").waitFor();
  expect(await widthOf(page)).toBe(360);
  const [inner, scroll] = await chat(page).evaluate((element) => [element.clientWidth, element.scrollWidth]);
  expect(scroll).toBe(inner);
});
