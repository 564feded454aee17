import { BotError } from "@henji/core/error";
import { chatHash } from "@henji/core/log";
import { beforeEach, expect, test } from "vitest";
import { createWorld, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

const letters = () => world.queue.deadLetters.messages();

test("a dead letter and the log have the reason, the chat and the number of attempts", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  const failing = () =>
    Promise.reject(new BotError("line.unavailable", "LINE answered 500", { retry: "later" }));
  await world.run(world.worker({ line: { ...line, reply: failing, push: failing } }), 10_000);
  const refusing = () =>
    Promise.reject(new BotError("line.rejected", "LINE answered 400", { retry: "never" }));
  await world.run(world.worker({ line: { ...line, reply: refusing, push: refusing } }), 1_000);
  const reason = { code: "line.rejected", reason: "LINE answered 400", attempts: 2 };
  expect(letters()).toMatchObject([{ chatId: "U1", reason: { ...reason, receivedAt: start } }]);
  expect(world.logged("job.parked")).toMatchObject([
    { level: "error", eventId: "E1", chat: chatHash("U1"), ...reason },
  ]);
});

test("an unreadable message is parked too, without an apology", async () => {
  world.queue.main.send({ chatId: "U1", deduplicationId: "1", body: "{}" });
  expect(await world.run(world.worker(), 1_000)).toEqual([]);
  const reason = { code: "job.unreadable", attempts: 1 };
  expect(letters()).toMatchObject([{ chatId: "U1", body: "{}", reason: { ...reason, receivedAt: 0 } }]);
  expect(world.logged("job.parked")).toMatchObject([{ chat: chatHash("U1"), ...reason }]);
  expect(world.sent()).toEqual([]);
});
