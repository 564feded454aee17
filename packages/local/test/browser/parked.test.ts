import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { answersIn } from "../support.ts";
import { tooFaint, tooSmall } from "./contrast.ts";
import { bubbles, chat, say, useStudio, widerPhone, widthOf } from "./page.ts";

const studio = useStudio();

const operations = (page: Page) => page.getByRole("tabpanel", { name: /Operations|運用/ });
const parked = (page: Page) => operations(page).getByRole("region", { name: /Parked messages|保留中/ });
const status = (page: Page) => parked(page).getByRole("status");
const rows = (page: Page) => parked(page).locator(".parked-row");
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
const button = (page: Page, name: string) => parked(page).getByRole("button", { name, exact: true }).first();
const pill = (page: Page) => page.getByRole("banner").getByRole("button", { name: /parked|保留中/ });
const openOperations = (page: Page) => page.getByRole("tab", { name: /Operations|運用/ }).click();
const reject = () =>
  studio.local.model!.faults.add({ times: 1_000, fault: { kind: "status", status: 400, code: "bad" } });
const mend = () => studio.local.model!.faults.clear();

test("an outage is rehearsed: what is parked is looked at, replayed and answered once, quoted, or dropped", async () => {
  const page = await studio.open();
  await openOperations(page);
  await parked(page).getByText("Nothing is parked.").waitFor();
  expect(await pill(page).count()).toBe(0);
  await button(page, "Go to “Break things on purpose”").click();
  await operations(page).getByRole("group", { name: "Model" }).getByLabel("Rejects").check();
  await page.locator(".banner.broken").waitFor();
  await say(page, "How tall is Mt. Fuji?");
  await row(page, "How tall is Mt. Fuji?").waitFor();
  await say(page, "Never mind");
  await row(page, "Never mind").getByText("OpenAI rejects the request").waitFor();
  await pill(page).getByText("2 parked").waitFor();
  expect(await row(page, "How tall").locator(".parked-effect").textContent()).toContain("asks the model");
  await page.locator(".banner.broken").getByRole("button", { name: "Mend" }).click();
  await page.locator(".banner.broken").waitFor({ state: "detached" });

  await button(page, "Dry run").click();
  await parked(page).getByText("A replay of 2 messages would do this. Nothing was changed.").waitFor();
  await parked(page).getByText("2 × asks the model and sends its answer").waitFor();
  expect(await rows(page).count()).toBe(2);
  expect(await status(page).textContent()).not.toBe("");
  // What was said of two messages is not true of three.
  reject();
  await say(page, "How deep is Lake Biwa?");
  await row(page, "Lake Biwa").waitFor();
  await expect.poll(() => status(page).textContent()).toBe("");
  mend();

  await row(page, "How tall").getByRole("checkbox").check();
  await parked(page).getByText("1 selected").waitFor();
  await button(page, "Replay").click();
  await parked(page).getByText("1 message back on the queue, or answered already.").waitFor();
  const answer = bubbles(page, "bot").filter({ hasText: "you said" });
  await answer.waitFor();
  expect(await answer.locator("q").textContent()).toBe(`${studio.aki.name} How tall is Mt. Fuji?`);
  await pill(page).getByText("2 parked").waitFor();
  await parked(page).getByText("1 message back on the queue").waitFor();
  reject();
  await say(page, "And Lake Suwa?");
  await row(page, "Lake Suwa").waitFor();
  await expect.poll(() => status(page).textContent()).toBe("");
  mend();

  for (const box of await rows(page).getByRole("checkbox").all()) await box.check();
  await button(page, "Drop…").click();
  const dialog = page.getByRole("dialog", { name: "Drop 3 messages?" });
  await dialog.getByText("their text is erased").waitFor();
  await dialog.getByRole("button", { name: "Drop" }).click();
  await parked(page).getByText("3 messages dropped.").waitFor();
  await parked(page).getByText("Nothing is parked.").waitFor();
  expect(await pill(page).count()).toBe(0);
  expect(await answer.count()).toBe(1);

  await page.getByRole("tab", { name: /^Traces/ }).click();
  const traces = studio.traces(page);
  await traces.filter({ hasText: "Lake Suwa" }).getByText("by hand, text erased").waitFor();
  await traces.filter({ hasText: "How tall" }).locator(".trace-head").click();
  await traces.filter({ hasText: "How tall" }).getByText("back on the queue").waitFor();
});

test("a parked message opens to its history, and its trace leads to it and back", async () => {
  reject();
  const page = await studio.open({ permissions: ["clipboard-read", "clipboard-write"] });
  await say(page, "First");
  await pill(page).getByText("1 parked").waitFor();
  await say(page, "Second");
  await pill(page).getByText("2 parked").waitFor();
  const trace = studio.traces(page).filter({ hasText: "Second" });
  await trace.getByRole("button", { name: "Show it among the parked messages" }).click();

  const opener = row(page, "Second").getByRole("button");
  await row(page, "Second").and(page.locator('[data-open="true"]')).waitFor();
  expect(await opener.evaluate((element) => element.matches(":focus"))).toBe(true);
  const history = parked(page).locator(".history");
  expect(await history.locator(".step-name").allTextContents()).toEqual(["Claimed", "Parked"]);
  await history.getByRole("region", { name: "Question" }).getByText("Second").waitFor();
  await history.getByText("OpenAI answered 400 bad").waitFor();
  await history.getByRole("button", { name: "Copy: Request id (Parked)" }).click();
  await history.getByText("Copied").waitFor();
  expect(await page.evaluate<string>("navigator.clipboard.readText()")).toMatch(/^req_/);

  await button(page, "Show its trace").click();
  await trace.and(page.locator('[data-selected="true"]')).waitFor();
});

