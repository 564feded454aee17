import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { encodeJob } from "@henji/core/queue/job";
import { replyTokenFreshMs } from "@henji/core/settings";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { linksOf } from "../support.ts";
import { bubbles, chat, say, useStudio } from "./page.ts";

const studio = useStudio();

/** As if the webhook had come long ago: only seconds are left in which the answer is a free reply. */
async function sayLongAgo(text: string): Promise<void> {
  const event = studio.local.line.say({ from: studio.aki.userId, text });
  const eventId = event.webhookEventId;
  const receivedAt = Date.now() - replyTokenFreshMs + 9_000;
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: linksOf(studio.local).EventQueue!.url!,
      MessageBody: encodeJob({ version: 2, platform: "line", eventId, event, receivedAt }),
      ...{ MessageGroupId: studio.aki.userId, MessageDeduplicationId: eventId },
    }),
  );
  sqs.destroy();
}

/** The model is made slow in Studio itself. */
async function makeSlow(page: Page, text: string, seconds: number): Promise<void> {
  await page.getByRole("button", { name: "Model stand-in" }).click();
  const section = page.getByRole("region", { name: "What the model says next" });
  await section.getByRole("textbox", { name: "Answer 1" }).fill(text);
  await section.getByLabel("Seconds that each takes").fill(String(seconds));
  await section.getByRole("button", { name: "Say this next" }).click();
  await page.locator(".script-mark").waitFor();
}

const trace = (page: Page, text: string) => studio.traces(page).filter({ hasText: text }).first();

test("a slow answer: the bot says so, the chat and the trace say what it waits for, and a tap brings it", async () => {
  const page = await studio.open();
  await makeSlow(page, "At last", 5);
  await sayLongAgo("Think hard");
  const button = page.getByRole("button", { name: "Show the answer" });
  await button.waitFor();
  await page.getByRole("tab", { name: "Traces" }).click();
  await trace(page, "Think hard").locator(".state").getByText("Waits", { exact: true }).waitFor();
  const waits = /waits for a tap on its button, or for the next message, or until it is pushed at \d\d:\d\d/;
  expect(await chat(page).locator(".waiting-answer").textContent()).toMatch(
    new RegExp(`^The answer to “Think hard” ${waits.source}\\.$`),
  );
  await trace(page, "Think hard").getByText("said that it takes long; a button brings the answer").waitFor();
  await trace(page, "Think hard").getByText(waits).waitFor();
  await button.click();
  await bubbles(page, "bot").filter({ hasText: "At last" }).waitFor();
  await trace(page, "Think hard").locator(".state").getByText("Delivered").waitFor();
  await trace(page, "Think hard").click();
  await trace(page, "Think hard").getByText("reply · free · with the answer to").waitFor();
  await studio.traces(page).getByText("with 1 that waited").waitFor();
  expect(await chat(page).locator(".waiting-answer").count()).toBe(0);
});

test("the next message takes with it what waits", async () => {
  const page = await studio.open();
  await makeSlow(page, "At last", 5);
  await sayLongAgo("Think hard");
  await chat(page).locator(".waiting-answer").waitFor();
  await say(page, "And now?");
  await bubbles(page, "bot").getByText("you said “And now?”").waitFor();
  // It comes late, so it quotes its question.
  expect((await bubbles(page, "bot").allTextContents()).at(-2)).toMatch(/Think hardAt last$/);
});
