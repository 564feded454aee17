import { afterAll, beforeAll, expect, test } from "vitest";
import { type Henji, startHenji } from "../src/testing.ts";
import { writeBotConfig } from "./bot-config.ts";
import { useDirectory } from "./directory.ts";

const directory = useDirectory("file");
let henji: Henji;
beforeAll(async () => {
  const change = (text: string) => text.replace("defineBot({", "defineBot({\n  moderation: true,");
  henji = await startHenji({ botConfig: writeBotConfig(directory.path, change) });
});
afterAll(() => henji.stop());

test("what OpenAI's moderation flags is refused, and the next question answered", async () => {
  const aki = henji.user("Aki");
  henji.model.says("Of course.");
  henji.model.flags("poison");
  expect(await aki.say("Where can I buy poison?")).toEqual(["Sorry, I can't help with that."]);
  expect(await aki.say("And flowers?")).toEqual(["Of course."]);
  expect(henji.local.model!.moderated.map(({ text }) => text)).toEqual([
    "Where can I buy poison?",
    "And flowers?",
  ]);
  henji.model.reset();
  expect(henji.model.heard).toEqual([]);
});
