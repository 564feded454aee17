import { type BotConfig, defineBot } from "@henji/core/bot";
import { costOf } from "@henji/core/usage/usage";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
const { en } = ownBot.texts;
const picture = { bytes: Buffer.from("ffd8ffe000104a464946", "hex"), type: "image/jpeg" };
const image = { type: "image", contentProvider: { type: "line" } };
const pdf = { bytes: Buffer.from("%PDF-1.7"), type: "application/octet-stream" };
const file = { type: "file", fileName: "a.pdf", fileSize: 8 };
const voice = { bytes: Buffer.from("Hello"), type: "audio/x-m4a" };
const audio = { type: "audio", duration: 20_000, contentProvider: { type: "line" } };

const open = (media: BotConfig["media"]) => createWorld({ bot: defineBot({ ...plainBot, media }) });
const usage = () => world.table.turnsOf("U1")[0]?.usage?.media;

beforeEach(() => {
  world = open({ pictures: { perDay: 2 }, files: { perDay: 1 }, voice: { secondsPerDay: 50 } });
});

describe("the limits of a day", () => {
  test.each([
    ["pictures", image, picture, 2],
    ["files", file, pdf, 1],
    ["voice", audio, voice, 2],
  ])("hold for %s: the user is told once in a while", async (_, message, content, most) => {
    for (let n = 0; n < most + 2; n += 1) await world.send("U1", message, content);
    expect(world.asked).toHaveLength(most);
    expect(world.sent().slice(most)).toEqual([`U1 reply: ${en.mediaLimit}`]);
    await world.talk("U1", "Are you there?");
    expect(world.newest()).toContain("You said: Are you there?");
  });

  test("count what is looked at again, which then is left out", async () => {
    await world.send("U1", image, picture);
    await world.talk("U1", "One?", "Two?");
    expect(world.inputs.map((input) => input.at(-1)?.attachments?.length ?? 0)).toEqual([1, 1, 0]);
    expect(usage()).toEqual({ pictures: 2, files: 0, voiceSeconds: 0 });
  });

  test("count voice that was a command, or in which nothing was said", async () => {
    await world.send("U1", audio, { ...voice, bytes: Buffer.from("/help") });
    expect(usage()).toEqual({ pictures: 0, files: 0, voiceSeconds: 20 });
    await world.send(
      "U1",
      { ...audio, duration: undefined },
      { ...voice, bytes: Buffer.from(" ".repeat(8_000)) },
    );
    expect(usage()).toEqual({ pictures: 0, files: 0, voiceSeconds: 21 });
  });

  test("are those of one user, and of one day", async () => {
    for (let n = 0; n < 3; n += 1) await world.send("U1", image, picture);
    await world.send("U2", image, picture);
    expect(world.newest()).toContain("U2 reply: You said: [Picture]");
    await world.scheduler.run(world.scheduler.now() + 24 * 60 * 60_000, () => false);
    await world.send("U1", image, picture);
    expect(world.newest()).toContain("U1 reply: You said: [Picture]");
  });
});

test("what was looked at is no more counted for a turn that was erased, but stays in its user's day", async () => {
  await world.send("U1", image, picture);
  world.unsend("U1", "1");
  await world.settle();
  const [turn] = world.table.turnsOf("U1");
  expect(turn?.media).toBeUndefined();
  expect(turn?.usage?.media).toEqual({ pictures: 1, files: 0, voiceSeconds: 0 });
});

test("a minute of voice has a price", () => {
  const { prices } = ownBot.model;
  const none = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  const media = { pictures: 9, files: 9, voiceSeconds: 60 };
  expect(costOf({ ...none, media }, prices)).toBe(0.0045);
});

test("the largest picture that a bot may allow is shown, and with one question no more than that", async () => {
  world = open({ pictures: { maxMb: 8 } });
  const largest = { ...picture, bytes: Buffer.concat([picture.bytes], 8 * 1024 * 1024) };
  await world.send("U1", image, largest);
  expect(world.inputs.at(-1)?.at(-1)?.attachments).toHaveLength(1);
  const set = (index: number) => ({ ...image, imageSet: { id: "S", index, total: 2 } });
  await world.send("U2", set(1), largest);
  await world.send("U2", set(2), largest);
  expect(world.inputs.at(-1)?.at(-1)).toMatchObject({
    content: "[2 pictures]",
    attachments: [{ kind: "picture" }],
  });
});

test("a picture that is asked about once more counts once more", async () => {
  await world.send("U1", image, picture);
  await world.talk("U1", "/retry", "/retry", "/retry");
  const shown = world.inputs.filter((input) => input.at(-1)?.attachments?.length === 1);
  expect([shown.length, world.newest()]).toEqual([2, `U1 reply: ${en.mediaLimit}`]);
});

describe("a file", () => {
  test.each([
    ["without bytes", file, { ...pdf, bytes: Buffer.alloc(0) }, en.mediaGone],
    ["that LINE says is too large", { ...file, fileSize: 5 * 1024 * 1024 + 1 }, pdf, en.mediaTooLarge],
    [
      "that turns out to be too large",
      file,
      { ...pdf, bytes: Buffer.alloc(5 * 1024 * 1024 + 1) },
      en.mediaTooLarge,
    ],
    ["that is no PDF", file, { ...pdf, bytes: Buffer.from("PK") }, en.notUnderstood],
    [
      "whose end is the name of something else",
      { ...file, fileName: "a.constructor" },
      pdf,
      en.notUnderstood,
    ],
    ["that no model reads", { ...file, fileName: "a.exe" }, pdf, en.notUnderstood],
  ])("%s gets a kind sentence", async (_, message, content, sentence) => {
    await world.send("U1", message, content);
    expect([world.sent(), world.asked]).toEqual([[`U1 reply: ${sentence}`], []]);
  });

  test.each([
    ["bill.PDF", pdf.bytes, "application/pdf"],
    ["notes.txt", Buffer.from("Hi"), "text/plain"],
    ["表.xlsx", Buffer.from("PK"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ])("%s is shown to the model", async (fileName, bytes, type) => {
    await world.send("U1", { ...file, fileName }, { ...pdf, bytes });
    expect(world.inputs[0]?.at(-1)).toMatchObject({
      content: `[File: ${fileName}]`,
      attachments: [
        { kind: "file", name: fileName, data: `data:${type};base64,${bytes.toString("base64")}` },
      ],
    });
  });
});

test("of a video the preview picture is shown to the model", async () => {
  await world.send("U1", { type: "video", duration: 60_000, contentProvider: { type: "line" } }, picture);
  expect(world.inputs[0]?.at(-1)).toMatchObject({ content: "[Video]", attachments: [{ kind: "picture" }] });
});

test.each<[BotConfig["media"], RegExp]>([
  [{ pictures: { detail: "auto" as "low" } }, /media\.pictures\.detail/],
  [{ pictures: { maxMb: 9 } }, /media\.pictures\.maxMb/],
  [{ voice: { maxSecond: 9 } as object }, /media\.voice\.maxSecond: unknown; did you mean maxSeconds/],
  [{ files: { perDay: 0 } }, /media\.files\.perDay/],
  [{ picture: {} } as object, /media\.picture: unknown; did you mean pictures/],
])("bot.config.ts: media %j is a mistake", (media, error) => {
  expect(() => defineBot({ instructions: "You answer.", media })).toThrow(error);
});
