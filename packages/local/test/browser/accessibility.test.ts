import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { tooFaint, tooFaintControls, tooSmall } from "./contrast.ts";
import { bubbles, chat, input, say, useStudio, widerPhone, widthOf } from "./page.ts";

const studio = useStudio();

const isFocused = (page: Page) => input(page).evaluate((area) => area.matches(":focus"));

/** A chat with all that a page can show: messages, buttons, notes, traces, a parked message, something broken. */
async function fill(page: Page): Promise<void> {
  const { chats, model } = studio.local;
  const { userId } = studio.aki;
  await chats.update(userId, await chats.state(userId, 0), {
    ...{ windowStart: "", summary: "- Lives in Nagoya" },
    expiresAt: Math.floor(Date.now() / 1000) + 86_400,
  });
  model!.faults.add({ fault: { kind: "status", status: 400, code: "invalid_value" } });
  await say(page, "Park me");
  await bubbles(page, "bot").getByText("Sorry").waitFor();
  await say(page, "See https://example.com/ please");
  await bubbles(page, "bot").nth(1).waitFor();
  await say(page, "/memory");
  await bubbles(page, "bot").nth(2).waitFor();
  await studio.local.line.deliver([studio.local.line.say({ from: studio.ben.userId, text: "Hello" })]);
}

/** One message of each kind that is not text. */
function sendMedia(): void {
  const { line } = studio.local;
  const from = studio.aki.userId;
  const bytes = Buffer.from("bytes");
  line.media({ from, type: "image", contentType: "image/png", bytes });
  line.media({ from, type: "audio", contentType: "audio/x-m4a", bytes, duration: 3_000 });
  line.media({ from, type: "video", contentType: "video/mp4", bytes, duration: 3_000 });
  line.media({ from, type: "file", fileName: "menu.pdf", contentType: "application/pdf", bytes });
  const sticker = { packageId: "446", stickerId: "1988", stickerResourceType: "STATIC" } as const;
  line.send({ from, content: { type: "sticker", ...sticker, keywords: ["hello"] } });
  const place = { title: "Nagoya Station", address: "Nagoya", latitude: 35.17, longitude: 136.88 };
  line.send({ from, content: { type: "location", ...place } });
}

async function check(page: Page): Promise<void> {
  expect(await tooFaint(page, "body")).toEqual([]);
  expect(await tooFaintControls(page, "body")).toEqual([]);
  expect(await tooSmall(page, "body")).toEqual([]);
}

test.each([
  ["at a desk, light", { colorScheme: "light" }, 1280],
  ["at a desk, dark", { colorScheme: "dark" }, 1280],
  ["on a phone, light", { ...widerPhone, colorScheme: "light" }, 390],
  ["on a phone, dark", { ...widerPhone, colorScheme: "dark" }, 390],
] as const)("everything is legible and large enough to press, %s", async (_where, options, width) => {
  const page = await studio.open(options);
  await page.locator(".greeting").waitFor();
  await check(page);
  await fill(page);
  await bubbles(page, "user").last().hover();
  await check(page);

  await page.getByRole("tab", { name: /^Traces/ }).click();
  const summary = page.locator(".memory summary");
  if (width < 720) await summary.click();
  await page.locator(".memory .text").getByText("Lives in Nagoya").waitFor();
  await page.locator(".trace-head").first().click();
  await page.locator(".content .part").first().waitFor();
  await check(page);

  await page.getByRole("tab", { name: "Operations" }).click();
  await page.locator(".parked-list tbody button").first().click();
  await page.getByRole("button", { name: "Another answer" }).click();
  await page.getByRole("group", { name: "Model" }).getByLabel("Down").check();
  await page.locator(".banner.broken").waitFor();
  await check(page);
  expect(await widthOf(page)).toBe(width);
});

test("a message is one stop of the tab key, and left and right lead to what else it has", async () => {
  const page = await studio.open();
  await fill(page);
  sendMedia();
  await chat(page).getByText("Nagoya Station").waitFor();
  await chat(page).focus();
  const stops = new Map<string, number>();
  for (;;) {
    await page.keyboard.press("Tab");
    const message = await page.evaluate<string | undefined>(`(() => {
      const row = document.activeElement.closest(".messages article");
      return row ? [...row.parentElement.parentElement.children].indexOf(row.parentElement) + "" : undefined;
    })()`);
    if (message === undefined) break;
    stops.set(message, (stops.get(message) ?? 0) + 1);
  }
  expect([...stops.values()]).toEqual(Array(12).fill(1));

  const withLink = chat(page).locator('[data-by="user"]').filter({ hasText: "See https" });
  const focused = (name: RegExp, role: "link" | "button") =>
    withLink.getByRole(role, { name }).evaluate((element) => element.matches(":focus"));
  await withLink.getByRole("button", { name: /show the trace/ }).focus();
  await page.keyboard.press("ArrowLeft");
  expect(await focused(/, more$/, "button")).toBe(true);
  await page.keyboard.press("ArrowLeft");
  expect(await focused(/example/, "link")).toBe(true);
  await page.keyboard.press("ArrowRight");
  expect(await focused(/, more$/, "button")).toBe(true);
});

test("after a message, a button or a dialog one can write at once", async () => {
  const page = await studio.open();
  await say(page, "/forget");
  await chat(page).getByRole("button", { name: "yes, forget it all" }).click();
  expect(await isFocused(page)).toBe(true);
  await bubbles(page, "bot").nth(1).waitFor();

  await bubbles(page, "user").last().hover();
  const more = chat(page)
    .locator('[data-by="user"]')
    .getByRole("button", { name: /, more$/ })
    .last();
  await more.click();
  await page.keyboard.press("Escape");
  expect(await more.evaluate((button) => button.matches(":focus"))).toBe(true);
  await more.click();
  await page.getByRole("menuitem", { name: "Unsend" }).click();
  expect(await isFocused(page)).toBe(true);

  studio.local.model!.faults.add({ fault: { kind: "status", status: 400, code: "invalid_value" } });
  await say(page, "Park me");
  await studio.traces(page).and(page.locator('[data-state="parked"]')).waitFor();
  await page.getByRole("tab", { name: "Operations" }).click();
  await page.locator(".parked-list tbody").getByRole("checkbox").first().check();
  await page.getByRole("button", { name: "Drop…" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Drop" }).click();
  await page.getByText("Nothing is parked.").waitFor();
  await expect.poll(() => isFocused(page)).toBe(true);
});

test("the focus is visible wherever it is", async () => {
  const page = await studio.open();
  await fill(page);
  const seen = new Set<string>();
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press("Tab");
    const [name, width] = await page.evaluate<[string, number]>(`(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const { tagName, className } = document.activeElement;
      return [tagName + "." + className, outlineStyle === "none" ? 0 : parseFloat(outlineWidth)];
    })()`);
    if (name.startsWith("BODY")) continue;
    seen.add(name);
    expect([name, width]).toEqual([name, 2]);
  }
  expect(seen.size).toBeGreaterThan(8);
});
