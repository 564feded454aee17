import { expect, test } from "vitest";
import { bubbles, chat, memory, say, useStudio, widerPhone } from "./page.ts";

const studio = useStudio();

/** Somebody else writes, and is answered. */
async function another(text: string): Promise<void> {
  const { line } = studio.local;
  await line.deliver([line.say({ from: studio.ben.userId, text })]);
}

async function note(): Promise<void> {
  const { chats } = studio.local;
  const { userId } = studio.aki;
  await chats.update(userId, await chats.state(userId, 0), {
    ...{ windowStart: "", summary: "- One\n- Two\n- Three\n- Four\n- Five" },
    expiresAt: Math.floor(Date.now() / 1000) + 86_400,
  });
}

test.each([
  ["in English", "en-GB"],
  ["in Japanese", "ja-JP"],
])(
  "nothing moves when the memory is read, a message is answered, or there are notes, %s",
  async (_, locale) => {
    const page = await studio.open({ locale });
    const places = async () => ({
      traces: await page.locator(".traces-title").boundingBox(),
      figures: await memory(page).locator(".usage dd").last().boundingBox(),
      tabs: await page.getByRole("tablist").boundingBox(),
      chats: await page.getByRole("navigation").getByRole("button").last().boundingBox(),
    });
    const { promise: go, resolve } = Promise.withResolvers<void>();
    await page.route("**/api/memory*", async (route) => {
      await go;
      await route.continue();
    });
    await page.reload();
    await memory(page).locator('.memory-body[data-read="false"]').waitFor({ state: "attached" });
    const before = await places();
    expect(before.traces!.y).toBeGreaterThan(300);
    resolve();
    await memory(page).locator('.memory-body[data-read="true"]').waitFor();
    expect(await places()).toEqual(before);
    await note();
    await say(page, "Hello");
    await memory(page).getByText("- Three").waitFor();
    await another("Hello");
    await studio.traces(page).and(page.locator('[data-state="delivered"]')).nth(1).waitFor();
    const after = await places();
    // The cost is wider than before, in the same column.
    expect({ ...after, figures: after.figures!.x }).toEqual({ ...before, figures: before.figures!.x });
  },
);

test("a trace stays under the pointer when others come above it", async () => {
  const page = await studio.open();
  for (const text of ["First", "Second"]) {
    await say(page, text);
    await bubbles(page, "bot").getByText(`you said “${text}”`).waitFor();
  }
  await studio.traces(page).filter({ hasText: "Second" }).getByText("reply · free").waitFor();
  const first = studio.traces(page).filter({ hasText: "First" }).locator(".trace-head");
  await first.hover();
  // Whenever the list has another size: after the page's own observer, which is older, and before it is painted.
  await page.evaluate(`{
    const head = document.querySelector(".trace-head:hover");
    globalThis.places = new Set();
    new ResizeObserver(() => places.add(head.getBoundingClientRect().y))
      .observe(head.closest(".trace-list > ol"));
  }`);
  for (const text of ["Third", "Fourth"]) {
    await another(text);
    await studio.traces(page).filter({ hasText: text }).getByText("reply · free").waitFor();
  }
  const places = await page.evaluate<number[]>("[...places]");
  // A list scrolls by whole pixels.
  expect(Math.max(...places) - Math.min(...places)).toBeLessThanOrEqual(1);
  // What had opened by itself closes once the pointer is elsewhere.
  await chat(page).hover();
  await expect.poll(() => page.locator(".trace .steps").count()).toBe(1);
});

test("an answer elsewhere moves no chat in the list, on a phone", async () => {
  const page = await studio.open(widerPhone);
  const last = page.getByRole("navigation").getByRole("button").last();
  const before = await last.boundingBox();
  await another("Hello");
  await page.getByLabel("1 unread").waitFor();
  expect(await last.boundingBox()).toEqual(before);
});
