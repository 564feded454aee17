import { defineBot } from "@henji/core/bot";
import { compose } from "@henji/core/platform/line/compose";
import { partMarked } from "@henji/core/reply/marked";
import { SUGGESTED, suggestionButtons, suggestionRule } from "@henji/core/reply/suggest";
import { describe, expect, test } from "vitest";

const asked = { suggestions: { fromModel: 2 } };
const user = { type: "user" } as const;
const labels = (buttons: readonly { label: string }[]) => buttons.map(({ label }) => label);

function part(text: string, cut = false) {
  const { text: answer, after } = partMarked({ text, cut }, [SUGGESTED]);
  return { answer, buttons: labels(suggestionButtons(after[SUGGESTED], asked, user)) };
}

describe("suggestions of the model", () => {
  test.each([
    [
      "stand behind the answer",
      "It rains.\n\n[?] And tomorrow?\n[?] Why?",
      "It rains.",
      ["And tomorrow?", "Why?"],
    ],
    ["may be missing", "It rains.", "It rains.", []],
    ["are bounded in number", "Yes.\n[?] A\n[?] B\n[?] C", "Yes.", ["A", "B"]],
    ["come once", "Yes.\n[?] A\n[?] A\n[?]\n[?] B", "Yes.", ["A", "B"]],
    ["may be parted by empty lines", "Yes.\n[?] A\n\n  [?] B\n", "Yes.", ["A", "B"]],
    ["are text where more follows", "[?] A\nYes.", "[?] A\nYes.", []],
    ["may be all there is", "[?] A\n[?] B", "", ["A", "B"]],
    ["may be items of a list, or in bold", "Yes.\n- [?] A\n1. **[?]** B", "Yes.", ["A", "B"]],
    ["are left out if they are long", `Yes.\n[?] ${"あ".repeat(101)}\n[?] B`, "Yes.", ["B"]],
    ["are shortened to what a button shows", `Yes.\n[?] ${"あ".repeat(21)}`, "Yes.", [`${"あ".repeat(19)}…`]],
  ])("%s", (_, text, answer, buttons) => {
    expect(part(text)).toEqual({ answer, buttons });
  });

  test("that were cut off are left out", () => {
    expect(part("Yes.\n[?] A\n[?] B and ", true)).toEqual({ answer: "Yes.", buttons: ["A"] });
  });

  test("say all of their text, in a group to the bot itself", () => {
    const buttons = suggestionButtons(["a".repeat(30)], asked, { type: "group" });
    expect(buttons).toEqual([
      { label: `${"a".repeat(19)}…`, text: "a".repeat(30), data: `say:${"a".repeat(30)}` },
    ]);
    const [message] = compose("Yes.", { cutNotice: "…", buttons }).messages;
    expect(message?.quickReply?.items[0]?.action).toMatchObject({ displayText: "a".repeat(30) });
  });
});

test("suggestions of bot.config.ts stand under each answer, and the model is not asked for any", () => {
  const bot = defineBot({ instructions: "You answer.", suggestions: ["More", "もっと短く"] });
  expect(labels(suggestionButtons([], bot, user))).toEqual(["More", "もっと短く"]);
  expect(suggestionRule(bot)).toBeUndefined();
  expect(suggestionRule(asked)).toContain("up to 2 short messages");
});

test.each([
  [{ fromModel: 6 }, /suggestions/],
  [["a text that is too long for a button"], /suggestions.*20 characters/],
  [["1", "2", "3", "4", "5", "6"], /suggestions/],
  [[" "], /suggestions/],
])("bot.config.ts: %j is a mistake", (suggestions, error) => {
  expect(() => defineBot({ instructions: "You answer.", suggestions })).toThrow(error);
});
