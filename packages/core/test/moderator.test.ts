import { createModerator } from "@henji/core/model/lazy-moderator";
import { createModelSimulator } from "@henji/model-simulator";
import { expect, test } from "vitest";

function setUp() {
  const simulator = createModelSimulator();
  const { fetch } = simulator;
  const moderator = createModerator({ apiKey: "key", fetch: fetch as typeof globalThis.fetch });
  const moderate = (text: string, pictures: string[] = []) =>
    moderator.moderate({ text, pictures }, new AbortController().signal);
  return { simulator, moderate };
}

const picture = (n: number) => `data:image/jpeg;base64,${n}`;

test("a text and its first picture are looked at together, and each other picture by itself", async () => {
  const { simulator, moderate } = setUp();
  expect(await moderate("Look!", [picture(1), picture(2), picture(3)])).toEqual([]);
  expect(simulator.moderated.map(({ text, pictures }) => [text, ...pictures])).toEqual([
    ["Look!", picture(1)],
    ["", picture(2)],
    ["", picture(3)],
  ]);
  expect(simulator.moderated[0]?.model).toBe("omni-moderation-latest");
});

test("nothing is asked about nothing", async () => {
  const { simulator, moderate } = setUp();
  expect(await moderate("")).toEqual([]);
  expect(simulator.moderated).toEqual([]);
});

test("what is flagged is told by its categories, also if something else could not be looked at", async () => {
  const { simulator, moderate } = setUp();
  simulator.judgeWith(({ pictures: [url] }) => {
    if (url === picture(1)) throw new Error("down");
    return url === picture(2) ? ["violence", "hate"] : [];
  });
  expect(await moderate("Look!", [picture(1), picture(2)])).toEqual(["hate", "violence"]);
});

test("what could not be looked at is an error", async () => {
  const { simulator, moderate } = setUp();
  simulator.judgeWith(() => {
    throw new Error("down");
  });
  await expect(moderate("Look!")).rejects.toMatchObject({ code: "model.unavailable" });
});
