import { systemClock } from "@henji/core/clock";
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type Local, type LocalOptions, startLocal } from "../../src/start.ts";
import { type Studio, type StudioInfo, startStudio } from "../../src/studio.ts";
import { createMemory } from "../../src/studio-memory.ts";
import { viewOf } from "../page.ts";
import { chromium, flags } from "./chromium.ts";

export type TestUser = { userId: string; name: string };

/**
 * Studio in a real browser, with the whole local system. The system is started once per file, because its
 * handlers are; each test has two users of its own. Any error on the page's console fails the test.
 */
export function useStudio(options: Pick<LocalOptions, "botConfig"> = {}) {
  let browser: Browser;
  let local: Local;
  let studio: Studio;
  let info: StudioInfo;
  let aki: TestUser;
  let ben: TestUser;
  let serial = 0;
  let errors: string[] = [];

  beforeAll(async () => {
    browser = await driver.launch({ executablePath: chromium, args: flags });
    local = await startLocal({ modelLatencyMs: 600, ...options });
    const { commands } = local.bot();
    info = { model: "stand-in", standIn: true, urls: local.urls, botConfig: "bot.config.ts", commands };
    const memory = createMemory({ ...local, clock: systemClock });
    studio = await startStudio({ ...local, port: 0, memory, info });
  });
  afterAll(async () => {
    await browser.close();
    await studio.close();
    await local.stop();
  });

  beforeEach(() => {
    errors = [];
    serial += 1;
    [aki, ben] = [addUser(`Aki${serial}`), addUser(`Ben${serial}`)];
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await send("PUT", "broken", {});
    await send("DELETE", "script", {});
    await send("POST", "dead/drop", { ids: "all" });
    local.model!.answerWith(undefined);
    local.model!.faults.clear();
    local.model!.listenWith(undefined);
    local.line.faults.clear();
    expect(errors).toEqual([]);
  });

  const send = (method: "PUT" | "POST" | "DELETE", path: string, body: object) =>
    fetch(`${studio.url}/api/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  function addUser(name: string): TestUser {
    return { userId: local.line.addUser({ name, language: "en" }).userId, name };
  }

  return {
    get local() {
      return local;
    },
    get aki() {
      return aki;
    },
    get ben() {
      return ben;
    },

    /** All that a page is sent at first. */
    view: () => viewOf(studio.url),

    /** Changes what Studio says is running. */
    setInfo: (more: Partial<StudioInfo> = {}) => studio.setInfo({ ...info, ...more }),

    /** Opens the chat of Aki. */
    async open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({
        ...{ locale: "en-GB", viewport: { width: 1280, height: 800 } },
        ...options,
      });
      const page = await context.newPage();
      // On a busy machine a first claim can fail and be retried after its hold, 18 s later.
      page.setDefaultTimeout(60_000);
      page.on("pageerror", ({ message }) => errors.push(message));
      page.on("console", (entry) => entry.type() === "error" && errors.push(entry.text()));
      await page.goto(`${studio.url}/#${aki.userId}`);
      await input(page).waitFor();
      return page;
    },

    /** Takes away the errors on the console that the test has caused; @returns how many they were. */
    takeErrors(pattern: RegExp): number {
      const others = errors.filter((error) => !pattern.test(error));
      const taken = errors.length - others.length;
      errors = others;
      return taken;
    },

    /** The traces of this test's own messages. */
    traces: (page: Page) =>
      page
        .getByRole("complementary")
        .locator("article")
        .filter({ hasText: new RegExp(`(Aki|Ben)${serial}\\b`) }),
  };
}

export const phone = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true };
export const widerPhone = { ...phone, viewport: { width: 390, height: 844 } };

/** A combobox while it offers somebody to mention. */
export const input = (page: Page) => {
  const named = { name: /Message as|として/ };
  return page.getByRole("textbox", named).or(page.getByRole("combobox", named));
};
export const chat = (page: Page) => page.getByRole("log");
export const bubbles = (page: Page, by: "user" | "bot") => chat(page).locator(`[data-by="${by}"] > p`);
export const memory = (page: Page) => page.getByRole("complementary").locator("details");
export const widthOf = (page: Page) => page.evaluate<number>("document.documentElement.scrollWidth");

export async function say(page: Page, text: string) {
  await input(page).fill(text);
  await input(page).press("Enter");
}
