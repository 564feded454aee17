import { defineBot } from "@henji/core/bot";
import type { Chats } from "@henji/core/chat/chats";
import { BotError } from "@henji/core/error";
import { chatHash } from "@henji/core/log";
import { retry } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { createWorld, plainBot, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const { en } = ownBot.texts;

test("an answer that waits for its next attempt is not sent after its message was unsent", async () => {
  const id = world.say("U1", "My PIN is 4711");
  const refusing = {
    ...world.line.line,
    push: () => Promise.reject(new BotError("line.rate_limited", "LINE answered 429", { retry: "later" })),
    reply: () => Promise.reject(new BotError("line.rate_limited", "LINE answered 429", { retry: "later" })),
  };
  await world.run(world.worker({ line: refusing }), 1_000);
  world.unsend("U1", id);
  await world.settle();
  expect(world.sent()).toEqual([]);
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("an unsent message and its answers are erased, and its redelivery is not answered", async () => {
  const [id = ""] = await world.talk("U1", "My PIN is 4711", "/retry", "Thanks");
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
  expect(world.table.textOf("U1")).toContain("Thanks");
  await world.talk("U1", "What did I say?");
  expect(world.contexts.at(-1)).not.toContain("4711");
});

test("an unsend erases later answers that repeat the message, and keeps their questions", async () => {
  const model = createMemoryModel({
    answer: (question) => (question.startsWith("Which") ? "You said: My PIN is 4711." : `About ${question}`),
    onAsk: (_question, { input }) => void world.contexts.push(JSON.stringify(input)),
  });
  const tell = async (text: string) => {
    const id = world.say("U1", text);
    await world.run(world.worker({ model }), 1_000);
    return id;
  };
  await tell("Good morning");
  const id = await tell("My PIN is 4711");
  for (const text of ["Which PIN did I say?", "Thanks"]) await tell(text);
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
  expect(world.logged("message.erased")).toMatchObject([{ chat: chatHash("U1"), turns: 1, answers: 1 }]);
  await tell("And now?");
  expect(world.contexts.at(-1)).toBe(
    '[{"role":"user","content":"Good morning"},{"role":"assistant","content":"About Good morning"},' +
      '{"role":"user","content":"Which PIN did I say?"},{"role":"user","content":"Thanks"},' +
      '{"role":"assistant","content":"About Thanks"},{"role":"user","content":"And now?"}]',
  );
  await world.talk("U1", "/export");
  expect(world.newest()).toMatch(/> Which PIN did I say\?\n\n.*> Thanks\nAbout Thanks/s);
});

test("an unsent message that was parked is erased with the answer that it got when asked again", async () => {
  const model = createMemoryModel({ behave: () => "rejected" });
  const id = world.say("U1", "My PIN is 4711");
  await world.run(world.worker({ model }), 1_000);
  await world.talk("U1", "/retry");
  expect(world.newest()).toBe("U1 reply: You said: My PIN is 4711");
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("a declined question cannot be asked again after it was unsent", async () => {
  const model = createMemoryModel({ behave: () => "refusal" });
  const id = world.say("U1", "My PIN is 4711");
  await world.run(world.worker({ model }), 1_000);
  world.unsend("U1", id);
  await world.settle();
  await world.talk("U1", "/retry");
  expect(world.newest()).toBe(`U1 reply: ${en.nothingToRetry}`);
});

test("an answer that was given before the unsent message stays, whatever it says", async () => {
  const model = createMemoryModel({ answer: () => "There is a PIN such as 4711" });
  world.say("U1", "Name a PIN");
  await world.run(world.worker({ model }), 1_000);
  const [id = ""] = await world.talk("U1", "My PIN is 4711");
  world.unsend("U1", id);
  await world.settle();
  await world.talk("U1", "Thanks");
  expect(world.contexts.at(-1)).toContain("There is a PIN such as 4711");
  expect(world.contexts.at(-1)).not.toContain("My PIN");
});

test("an unsend erases the answer to a replayed message that repeats it, even if the unsent message came late", async () => {
  const sentAt = world.scheduler.now();
  await world.scheduler.run(sentAt + 10_000, () => false);
  world.say("U1", "Which PIN did I say?");
  await world.run(world.worker({ model: createMemoryModel({ behave: () => "rejected" }) }), 1_000);
  const id = world.say("U1", "My PIN is 4711", sentAt);
  await world.settle();
  world.moveBack();
  await world.run(world.worker({ model: createMemoryModel({ answer: () => "It is 4711" }) }), 1_000);
  expect(world.newest()).toBe("U1 push: It is 4711");
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("an unsend erases a parked answer that repeats the message", async () => {
  const [id = ""] = await world.talk("U1", "My PIN is 4711");
  const { line } = world.line;
  const refuse = () => Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  const model = createMemoryModel({ answer: () => "It is 4711" });
  world.say("U1", "Which PIN did I say?");
  await world.run(world.worker({ model, line: { ...line, reply: refuse, push: refuse } }), 1_000);
  expect(world.lines).toContain("job.parked");
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("an unsend erases the notes from a parked answer to /memory", async () => {
  const [id = ""] = await world.talk("U1", "I love marzipan");
  const now = world.scheduler.now();
  const notes = { windowStart: String(now), summary: "Aki has a sweet tooth", expiresAt: now };
  await world.chats.update("U1", await world.chats.state("U1", now), notes);
  world.say("U1", "/memory");
  const refuse = () => Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  await world.run(world.worker({ line: { ...world.line.line, reply: refuse, push: refuse } }), 1_000);
  expect(world.table.textOf("U1").split("sweet tooth")).toHaveLength(2 + 1);
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("sweet tooth");
  world.moveBack();
  await world.settle();
  expect(world.sent()).toHaveLength(1);
});

test("a message that was unsent while it waited is not answered", async () => {
  const id = world.say("U1", "My PIN is 4711");
  world.unsend("U1", id);
  await world.settle();
  expect([world.asked, world.sent()]).toEqual([[], []]);
  expect(world.logged("turn.dropped")).toMatchObject([{ because: "unsent" }]);
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("an unsend in another chat, of a message with the same id, erases nothing", async () => {
  const id = world.say("U1", "Hello");
  world.unsend("U2", id);
  await world.settle();
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
});

test("a message that arrives after its unsend is not answered", async () => {
  await world.talk("U1", "Hello");
  world.unsend("U1", "3");
  await world.settle();
  world.say("U1", "My PIN is 4711");
  await world.settle();
  expect([world.asked, world.sent()]).toEqual([["Hello"], ["U1 reply: You said: Hello"]]);
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test.each([
  ["the table cannot be read", 5],
  ["the process dies", 6],
])(
  "nothing is stored of a message that arrives after its unsend, even if %s at every attempt",
  async (what, failures) => {
    world.unsend("U1", "2");
    await world.settle();
    world.say("U1", "My PIN is 4711");
    const recall: Chats["recall"] = () =>
      what === "the process dies"
        ? new Promise(() => {})
        : Promise.reject(new BotError("table.unavailable", "DynamoDB: down", { retry: "later" }));
    for (let n = 0; n < failures; n += 1) {
      await world.crash(world.worker({ chats: { ...world.chats, recall } }));
      await world.scheduler.run(world.scheduler.now() + retry.maxDelayS * 1000, () => false);
    }
    await world.settle();
    expect([world.asked, world.sent()]).toEqual([[], []]);
    expect(world.table.textOf("U1")).not.toContain("4711");
  },
);

test("notes that contain an unsent message are dropped, and taken again without it", async () => {
  const memory = { ...ownBot.memory, highWaterTokens: 120, lowWaterTokens: 40, maxTokens: 200 };
  const noted: string[] = [];
  const answer = (content: string) => {
    const facts = [...content.matchAll(/(?:fact|PIN) \d+/g)].map(([fact]) => fact);
    noted.push([...new Set(facts)].join(", "));
    return noted.at(-1)!;
  };
  world = createWorld({ bot: defineBot({ ...plainBot, memory }), summarizer: { answer } });
  const [id = ""] = await world.talk(
    "U1",
    "My PIN 4711",
    ...Array.from({ length: 12 }, (_, n) => `fact ${n}`),
  );
  expect(world.table.textOf("U1")).toContain('"summary":"PIN 4711, fact 0');
  world.unsend("U1", id);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
  expect(world.table.textOf("U1")).toContain('"summary":""');
  await world.talk("U1", "fact 12", "fact 13", "fact 14", "fact 15");
  expect(world.table.textOf("U1")).toContain('"summary":"fact 0, fact 1');
  expect(world.contexts.at(-1)).toContain("fact 0, fact 1");
});

test("notes that cannot contain an unsent message stay", async () => {
  const memory = { ...ownBot.memory, highWaterTokens: 120, lowWaterTokens: 40, maxTokens: 200 };
  world = createWorld({
    bot: defineBot({ ...plainBot, memory }),
    summarizer: { answer: () => "Aki likes x" },
  });
  const ids = await world.talk("U1", ...Array.from({ length: 8 }, (_, n) => `fact ${n}`), "My PIN is 4711");
  world.unsend("U1", ids.at(-1)!);
  await world.settle();
  expect(world.table.textOf("U1")).toContain('"summary":"Aki likes x"');
});

test("of messages that were unsent before they arrived, the newest twenty are remembered", async () => {
  for (let n = 1; n <= 25; n += 1) {
    world.unsend("U1", `M${n}`);
    await world.settle();
  }
  const { unsent } = await world.chats.state("U1", world.scheduler.now());
  expect(unsent).toEqual(Array.from({ length: 20 }, (_, n) => `M${n + 6}`));
});
