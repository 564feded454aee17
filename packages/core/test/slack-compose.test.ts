import {
  compose,
  composeMarkdown,
  fits,
  ownMessages,
  rendered,
  renderedAsText,
  type SlackMessage,
  withButtons,
} from "@henji/core/platform/slack/compose";
import { expect, test } from "vitest";

const cutNotice = "(cut)";
const markdown = (text: string, options = {}) =>
  composeMarkdown(text, { cutNotice, ...options }) as { messages: SlackMessage[]; rest?: string };
const blocksOf = (message: SlackMessage) => rendered(message).blocks as Record<string, unknown>[];

test("a model's Markdown is one block, with the same text for screen readers", () => {
  const { messages } = markdown("**bold** and `code`");
  expect(messages).toEqual([{ text: "**bold** and `code`", as: "markdown" }]);
  expect(rendered(messages[0]!)).toEqual({
    text: "**bold** and `code`",
    blocks: [{ type: "markdown", text: "**bold** and `code`" }],
  });
});

test("no answer calls people", () => {
  for (const text of ["<!channel> wake up", "<@U0BEN00000>", "`<!here>`"]) {
    for (const composed of [markdown(text), compose(text, { cutNotice })]) {
      const { text: fallback, blocks } = rendered(composed.messages[0] as SlackMessage);
      const [block] = blocks as { type: string; text: unknown }[];
      if (block?.type === "markdown") expect(block.text).not.toContain("<");
      // Nothing is read as a mark there.
      else expect(block).toMatchObject({ text: { type: "plain_text" } });
      expect(fallback).not.toMatch(/<[@!]/);
      expect(renderedAsText(composed.messages[0] as SlackMessage).text).not.toMatch(/<[@!]/);
    }
  }
});

test("a message has at most 11,000 characters as Slack counts them", () => {
  const paragraphs = Array.from({ length: 400 }, (_, n) => `## Part ${n}\n\nSome words < others.`).join(
    "\n\n",
  );
  const [message] = markdown(paragraphs).messages;
  const headings = message!.text.match(/^## /gm)!.length;
  const [block] = blocksOf(message!) as [{ text: string }];
  expect(block.text.length + 100 * headings).toBeLessThanOrEqual(11_000);
  expect(block.text.length + 100 * headings).toBeGreaterThan(8_000);
  expect(message!.text).toMatch(/\n\(cut\)$/);
  expect(fits("あ".repeat(11_000))).toBe(true);
  expect(fits("あ".repeat(11_001))).toBe(false);
});

test("what one message does not take is left for a button, and nothing of it is lost", () => {
  const text = Array.from({ length: 3_000 }, (_, n) => `word${n}`).join(" ");
  const { messages, rest } = markdown(text, {
    continueButton: { label: "Go on", text: "Go on", data: "go_on:1" },
  });
  expect(`${messages[0]!.text} ${rest}`).toBe(text);
  expect(messages[0]!.buttons).toEqual([{ label: "Go on", text: "Go on", data: "go_on:1" }]);
});

test("code that is parted is framed on both sides", () => {
  const code = `\`\`\`ts\n${"const a = 1;\n".repeat(1_200)}\`\`\``;
  const { messages, rest } = markdown(code, { continueButton: { label: "Go on", text: "Go on" } });
  expect(messages[0]!.text).toMatch(/^```ts\n[^`]*\n```$/);
  expect(rest).toMatch(/^```ts\n[^`]*```$/);
});

test("a text is cut between characters", () => {
  const { messages, rest } = markdown(`a${"👋".repeat(6_000)}`, {
    continueButton: { label: "Go on", text: "Go on" },
  });
  expect([messages[0]!.text.isWellFormed(), rest!.isWellFormed()]).toEqual([true, true]);
  const fallback = rendered(markdown(`a${"👋".repeat(3_000)}`).messages[0]!).text;
  expect([fallback.isWellFormed(), fallback.length <= 4_000]).toEqual([true, true]);
});

test("a text of the bot's own is shown as it stands, however long it is", () => {
  const lines = Array.from({ length: 500 }, (_, n) => `*line* ${n}`).join("\n");
  const [message] = compose(lines, { cutNotice }).messages as SlackMessage[];
  const sections = blocksOf(message!) as { text: { text: string } }[];
  expect(sections.length).toBeGreaterThan(1);
  for (const { text } of sections) {
    expect(text).toMatchObject({ type: "plain_text" });
    expect(text.text.length).toBeLessThanOrEqual(3_000);
  }
  expect(sections.map(({ text }) => text.text).join("")).toBe(lines);
});

test("buttons stand in a row below, those that are added first", () => {
  const [message] = compose("Sure?", { cutNotice, buttons: [{ label: "No", text: "no" }] }).messages;
  const [both] = withButtons([message as SlackMessage], [{ label: "Yes", text: "yes", data: "yes:1" }]);
  expect(blocksOf(both!).at(-1)).toEqual({
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: "henji-0",
        text: { type: "plain_text", text: "Yes", emoji: false },
        value: "data:yes:1",
      },
      {
        type: "button",
        action_id: "henji-1",
        text: { type: "plain_text", text: "No", emoji: false },
        value: "text:no",
      },
    ],
  });
});

test("a handler's texts are one message; anything else is a mistake of its author", () => {
  expect(ownMessages(["one", "", undefined, "two"], { cutNotice })).toEqual([
    { text: "one\n\ntwo", as: "plain" },
  ]);
  expect(ownMessages(undefined, { cutNotice })).toEqual([]);
  expect(() => ownMessages({ type: "flex" }, { cutNotice })).toThrow(
    expect.objectContaining({ code: "handler.bad_answer" }),
  );
});
