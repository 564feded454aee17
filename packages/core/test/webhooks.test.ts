import { mistakesInWebhook, webhookTypes } from "@henji/line-openapi";
import { expect, test } from "vitest";
import { webhooks } from "./webhooks.ts";

const isOfFuture = (name: string) => name.split("-").includes("future");

test.each([...webhooks])("%s.json is a webhook as LINE's schema describes it", (name, webhook) => {
  const mistakes = mistakesInWebhook(webhook);
  if (isOfFuture(name)) expect(mistakes).toEqual([expect.stringContaining("type must be equal to one of")]);
  else expect(mistakes).toEqual([]);
});

const events = [...webhooks.values()].flatMap((webhook) => webhook.events);

test("every type of event, message and sticker that LINE has is among them", () => {
  const types = {
    events: events.map(({ type }) => type),
    messages: events.flatMap(({ message }) => message?.type ?? []),
    stickerResources: events.flatMap(({ message }) => message?.stickerResourceType ?? []),
  };
  expect(types).toEqual({
    events: expect.arrayContaining(webhookTypes.events),
    messages: expect.arrayContaining(webhookTypes.messages),
    stickerResources: expect.arrayContaining(webhookTypes.stickerResources),
  });
  expect(webhookTypes.events).toContain("membership");
});

test("no two events have the same id", () => {
  const ids = events.map(({ webhookEventId }) => webhookEventId);
  expect(new Set(ids).size).toBe(ids.length);
});
