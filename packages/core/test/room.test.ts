import { createRoom } from "@henji/core/reply/room";
import { expect, test } from "vitest";

/** A room, and who is in it by name. */
function roomOf(bytes: number) {
  const enter = createRoom(bytes);
  const inside: string[] = [];
  const visit = (name: string, most: number) =>
    enter(most).then((held) => {
      inside.push(name);
      return held;
    });
  return { inside, visit };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

test("who comes waits until there is room for the most that they may need", async () => {
  const { inside, visit } = roomOf(20);
  const first = await visit("first", 10);
  await visit("second", 10);
  void visit("third", 10);
  await turns();
  expect(inside).toEqual(["first", "second"]);
  first.leave();
  await turns();
  expect(inside).toEqual(["first", "second", "third"]);
});

test("what is not needed is free for others at once", async () => {
  const { inside, visit } = roomOf(20);
  for (const name of ["1", "2", "3", "4", "5", "6"]) {
    void visit(name, 10).then((held) => held.keep(2));
  }
  await turns();
  expect(inside).toEqual(["1", "2", "3", "4", "5", "6"]);
});

test("nobody overtakes who needs more", async () => {
  const { inside, visit } = roomOf(20);
  const first = await visit("first", 15);
  void visit("large", 10);
  void visit("small", 1);
  await turns();
  expect(inside).toEqual(["first"]);
  first.leave();
  await turns();
  expect(inside).toEqual(["first", "large", "small"]);
});

test("what turns out larger than it was said is made up for by those after it", async () => {
  const { inside, visit } = roomOf(20);
  const first = await visit("first", 10);
  first.keep(25);
  void visit("second", 10);
  await turns();
  expect(inside).toEqual(["first"]);
  first.leave();
  await turns();
  expect(inside).toEqual(["first", "second"]);
});
