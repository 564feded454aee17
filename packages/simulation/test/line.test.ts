import { createLine, type Line } from "@henji/core/line/api";
import { beforeEach, expect, test } from "vitest";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

/** A LINE that answers every request like this. */
function answering(status: number, message: string): Line {
  const fetch = async () => Response.json({ message }, { status, headers: { "x-line-request-id": "r1" } });
  return createLine({ channelAccessToken: "token", clock: world.scheduler, fetch });
}

const reasons = () => world.queue.deadLetters.messages().map(({ reason }) => reason);

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
