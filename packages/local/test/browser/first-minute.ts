// Takes pictures of a newcomer's first minute: node packages/local/test/browser/first-minute.ts DIRECTORY
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@henji/core/clock";
import { chromium as driver } from "playwright-core";
import { startLocal } from "../../src/start.ts";
import { startStudio } from "../../src/studio.ts";
import { createMemory } from "../../src/studio-memory.ts";
import { chromium, flags } from "./chromium.ts";

const sizes = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

/** Of an empty chat, and after the three first messages were clicked. */
async function takePictures(
  directory: string,
  size: "desktop" | "phone",
  locale: string,
  scheme: "light" | "dark",
) {
  const local = await startLocal({ modelLatencyMs: 300 });
  const { commands } = local.bot();
  const studio = await startStudio({
    ...{ ...local, port: 0, memory: createMemory({ ...local, clock: systemClock }) },
    info: { model: "stand-in", standIn: true, urls: local.urls, botConfig: "bot.config.ts", commands },
  });
  const browser = await driver.launch({ executablePath: chromium, args: flags });
  const options = { ...sizes[size], locale, colorScheme: scheme, timezoneId: "Asia/Tokyo" };
  const page = await browser.newPage(options);
  await page.goto(studio.url);
  await page.locator(".greeting").waitFor();
  await page.locator('.memory-body[data-read="true"]').waitFor({ state: "attached" });
  const take = (moment: string) =>
    page.screenshot({
      path: join(directory, `${moment}-${size}-${locale.slice(0, 2)}-${scheme}.png`),
      animations: "disabled",
    });
  await take("greeting");
  for (const n of [0, 1, 2]) {
    await page.locator(".suggestions button").first().click();
    await page.locator('[data-by="bot"] > .bubble:not(.loading)').nth(n).waitFor();
  }
  await page.locator('.trace[data-state="delivered"]').nth(2).waitFor({ state: "attached" });
  await page
    .locator(".usage")
    .getByText(/3 replies|リプライ3/)
    .waitFor({ state: "attached" });
  await take("after");
  await browser.close();
  await studio.close();
  await local.stop();
}

const [directory = ".", size, locale, scheme] = process.argv.slice(2);
if (scheme) {
  await takePictures(directory, size as "desktop", locale!, scheme as "light");
} else {
  mkdirSync(directory, { recursive: true });
  // A process for each: the handlers know only the first system that is started.
  for (const one of Object.keys(sizes))
    for (const each of ["en-GB", "ja-JP"])
      for (const colours of ["light", "dark"])
        execFileSync(process.execPath, [import.meta.filename, directory, one, each, colours], {
          stdio: "inherit",
        });
}
