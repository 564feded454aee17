import { togetherWaitS } from "@henji/core/settings";
import type { MemoryContent } from "@henji/simulation";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, type World } from "./world.ts";

const { en } = ownBot.texts;
const provider = { contentProvider: { type: "line" } };
const jpeg: MemoryContent = { bytes: Buffer.from("ffd8ffe000104a464946", "hex"), type: "image/jpeg" };
const image = { type: "image", ...provider };
const voice: MemoryContent = { bytes: Buffer.from("What is the time?"), type: "audio/x-m4a" };
const audio = { type: "audio", duration: 4_200, ...provider };
const pdf: MemoryContent = { bytes: Buffer.from("%PDF-1.7 …"), type: "application/pdf" };
const file = { type: "file", fileName: "bill.pdf", fileSize: 12 };

type Sent = { message: object; content: MemoryContent };
type Kind = { name: string; sent: readonly Sent[]; said: string; asked: number };

const kinds: readonly Kind[] = [
  { name: "a picture", sent: [{ message: image, content: jpeg }], said: "I see.", asked: 1 },
  {
    name: "three pictures together",
    sent: [1, 2, 3].map((index) => ({
      message: { ...image, imageSet: { id: "S", index, total: 3 } },
      content: jpeg,
    })),
    said: "I see.",
    asked: 1,
  },
  {
    name: "a voice message",
    sent: [{ message: audio, content: voice }],
    said: "🎤 What is the time?\n\nI see.",
    asked: 1,
  },
  { name: "a PDF", sent: [{ message: file, content: pdf }], said: "I see.", asked: 1 },
  {
    name: "a picture that is gone",
    sent: [{ message: image, content: { ...jpeg, status: 410 } }],
    said: en.mediaGone,
    asked: 0,
  },
  {
    name: "a picture that is too large",
    sent: [{ message: image, content: { ...jpeg, bytes: Buffer.alloc(5 * 1024 * 1024 + 1) } }],
    said: en.mediaTooLarge,
    asked: 0,
  },
  {
    name: "a picture that stalls at half, once",
    sent: [{ message: image, content: { ...jpeg, stalls: true, times: 1 } }],
    said: "I see.",
    asked: 1,
  },
];

let world: World;
beforeEach(() => {
  world = newWorld();
});

/** A model that says what it sees, if it is told to. */
function newWorld(): World {
  return createWorld({
    model: {
      answer: (_, { input }) =>
        input.some(({ role }) => role === "developer") ? "I see.\n[=] Something grey." : "I see.",
    },
  });
}

function put({ sent }: Kind): void {
  for (const [n, { message, content }] of sent.entries()) {
    const [id, replyToken] = [`M${n}`, `token ${n}`];
    world.line.keep(id, content);
    world.line.giveToken(replyToken, "U1", 60_000);
    world.put("U1", { type: "message", replyToken, message: { id, ...message } });
  }
}

/** Everything that happens by itself, until all reminders were due. */
async function settle(): Promise<void> {
  for (const seconds of [...Array<number>(4).fill(togetherWaitS.known), ownBot.slow.pushAfterS]) {
    await world.settle();
    await world.scheduler.run(world.scheduler.now() + seconds * 1000, () => false);
  }
  await world.settle();
}

/** What its user got; that it takes long, they may be told beside it. */
function said(): (string | undefined)[] {
  const texts = world.line.sent.flatMap(({ messages }) => messages.map(({ text }) => text));
  return texts.filter((text) => text !== en.stillThinking);
}

type Death = { when: "before" | "after"; call: number };

/** A worker that dies at one of its calls, counted over everything that it asks. */
function mortal({ when, call }: Death) {
  const stuck = new Promise<never>(() => {});
  const calls: string[] = [];

  function dying<T>(name: string, run: () => T): T | Promise<never> {
    if (calls.length > call) return stuck;
    calls.push(name);
    if (calls.length <= call) return run();
    return when === "before" ? stuck : Promise.resolve(run()).then(() => stuck);
  }

  function port<T extends object>(name: string, target: T): T {
    return new Proxy(target, {
      get(all, key) {
        const method = Reflect.get(all, key);
        if (typeof method !== "function") return method;
        return (...given: unknown[]) =>
          dying(`${name}.${String(key)}`, () => Reflect.apply(method, all, given));
      },
    });
  }

  const { line, turns, chats, model, transcriber } = world;
  const worker = world.worker({
    ...{ line: port("line", line.line), turns: port("turns", turns), chats: port("chats", chats) },
    ...{ model: port("model", model), transcriber: port("transcriber", transcriber) },
    content: (...given) => dying("line.content", () => line.content(...given)),
  });
  return { worker, diedAt: () => (calls.length > call ? `${when} ${calls[call]}` : undefined) };
}

/** @returns at which call its worker died, if it makes so many; and what its user got */
async function dieAt(kind: Kind, death: Death) {
  world = newWorld();
  put(kind);
  const { worker, diedAt } = mortal(death);
  await world.crash(worker, 12_000);
  await settle();
  return { died: diedAt(), said: said() };
}

describe.each(kinds)("$name", (kind) => {
  test("is answered once", async () => {
    put(kind);
    await settle();
    expect(said()).toEqual([kind.said]);
    expect(world.asked).toHaveLength(kind.asked);
  });

  test.each(["before", "after"] as const)("is answered once if its worker dies %s any call", async (when) => {
    const found: Awaited<ReturnType<typeof dieAt>>[] = [];
    do found.push(await dieAt(kind, { when, call: found.length }));
    while (found.at(-1)?.died);
    found.pop();
    expect(found.length).toBeGreaterThan(5);
    expect(found.map(({ died }) => died)).toContain(`${when} line.content`);
    expect(found).toEqual(found.map(({ died }) => ({ died, said: [kind.said] })));
  });
});
