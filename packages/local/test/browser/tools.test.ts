import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { tooFaint } from "./contrast.ts";
import { bubbles, chat, phone, say, useStudio, widthOf } from "./page.ts";

const examples = resolve(import.meta.dirname, "../../../../examples");
const studio = useStudio({ botConfig: resolve(examples, "shop/bot.config.ts") });

/** Writes what the model says next, as one does in Studio. */
async function script(page: Page, ...answers: string[]): Promise<void> {
  await page.getByRole("button", { name: "Or write yourself what it says next" }).click();
  const section = page.getByRole("region", { name: "What the model says next" });
  for (const [n, answer] of answers.entries()) {
    if (n > 0) await section.getByRole("button", { name: "Another answer" }).click();
    await section.getByRole("textbox", { name: `Answer ${n + 1}` }).fill(answer);
  }
  await section.getByRole("button", { name: "Say this next" }).click();
}

const showTraces = (page: Page) => page.getByRole("tab", { name: "Traces" }).click();

test("a call of a tool stands in its message's trace, with what it was given and what it returned", async () => {
  const page = await studio.open();
  await script(page, 'call order_status {"order": "8"}', "It was sent, and arrives on the 16th.");
  await say(page, "Where is order 8?");
  await bubbles(page, "bot").getByText("It was sent").waitFor();
  await showTraces(page);
  const trace = studio.traces(page).first();
  await trace.getByText("order_status ran").waitFor();
  await trace.getByRole("button", { name: "Show what was sent and said" }).click();
  await trace.locator(".part").filter({ hasText: "Model" }).last().locator("summary").first().click();
  await trace.getByRole("region", { name: "Calls a tool" }).getByText('order_status {"order":"8"}').waitFor();
  await trace.getByRole("region", { name: "What it returned" }).getByText("2027-01-16").waitFor();
  await trace.getByRole("region", { name: "Calls a tool" }).scrollIntoViewIfNeeded();
  expect(await tooFaint(page, ".side")).toEqual([]);
});

test("what needs its user's word is asked with two buttons, and runs at the tap", async () => {
  const page = await studio.open();
  await script(page, 'call cancel_order {"order": "7"}', "Order 7 is cancelled.");
  await say(page, "Cancel order 7");
  await bubbles(page, "bot").getByText("Shall I cancel order 7?").waitFor();
  await chat(page).getByRole("button", { name: "No, don't" }).waitFor();
  await chat(page).getByRole("button", { name: "Yes, go ahead" }).click();
  await bubbles(page, "bot").getByText("Order 7 is cancelled.").waitFor();
  await chat(page).getByText("pressed a button: “Yes, go ahead”").waitFor();
  await showTraces(page);
  await studio.traces(page).first().getByText("cancel_order ran").waitFor();
  await studio.traces(page).last().locator(".trace-head").click();
  await studio.traces(page).last().getByText("asks whether a tool may run").waitFor();
});

test("on a phone both buttons fit, and after a no nothing has run", async () => {
  const page = await studio.open(phone);
  await script(page, 'call cancel_order {"order": "8"}', "Then I leave it as it is.");
  await page.getByRole("tab", { name: "Chat" }).tap();
  await say(page, "Cancel order 8");
  await chat(page).getByRole("button", { name: "No, don't" }).waitFor();
  expect(await widthOf(page)).toBe(375);
  await chat(page).getByRole("button", { name: "No, don't" }).tap();
  await bubbles(page, "bot").getByText("Then I leave it as it is.").waitFor();
  await page.getByRole("tab", { name: "Traces" }).tap();
  await studio.traces(page).first().locator(".step-name").getByText("Delivered").waitFor();
  expect(await page.getByText("cancel_order ran").count()).toBe(0);
});
