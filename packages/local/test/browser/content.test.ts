import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { tooFaint, tooSmall } from "./contrast.ts";
import { bubbles, say, useStudio, widerPhone, widthOf } from "./page.ts";

const studio = useStudio();

const content = (page: Page) => page.locator(".content");
const part = (page: Page, name: string | RegExp) => content(page).locator(".part").filter({ hasText: name });

async function openTrace(page: Page, text: string) {
  await studio.traces(page).filter({ hasText: text }).locator(".trace-head").click();
  await content(page).waitFor();
}

test("a trace opens to its content: the event, the context, the answer, LINE's request and response", async () => {
  const page = await studio.open();
  await say(page, "I like tea");
  await bubbles(page, "bot").waitFor();
  await openTrace(page, "I like tea");
  await part(page, "Webhook event").locator("summary").click();
  await part(page, "Webhook event").getByText('"replyToken"').waitFor();

  const model = part(page, /^Model/);
  await model.locator("summary").first().click();
  await model.getByRole("region", { name: "Instructions" }).getByText("You are Henji").waitFor();
  await model.getByRole("region", { name: "User" }).getByText("I like tea").waitFor();
  await model
    .getByRole("region", { name: "The model's answer" })
    .getByText("you said “I like tea”")
    .waitFor();
  await model.getByText("Response as received").click();
  await model.getByText('"output_tokens"').waitFor();

  const reply = part(page, "LINE reply");
  await reply.getByText("200", { exact: true }).waitFor();
  await reply.locator("summary").first().click();
  await reply.getByText(/^x-line-request-id: /).waitFor();
  await part(page, "Stored turn").getByText("delivered").waitFor();
});

test("the ids of a trace are copied", async () => {
  const page = await studio.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await say(page, "Hello");
  await bubbles(page, "bot").waitFor();
  await openTrace(page, "Hello");
  const ids = content(page).locator(".ids > div");
  await ids.filter({ hasText: "LINE request id" }).waitFor();
  for (const name of ["Event id", "Chat hash", "Retry key", "Model request id", "LINE request id"]) {
    await content(page)
      .getByRole("button", { name: `Copy: ${name}`, exact: true })
      .click();
    await ids.filter({ hasText: name }).getByText("Copied").waitFor();
    const copied = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(copied).not.toBe("");
    expect(await ids.filter({ hasText: name }).locator("code").textContent()).toBe(copied);
  }
});

test("a failed step says which URL failed, and why in OpenAI's own words", async () => {
  const message = "That model is currently overloaded with other requests.";
  studio.local.model!.faults.add({ fault: { kind: "status", status: 400, code: "invalid_value", message } });
  const page = await studio.open(widerPhone);
  await say(page, "Hello");
  await bubbles(page, "bot").waitFor();
  await page.getByRole("tab", { name: /^Traces/ }).tap();
  await openTrace(page, "Hello");
  const cause = studio.traces(page).locator(".cause");
  await cause.getByText(`POST ${studio.local.urls.model}/responses`).waitFor();
  await cause.getByText(message).waitFor();
  expect(await widthOf(page)).toBe(390);
});

test("a request that is under way is shown, and its response as soon as it is there", async () => {
  const { promise: answer, resolve } = Promise.withResolvers<string>();
  studio.local.model!.answerWith(() => answer);
  const page = await studio.open();
  await say(page, "Take your time");
  await studio.traces(page).getByText("Asking the model…").waitFor();
  await openTrace(page, "Take your time");
  await part(page, /^Model/)
    .getByText("under way…")
    .waitFor();
  resolve("Done");
  await part(page, /^Model/)
    .getByText("200", { exact: true })
    .waitFor();
});

test("traces are filtered by status, and found by event id", async () => {
  studio.local.model!.faults.add({ fault: { kind: "status", status: 400, code: "invalid_value" } });
  const page = await studio.open();
  await say(page, "Park me");
  await studio.traces(page).and(page.locator('[data-state="parked"]')).waitFor();
  await say(page, "Answer me");
  await studio
    .traces(page)
    .filter({ hasText: "Answer me" })
    .and(page.locator('[data-state="delivered"]'))
    .waitFor();
  const titles = () => studio.traces(page).locator(".trace-title").allTextContents();

  await page.getByRole("combobox", { name: "Status" }).selectOption("answered");
  expect((await titles()).join()).toMatch(/Answer me$/);
  await page.getByRole("combobox", { name: "Status" }).selectOption("parked");
  expect((await titles()).join()).toMatch(/Park me$/);
  await page.getByRole("combobox", { name: "Status" }).selectOption("refused");
  await page.getByText("No trace matches.").waitFor();

  await page.getByRole("combobox", { name: "Status" }).selectOption("all");
  await openTrace(page, "Park me");
  const eventId = await content(page).locator(".ids code").first().textContent();
  await page.getByRole("searchbox", { name: "Find an event id" }).fill(` ${eventId!.toLowerCase()} `);
  expect((await titles()).join()).toMatch(/Park me$/);
});

test.each(["light", "dark"] as const)(
  "an opened trace is legible and its targets are large enough, %s",
  async (colorScheme) => {
    studio.local.model!.faults.add({ fault: { kind: "status", status: 400, code: "invalid_value" } });
    const page = await studio.open({ colorScheme });
    await say(page, "Hello");
    await bubbles(page, "bot").waitFor();
    await openTrace(page, "Hello");
    await part(page, "LINE reply").waitFor();
    for (const summary of await content(page).locator(".part > summary").all()) await summary.click();
    expect(await tooFaint(page, ".side")).toEqual([]);
    expect(await tooFaint(page, ".header")).toEqual([]);
    expect(await tooSmall(page, ".traces")).toEqual([]);
    expect(await tooSmall(page, ".header")).toEqual([]);
  },
);
