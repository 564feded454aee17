import { createRoom, type Held } from "@henji/core/reply/room";
import { expect, test } from "vitest";

/** Comes in, and is told of by its name. */
function visit(enter: (most: number) => Promise<Held>, inside: string[], name: string, most: number) {
  return enter(most).then((held) => {
    inside.push(name);
    return held;
  });
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

test("who comes waits until there is room for the most that they may need", async () => {
  const enter = createRoom(20);
  const inside: string[] = [];
  const first = await visit(enter, inside, "first", 10);
  await visit(enter, inside, "second", 10);
  void visit(enter, inside, "third", 10);
  await turns();
  expect(inside).toEqual(["first", "second"]);
  first.leave();
  await turns();
  expect(inside).toEqual(["first", "second", "third"]);
});

test("what is not needed is free for others at once", async () => {
  const enter = createRoom(20);
  const inside: string[] = [];
  for (const name of ["1", "2", "3", "4", "5", "6"]) {
    void visit(enter, inside, name, 10).then((held) => held.keep(2));
  }
  await turns();
  expect(inside).toEqual(["1", "2", "3", "4", "5", "6"]);
});

test("nobody overtakes who needs more", async () => {
  const enter = createRoom(20);
  const inside: string[] = [];
  const first = await visit(enter, inside, "first", 15);
  void visit(enter, inside, "large", 10);
  void visit(enter, inside, "small", 1);
  await turns();
  expect(inside).toEqual(["first"]);
  first.leave();
  await turns();
  expect(inside).toEqual(["first", "large", "small"]);
});

test("what turns out larger than it was said is made up for by those after it", async () => {
  const enter = createRoom(20);
  const inside: string[] = [];
  const first = await visit(enter, inside, "first", 10);
  first.keep(25);
  void visit(enter, inside, "second", 10);
  await turns();
  expect(inside).toEqual(["first"]);
  first.leave();
  await turns();
  expect(inside).toEqual(["first", "second"]);
});
