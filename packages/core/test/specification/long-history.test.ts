import type { Chats } from "@henji/core/chat/chats";
import { worker as settings } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";
import { createWorld, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});

let reads = 0;

beforeEach(async () => {
  reads = 0;
  await world.talk("U1", ...Array.from({ length: 300 }, (_, n) => `My PIN is ${4711 + n}`));
});

/** One invocation; each page takes 35 s. */
function invocation(): Promise<string[] | "still running"> {
  const chats: Chats = {
    ...world.chats,
    async page(...range) {
      reads += 1;
      await new Promise<void>((resolve) => world.scheduler.after(35_000, resolve));
      return world.chats.page(...range);
    },
  };
  return world.run(world.worker({ chats }), settings.timeoutS * 1000);
}

test("erasing a long history stops in time, and the next attempt goes on where it stopped", async () => {
  world.unfollow("U1");
  for (let n = 0; world.queue.main.messages().length > 0; n += 1) {
    expect([n, await invocation()]).not.toEqual([n, "still running"]);
    expect(n).toBeLessThan(9);
  }
  expect(world.table.textOf("U1")).not.toContain("My PIN");
  for (const { code } of world.logged("job.retry")) expect(code).toBe("chat.not_erased_yet");
  // Eight pages; each attempt except the last stops at a page that the next one reads again.
  expect(reads).toBeGreaterThanOrEqual(8);
  expect(reads).toBeLessThanOrEqual(8 + 3);
});

test("after a late erasure that was interrupted, the next erasure still erases everything", async () => {
  world.unfollow("U1", start + 500);
  expect(await invocation()).toHaveLength(1);
  await world.settle();
  expect(world.table.textOf("U1")).toContain("My PIN");
  world.unfollow("U1");
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("My PIN");
});

test("the search for an unsent message stops in time, and is completed when reads are fast again", async () => {
  world.unsend("U1", "1");
  expect(await invocation()).toHaveLength(1);
  expect(world.lines).toContain("job.retry");
  await world.settle();
  expect(world.table.textOf("U1")).not.toContain("4711");
});
