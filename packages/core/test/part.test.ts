import { partAnswer } from "@henji/core/reply/part";
import { expect, test } from "vitest";

const asked = { suggestions: { fromModel: 2 } };
const part = (text: string, { cut = false, isSeen = true } = {}) => partAnswer({ text, cut }, asked, isSeen);

test.each([
  ["ends the answer", "A cat.\n[=] A grey cat.", "A cat.", [], ["A grey cat."]],
  ["comes after suggestions", "A cat.\n[?] Why?\n[=] A cat.", "A cat.", ["Why?"], ["A cat."]],
  ["comes before suggestions", "A cat.\n[=] A cat.\n[?] Why?", "A cat.", ["Why?"], ["A cat."]],
  ["stands within the answer", "A cat.\n[=] A cat.\nOn a sofa.", "A cat.\nOn a sofa.", [], ["A cat."]],
  ["is in bold, or an item", "A cat.\n- **[=]** A cat.", "A cat.", [], ["A cat."]],
  ["is missing", "A cat.\n[?] Why?", "A cat.", ["Why?"], []],
  ["is all there is", "[=] A cat.", "A cat.", [], ["A cat."]],
  ["is all there is beside suggestions", "[?] Why?\n[=] A cat.", "[?] Why?", [], ["A cat."]],
])("what the model has seen is no part of the answer: it %s", (_, text, shown, suggested, seen) => {
  expect(part(text)).toEqual({ text: shown, suggested, seen });
});

test("if the answer was cut, a half suggestion is left out, and half of what was seen is better than nothing", () => {
  expect(part("A cat.\n[?] Why?\n[?] Wh", { cut: true })).toMatchObject({ suggested: ["Why?"], seen: [] });
  expect(part("A cat.\n[?] Why?\n[=] A gr", { cut: true })).toMatchObject({
    suggested: ["Why?"],
    seen: ["A gr"],
  });
});

test("a model that was shown nothing may begin a line so", () => {
  expect(part("Use\n[=] as a sign", { isSeen: false })).toEqual({
    ...{ text: "Use\n[=] as a sign", suggested: [], seen: [] },
  });
});
