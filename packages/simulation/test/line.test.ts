import { createLine, type Line } from "@henji/core/line/api";
import { beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

/** A LINE that answers every request like this. */
function answering(status: number, message: string): Line {
  const headers = new Headers({ "x-line-request-id": "r1" });
  // The real class reads its body in real time.
  const response = { status, headers, text: async () => JSON.stringify({ message }) } as Response;
  const fetch = async () => response;
  return createLine({ channelAccessToken: "token", clock: world.scheduler, fetch });
}

const reasons = () => world.queue.deadLetters.messages().map(({ reason }) => reason);

test.each([
  ["'my secret' is not allowed", "LINE /v2/bot/message/push answered 400 (request r1)"],
  [
    "The request body has 2 error(s)",
    'LINE /v2/bot/message/push answered 400 "The request body has 2 error(s)" (request r1)',
  ],
  [
    "Failed to send messages",
    'LINE /v2/bot/message/push answered 400 "Failed to send messages" (request r1)',
  ],
  ["The request body has my secret error(s)", "LINE /v2/bot/message/push answered 400 (request r1)"],
])("of LINE's words, which may quote a user, only constant ones are kept: %s", async (message, reason) => {
  world.say("U1", "Hello");
  expect(await world.run(world.worker({ line: answering(400, message) }), 5_000)).toEqual([]);
  expect(reasons()).toMatchObject([{ code: "line.rejected", reason }]);
  expect(world.printed.join()).not.toContain("secret");
});

test("an answer that may have arrived is not pushed when an operator moves it back", async () => {
  world.say("U1", "Hello");
  const { line } = world.line;
  const lossy: Line = {
    ...line,
    async reply(token, messages) {
      await line.reply(token, messages);
      return answering(500, "").reply(token, messages);
    },
  };
  while (world.queue.main.messages().length > 0) await world.run(world.worker({ line: lossy }), 10_000);
  expect(reasons()).toMatchObject([{ code: "line.unavailable" }]);
  for (let moves = 0; moves < 2; moves += 1) {
    world.moveBack();
    await world.settle();
    expect(reasons()).toMatchObject([{ code: "delivery.unclear" }]);
  }
  expect(world.sent()).toEqual(["U1 reply: You said: Hello"]);
});
