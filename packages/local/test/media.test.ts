import { afterAll, beforeAll, expect, test } from "vitest";
import { type Henji, startHenji } from "../src/testing.ts";

let henji: Henji;
beforeAll(async () => {
  henji = await startHenji();
});
afterAll(() => henji.stop());

const jpeg = Buffer.from("ffd8ffe000104a464946", "hex");

test("a picture is fetched from LINE and shown to the model; what the model says of it is all that is kept", async () => {
  const aki = henji.user("Aki");
  henji.model.says("A cat, I think.\n[=] A photo of a grey cat.");
  expect(await aki.picture(jpeg)).toEqual(["A cat, I think."]);
  const [request] = henji.local.model!.requests.slice(-1);
  const parts = (request!.body.input as { content: unknown }[]).at(-1)!.content;
  expect(parts).toEqual([
    { type: "input_text", text: "[Picture]" },
    {
      type: "input_image",
      image_url: `data:image/jpeg;base64,${jpeg.toString("base64")}`,
      detail: "high",
    },
  ]);
  await aki.say("Are you sure?");
  const heard = henji.model.heard.at(-1)!.messages.map(({ text }) => text);
  expect(heard).toEqual(expect.arrayContaining(["[Picture: A photo of a grey cat.]", "A cat, I think."]));
});
