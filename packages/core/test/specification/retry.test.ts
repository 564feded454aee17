import { BotError } from "@henji/core/error";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const reasons = () => world.queue.deadLetters.messages().map(({ reason }) => reason);

const broken = () => createMemoryModel({ behave: () => "rejected" });

test("a question that was asked again is not answered again when its dead letter is moved back", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  world.say("U1", "/retry");
  await world.settle();
  world.moveBack();
  await world.settle();
  expect(world.sent().slice(1)).toEqual(["U1 reply: You said: Hello"]);
  expect(world.lines.at(-1)).toBe("turn.duplicate");
  world.say("U1", "And now?");
  await world.settle();
  expect(world.contexts.at(-1)?.match(/Hello/g)).toHaveLength(2);
});

test("a question that was asked again is answered once, even if the process died before it sent the answer", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  world.say("U1", "/retry");
  const { supersede } = world.turns;
  let isDying = true;
  world.turns.supersede = (turn) => (isDying ? new Promise(() => {}) : supersede(turn));
  await world.crash(world.worker());
  isDying = false;
  await world.run(world.worker(), 1_000);
  world.moveBack();
  await world.settle();
  expect(world.sent().slice(1)).toEqual(["U1 reply: You said: Hello"]);
});

test("a dead letter that was moved back first is answered, and can be asked again like any other question", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  world.moveBack();
  world.say("U1", "/retry");
  await world.settle();
  expect(world.sent().slice(1)).toEqual(["U1 push: You said: Hello", "U1 reply: You said: Hello"]);
});

test("/retry asks the newest message, answered or parked, and never a command", async () => {
  const failing = world.worker({ model: broken() });
  world.say("U1", "first");
  await world.settle();
  world.say("U1", "second");
  await world.run(failing, 1_000);
  world.say("U1", "/retry");
  await world.run(failing, 1_000);
  world.say("U1", "/retry");
  await world.settle();
  expect(world.asked.at(-1)).toBe("second");
  world.say("U1", "third");
  await world.settle();
  world.say("U1", "/retry");
  await world.settle();
  expect(world.asked.at(-1)).toBe("third");
});

test("a question that is asked again twice is answered once, whatever is moved back", async () => {
  world.say("U1", "Hello");
  await world.run(world.worker({ model: broken() }), 1_000);
  const { supersede } = world.turns;
  const down = new BotError("table.unavailable", "DynamoDB: down", { retry: "later" });
  // The first retry stores its answer and gets no further.
  world.turns.supersede = () => Promise.reject(down);
  world.say("U1", "/retry");
  await world.settle();
  world.turns.supersede = supersede;
  expect(reasons().map((reason) => reason?.code)).toEqual(["model.rejected", "table.unavailable"]);
  world.say("U1", "/retry");
  await world.settle();
  const answers = () => world.sent().filter((line) => line.includes("You said"));
  expect(answers()).toHaveLength(1);
  world.moveBack();
  await world.settle();
  expect(answers()).toHaveLength(1);
  expect(world.queue.deadLetters.messages()).toEqual([]);
});

test("a question that the model has refused can be asked again", async () => {
  world.say("U1", "first");
  await world.settle();
  world.say("U1", "second");
  await world.run(world.worker({ model: createMemoryModel({ behave: () => "refusal" }) }), 1_000);
  world.say("U1", "/retry");
  await world.settle();
  expect(world.asked.at(-1)).toBe("second");
});

test("/retry asks the later of two messages of one millisecond", async () => {
  const at = world.scheduler.now();
  for (let n = 1; n <= 9; n += 1) world.say("U1", `early ${n}`, at - 10_000);
  world.say("U1", "late", at - 10_000);
  while (world.queue.main.messages().length > 0) await world.run(world.worker({ model: broken() }), 1_000);
  world.say("U1", "/retry");
  await world.settle();
  // E10 sorts before E9.
  expect(world.asked.at(-1)).toBe("late");
});
