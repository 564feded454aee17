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

test("a voice message is written down by OpenAI's transcription, and answered", async () => {
  const aki = henji.user("Aki");
  henji.model.hears("What is the time?");
  henji.model.says("Noon.");
  const voice = Buffer.from("00000020667479704d344120", "hex");
  expect(await aki.voice(voice)).toEqual(["🎤 What is the time?\n\nNoon."]);
  expect(henji.local.model!.recordings).toMatchObject([
    { model: "gpt-transcribe", fileName: "voice.m4a", languages: ["en"], bytes: new Uint8Array(voice) },
  ]);
  expect(henji.model.heard.at(-1)!.messages.at(-1)!.text).toBe("What is the time?");
});

test("a PDF is shown to the model", async () => {
  const aki = henji.user("Aki");
  henji.model.says("A bill.\n[=] A bill of 500 yen.");
  const pdf = Buffer.from("%PDF-1.7 …");
  expect(await aki.file("bill.pdf", pdf)).toEqual(["A bill."]);
  const [request] = henji.local.model!.requests.slice(-1);
  expect((request!.body.input as { content: unknown }[]).at(-1)!.content).toEqual([
    { type: "input_text", text: "[File: bill.pdf]" },
    {
      type: "input_file",
      filename: "bill.pdf",
      file_data: `data:application/pdf;base64,${pdf.toString("base64")}`,
      detail: "low",
    },
  ]);
});

test("a picture that stalls at half is fetched once more, and answered once", async () => {
  const aki = henji.user("Aki");
  const fetched = () => henji.line.requests.filter(({ operation }) => operation === "content").length;
  const before = fetched();
  henji.line.faults.add({ on: "content", times: 1, fault: { kind: "stall" } });
  henji.model.says("A cat.\n[=] A cat.");
  expect(await aki.picture(jpeg)).toEqual(["A cat."]);
  expect(fetched() - before).toBe(2);
});

test("three pictures that are sent together are shown to the model together, and answered once", async () => {
  const aki = henji.user("Aki");
  henji.model.says("Three cats.\n[=] Three cats.");
  const pictures = [1, 2, 3].map((index) =>
    henji.line.media({
      ...{ from: aki.id, type: "image", bytes: jpeg, contentType: "image/jpeg" },
      imageSet: { id: "set", index, total: 3 },
    }),
  );
  expect(await henji.deliver(...pictures)).toEqual(["Three cats."]);
  const [request] = henji.local.model!.requests.slice(-1);
  const parts = (request!.body.input as { content: { type: string }[] }[]).at(-1)!.content;
  expect(parts.map(({ type }) => type)).toEqual(["input_text", ...Array(3).fill("input_image")]);
});

test("a picture that LINE still converts is waited for", async () => {
  const aki = henji.user("Aki");
  henji.model.says("A cat.\n[=] A cat.");
  henji.line.faults.add({ on: "content", times: 1, fault: { kind: "status", status: 202, body: {} } });
  expect(await aki.picture(jpeg)).toEqual(["A cat."]);
});

test("what says that it is a picture, and is none by its bytes, is not shown to the model", async () => {
  const aki = henji.user("Aki");
  const before = henji.local.model!.requests.length;
  expect(await aki.picture(Buffer.from("<html>"), { contentType: "image/jpeg" })).toEqual([
    expect.stringMatching(/can.t open this/),
  ]);
  expect(henji.local.model!.requests).toHaveLength(before);
});

test.each([
  ["that LINE has no more", 410, /no longer there/],
  ["that LINE never had", 404, /no longer there/],
])("for a picture %s its user is told so once", async (_, status, sentence) => {
  const aki = henji.user("Aki");
  henji.line.faults.add({ on: "content", times: 1, fault: { kind: "status", status } });
  expect(await aki.picture(jpeg)).toEqual([expect.stringMatching(sentence)]);
});

test("a picture that is too large is not read to its end", async () => {
  const aki = henji.user("Aki");
  expect(await aki.picture(Buffer.concat([jpeg, Buffer.alloc(5 * 1024 * 1024)]))).toEqual([
    expect.stringMatching(/too large/),
  ]);
});
