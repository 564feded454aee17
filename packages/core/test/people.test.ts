import { createPeople } from "@henji/core/platform/line/people";
import { profiles } from "@henji/core/settings";
import { beforeEach, expect, test } from "vitest";

let now: number;
let calls: string[];
let isDown: boolean;
beforeEach(() => {
  [now, calls, isDown] = [0, [], false];
});

const user = { type: "user", id: "U1" } as const;

function open() {
  return createPeople({
    clock: { now: () => now, timeout: () => new AbortController().signal },
    line: {
      async profile({ id }, userId) {
        calls.push(`${id}/${userId}`);
        if (isDown) throw new Error("LINE is down");
        return { name: `Name of ${userId}`, language: undefined };
      },
      async info() {
        calls.push("info");
        if (isDown) throw new Error("LINE is down");
        return { userId: "U", basicId: "@b", displayName: "Henji", chatMode: "chat" };
      },
    },
  });
}

test("a name is asked once an hour, also by messages side by side", async () => {
  const people = open();
  await Promise.all([people.profile(user, "U1"), people.profile(user, "U1"), people.bot(), people.bot()]);
  now = profiles.goodMs - 1;
  expect(await people.profile(user, "U1")).toMatchObject({ name: "Name of U1" });
  await people.bot();
  expect(calls).toEqual(["U1/U1", "info"]);
  now = profiles.goodMs;
  await people.profile(user, "U1");
  await people.bot();
  expect(calls).toHaveLength(4);
});

test("a user has a name in each group", async () => {
  const people = open();
  await people.profile({ type: "group", id: "C1" }, "U1");
  await people.profile({ type: "group", id: "C2" }, "U1");
  expect(calls).toEqual(["C1/U1", "C2/U1"]);
});

test("what LINE does not tell is not known, and asked again", async () => {
  const people = open();
  isDown = true;
  expect(await people.profile(user, "U1")).toBeUndefined();
  expect(await people.bot()).toBeUndefined();
  isDown = false;
  expect(await people.profile(user, "U1")).toBeDefined();
  expect(await people.bot()).toBeDefined();
});

test("only so many names are remembered, the newest", async () => {
  const people = open();
  for (let n = 0; n <= profiles.most; n += 1) await people.profile(user, `U${n}`);
  calls = [];
  await people.profile(user, `U${profiles.most}`);
  expect(calls).toEqual([]);
  await people.profile(user, "U0");
  expect(calls).toEqual(["U1/U0"]);
});
