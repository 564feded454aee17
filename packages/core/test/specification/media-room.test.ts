import { defineBot } from "@henji/core/bot";
import { beforeEach, expect, test } from "vitest";
import { createWorld, plainBot, type World } from "./world.ts";

const MB = 1024 * 1024;
const provider = { contentProvider: { type: "line" } };
const image = { type: "image", ...provider };
const audio = { type: "audio", duration: 600_000, ...provider };

let world: World;
/** How many are listened to, or shown to the model, at this moment. */
let heard: number;
let shown: number;
let end: () => void;

beforeEach(() => {
  const media = { pictures: { maxMb: 8 }, voice: { maxSeconds: 600 } };
  world = createWorld({ bot: defineBot({ ...plainBot, media }) });
  [heard, shown] = [0, 0];
});

/** A worker that has all of this in one batch; listening and asking go on until `end` is called. */
async function begin(messages: readonly object[], bytes: { image?: number; audio?: number }): Promise<void> {
  const ended = Promise.withResolvers<void>();
  end = ended.resolve;
  for (const [n, message] of messages.entries()) {
    const id = String(100 + n);
    world.line.giveToken(`token ${id}`, `U${n}`, 60_000);
    world.put(`U${n}`, { type: "message", replyToken: `token ${id}`, message: { id, ...message } });
  }
  const kinds = new Map(
    messages.map((message, n) => [String(100 + n), message === audio ? "audio" : "image"]),
  );
  const content = async (ref: string) => {
    const isAudio = kinds.get(ref) === "audio";
    const length = (isAudio ? bytes.audio : bytes.image) ?? 0;
    return { bytes: new Uint8Array(length), type: isAudio ? "audio/x-m4a" : "image/jpeg" };
  };
  const transcribe = async () => {
    heard += 1;
    await ended.promise;
    return "Hello";
  };
  const ask: typeof world.model.ask = async (context, options) => {
    shown += 1;
    await ended.promise;
    return world.model.ask(context, options);
  };
  await world.run(world.worker({ content, transcriber: { transcribe }, model: { ask } }), 100);
}

test("of long voice messages, only as many are held at once as a worker's memory has room for", async () => {
  await begin(Array(5).fill(audio), { audio: 12_000_000 });
  expect(heard).toBe(2);
  end();
  await world.settle();
  expect(world.sent()).toHaveLength(5);
});

test("short ones do not wait for each other", async () => {
  await begin(Array(5).fill(audio), { audio: 100_000 });
  expect(heard).toBe(5);
});

test("voice and pictures share that room", async () => {
  await begin([image, image, audio], { image: 8 * MB, audio: 12_000_000 });
  expect(shown + heard).toBe(2);
  end();
  await world.settle();
  expect(world.sent()).toHaveLength(3);
});