test("what its user may have already is replayed only after a warning", async () => {
  const refuse = (status: number) =>
    studio.local.line.faults.add({ on: "*", fault: { kind: "status", status, body: { message: "No" } } });
  refuse(500);
  const page = await studio.open();
  await openOperations(page);
  await say(page, "Are you there?");
  await page.getByRole("tab", { name: /^Traces/ }).click();
  await studio.traces(page).getByText("Next attempt in").waitFor();
  studio.local.line.faults.clear();
  refuse(400);
  await pill(page).getByText("1 parked").click();
  studio.local.line.faults.clear();
  await row(page, "Are you there?").getByText("only by force").waitFor();

  await button(page, "Replay all").click();
  await parked(page).getByText("1 was left:").waitFor();
  await parked(page).getByText("1 × the user may have the answer already").waitFor();
  expect(await bubbles(page, "bot").count()).toBe(0);
  await button(page, "Replay anyway…").click();
  await page.getByText("so the user may see it twice").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Replay anyway", exact: true }).click();
  await bubbles(page, "bot").getByText("you said “Are you there?”").waitFor();
  await parked(page).getByText("Nothing is parked.").waitFor();
});

test("a replay of many shows how far it is, and is stopped and taken up again", async () => {
  reject();
  const { line } = studio.local;
  const users = Array.from({ length: 30 }, (_, n) => line.addUser({ name: `Many${n}` }).userId);
  const texts = ["one", "two"];
  for (const text of texts) await line.deliver(users.map((from) => line.say({ from, text })));
  const page = await studio.open();
  await openOperations(page);
  await pill(page).getByText("60 parked").waitFor();
  mend();
  await button(page, "Replay all").click();
  await parked(page)
    .getByText(/\d+ replayed, \d+ to go/)
    .waitFor();
  expect(await parked(page).getByRole("progressbar").count()).toBe(1);
  await button(page, "Stop").click();
  await parked(page).getByText("not begun").waitFor();
  await button(page, "Replay all").click();
  await parked(page).getByText("Nothing is parked.").waitFor();
  const answersOf = (userId: string) => answersIn(line, userId).filter((text) => text.includes("you said"));
  for (const userId of users) {
    await expect.poll(() => answersOf(userId)).toHaveLength(2);
    expect(answersOf(userId)[0]).toContain("you said “one”");
  }
});

test("the keyboard does all of it, and Escape drops nothing", async () => {
  reject();
  const page = await studio.open();
  await say(page, "Hello");
  await pill(page).focus();
  await page.keyboard.press("Enter");
  await row(page, "Hello").getByRole("checkbox").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await parked(page).locator(".history").waitFor();
  await button(page, "Drop…").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await button(page, "Drop…").evaluate((element) => element.matches(":focus"))).toBe(true);
  expect(await rows(page).count()).toBe(1);
});

test.each([
  ["at a desk, light", { colorScheme: "light" }, 1280],
  ["at a desk, dark", { colorScheme: "dark" }, 1280],
  ["on a phone, light", { ...widerPhone, colorScheme: "light" }, 390],
  ["on a phone in Japanese, dark", { ...widerPhone, colorScheme: "dark", locale: "ja-JP" }, 390],
] as const)(
  "it is legible %s, fits, and moves nothing when its numbers change",
  async (_where, options, width) => {
    const page = await studio.open(options);
    await openOperations(page);
    const places = async () => ({
      tabs: await page.getByRole("tablist").boundingBox(),
      title: await parked(page).getByRole("heading", { level: 2 }).boundingBox(),
    });
    await parked(page).locator(".nothing-parked").waitFor();
    expect(await tooFaint(page, ".operations")).toEqual([]);
    const before = await places();
    reject();
    const { line } = studio.local;
    const text = "A question with a long word: Donaudampfschifffahrtsgesellschaftskapitän";
    await line.deliver([line.say({ from: studio.aki.userId, text })]);
    await row(page, "A question").getByRole("button").click();
    await parked(page).locator(".history .steps").waitFor();
    expect(await places()).toEqual(before);
    expect(await chat(page).isVisible()).toBe(width === 1280);
    expect(await widthOf(page)).toBe(width);
    expect(await tooFaint(page, "body")).toEqual([]);
    expect(await tooSmall(page, ".operations")).toEqual([]);
    expect(await tooSmall(page, ".header")).toEqual([]);
    await parked(page)
      .locator(".history")
      .getByRole("button", { name: /^(Drop…|破棄…)$/ })
      .click();
    await page.getByRole("dialog").waitFor();
    expect(await tooFaint(page, ".confirm")).toEqual([]);
    expect(await tooSmall(page, ".confirm")).toEqual([]);
  },
);
