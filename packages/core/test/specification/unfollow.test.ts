import { chatHash } from "@henji/core/log";
import { maxEventAgeMs } from "@henji/core/settings";
import { createMemoryModel } from "@henji/simulation";
import { beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

test("a late unfollow erases answers that were given after it, and keeps their questions", async () => {
  await world.talk("U1", "My PIN is 4711");
  const blockedAt = world.scheduler.now() - 500;
  await world.talk("U1", "Which PIN did I say?");
  world.unfollow("U1", blockedAt);
  await world.settle();
  expect(world.table.textOf("U1")).not.toMatch(/4711|You said/);
  expect(world.logged("chat.erased")).toMatchObject([{ turns: 2 }]);
  expect(world.table.textOf("U1")).toContain("Which PIN did I say?");
});

test("a late unfollow erases a repeated question with its answer", async () => {
  await world.talk("U1", "My PIN is 4711");
  const blockedAt = world.scheduler.now() - 500;
  await world.talk("U1", "/retry");
  expect(world.asked).toHaveLength(2);
  world.unfollow("U1", blockedAt);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("a late unfollow keeps a question that was first asked after it, also if it was repeated", async () => {
  await world.talk("U1", "My PIN is 4711");
  const blockedAt = world.scheduler.now() - 500;
  await world.talk("U1", "Which day is it?", "/retry");
  world.unfollow("U1", blockedAt);
  await world.settle();
  expect(world.table.textOf("U1")).not.toMatch(/4711|You said/);
  expect(world.table.textOf("U1").split('"question":"[{')).toHaveLength(2 + 1);
});

test("a late unfollow erases a repeated question of its own millisecond", async () => {
  const blockedAt = world.scheduler.now();
  await world.talk("U1", "My PIN is 4711", "/retry");
  world.unfollow("U1", blockedAt);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test.each([
  ["before both repetitions", 0],
  ["between the two", 1],
])(
  "a late unfollow erases a question that was repeated twice, if the unfollow happened %s",
  async (_, retriesBefore) => {
    await world.talk("U1", "My PIN is 4711", ...Array<string>(retriesBefore).fill("/retry"));
    const blockedAt = world.scheduler.now() - 500;
    await world.talk("U1", ...Array<string>(2 - retriesBefore).fill("/retry"));
    expect(world.asked).toHaveLength(3);
    world.unfollow("U1", blockedAt);
    await world.settle();
    expect(world.table.textOf("U1")).not.toContain("4711");
  },
);

test("a question that was parked after a late unfollow can still be replayed", async () => {
  await world.talk("U1", "Hello");
  const blockedAt = world.scheduler.now() - 500;
  const model = createMemoryModel({ behave: () => "rejected" });
  world.say("U1", "Which day is it?");
  await world.run(world.worker({ model }), 1_000);
  expect(world.lines).toContain("job.parked");
  world.unfollow("U1", blockedAt);
  await world.settle();
  world.moveBack();
  await world.settle();
  expect(world.newest()).toContain("You said: Which day is it?");
});

test("an unfollow erases a message of its own millisecond that came before it", async () => {
  const at = world.scheduler.now();
  world.say("U1", "My PIN is 4711", at);
  world.unfollow("U1", at);
  await world.settle();
  expect(world.asked).toHaveLength(1);
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("a message from before an unfollow is not answered, however late it comes", async () => {
  await world.talk("U1", "Hello");
  await world.talk("U1", "Hello again");
  const sentAt = world.scheduler.now() - 500;
  const blockedEarlierAt = sentAt - 1_000;
  world.unfollow("U1");
  await world.settle();
  world.unfollow("U1", blockedEarlierAt);
  await world.settle();
  world.say("U1", "My PIN is 4711", sentAt);
  await world.settle();
  expect(world.asked).toEqual(["Hello", "Hello again"]);
  expect(world.table.textOf("U1")).not.toContain("4711");
});

test("an unfollow erases everything that its user has said, and no other chat", async () => {
  await world.talk("U1", "My PIN is 4711", "Thanks");
  await world.talk("U2", "Hello");
  const eventId = world.unfollow("U1");
  await world.settle();
  expect(world.logged("chat.erased")).toMatchObject([{ eventId, chat: chatHash("U1"), turns: 2 }]);
  expect(world.table.textOf("U1")).not.toMatch(/4711|Thanks/);
  expect(world.table.textOf("U2")).toContain("Hello");
});

test("an unfollow erases, however old it is", async () => {
  await world.talk("U1", "My PIN is 4711");
  const blockedAt = world.scheduler.now();
  await world.scheduler.run(blockedAt + maxEventAgeMs + 1, () => false);
  world.unfollow("U1", blockedAt);
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});
