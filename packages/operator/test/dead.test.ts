import { chatHash } from "@henji/core/log";
import { describe, expect, test } from "vitest";
import { startHenji } from "./command.ts";
import { keyOf, SAID, useDeadStack } from "./dead-stack.ts";

const stack = useDeadStack();
const { dead, json } = stack;

type Document = { deadLetters: { id: string }[] };
const idsIn = ({ deadLetters }: Document) => deadLetters.map(({ id }) => id);

describe("dead list", () => {
  test("nothing was given up on", async () => {
    expect(await dead("list")).toMatchObject({ code: 0, output: "Nothing was given up on.\n" });
    expect((await json("list")).document).toEqual({ count: 0, codes: {}, unknown: 0, deadLetters: [] });
  });

  test("filters by chat, code and time; --limit shows the oldest and says that there are more", async () => {
    const [aki, ben] = [stack.addUser(), stack.addUser()];
    const first = await stack.parked(aki);
    const second = await stack.parkedWithAnswer(ben);
    const third = await stack.parked(aki);
    const [a, b, c] = [first, second, third].map(({ webhookEventId }) => webhookEventId);
    const listed = async (...args: string[]) => idsIn((await json("list", ...args)).document);

    expect(await listed("--since", "1h")).toEqual([a, b, c]);
    expect(await listed("--chat", chatHash(aki))).toEqual([a, c]);
    expect(await listed("--chat", ben)).toEqual([b]);
    expect(await listed("--code", "line.rejected")).toEqual([b]);
    expect(await listed("--code", "model.rejected", "--chat", ben)).toEqual([]);

    const parkedAt = (await stack.turn(second))!.finishedAt!;
    const [from, after] = [0, 1].map((ms) => new Date(parkedAt + ms).toISOString());
    expect(await listed("--since", from!)).toEqual([b, c]);
    expect(await listed("--since", after!)).toEqual([c]);

    const limited = (await json("list", "--limit", "2")).document;
    expect(limited).toMatchObject({ count: 3, codes: { "model.rejected": 2, "line.rejected": 1 } });
    expect(idsIn(limited)).toEqual([a, b]);
    const { output } = await dead("list", "--limit", "2");
    expect(output).toMatch(/^3 messages were given up on: 2 model\.rejected, 1 line\.rejected\.\n/);
    expect(output).toMatch(
      new RegExp(`^${b} +${chatHash(ben)} +line\\.rejected +1 .* sends the stored`, "m"),
    );
    expect(output).not.toContain(c);
    expect(output).toContain("\nand 1 more: --limit 3\n");

    expect(await dead("replay", "--all", "--yes", "--rate", "100")).toMatchObject({ code: 0 });
    await stack.settled(aki);
    await stack.settled(ben);
  });
});

describe("dead show", () => {
  test("a message's whole history; what was said only on request", async () => {
    const event = await stack.parkedWithAnswer(stack.addUser());
    const id = event.webhookEventId;
    const { output } = await dead("show", id);
    expect(output).toMatch(/^why +line\.rejected: LINE \/v2\/bot\/message\/push answered 400 /m);
    expect(output).toMatch(/^stored answer +to be sent as a push$/m);
    expect(output).toMatch(/^on the queue +1 letter$/m);
    expect(output).toMatch(/^a replay +sends the stored answer$/m);
    expect(output).toMatch(/ claimed\n.* answered +req_0+\d+\n.* parked +line\.rejected +\S+\n/);
    expect(output).toContain("What was said: --show-text");

    const { text } = event.message;
    const shown = await dead("show", id, "--show-text");
    expect(shown.output).toContain(`The user: ${text}\nThe bot: re: ${text}\n`);
    const { document } = await json("show", id);
    expect(document).toMatchObject({
      id,
      code: "line.rejected",
      status: "parked",
      onReplay: { kind: "send" },
    });
    expect(document).not.toHaveProperty("answer");
    const said = (await json("show", id, "--show-text")).document;
    expect(said.question).toEqual([{ kind: "text", text }]);
    expect(said.answer).toMatchObject([{ type: "text", text: `re: ${text}` }]);
    await dead("drop", id, "--yes");
  });

  test("of one that was not given up on it says so", async () => {
    const { code, output } = await dead("show", "01NOTHING");
    expect(code).toBe(1);
    expect(output).toMatch(/^01NOTHING was not given up on\. .*npm run henji -- trace 01NOTHING\n$/);
    expect(await json("show", "01NOTHING")).toMatchObject({
      code: 1,
      document: { id: "01NOTHING", found: false },
    });
  });
});

describe("dead replay", () => {
  test("by default only says what it would do", async () => {
    const user = stack.addUser();
    const event = await stack.parked(user);
    const id = event.webhookEventId;
    const [before, asked] = [await stack.turn(event), stack.asked()];

    const { code, output } = await dead("replay", id);
    expect(code).toBe(0);
    expect(output).toContain("This replay:\n  1 × asks the model and sends its answer\nNothing was changed.");
    expect((await json("replay", "--chat", user)).document).toMatchObject({
      ...{ dryRun: true, count: 1, missing: [], deadLetters: [{ id }] },
      effects: { "asks the model and sends its answer": 1 },
    });
    expect((await dead("replay", id, "--dry-run")).output).toBe(output);
    expect(await stack.turn(event)).toEqual(before);
    expect({ letters: await stack.letters(), asked: stack.asked() }).toEqual({ letters: 1, asked });
    await dead("drop", id, "--yes");
  });

  test("a stored answer is sent as it is stored, and the model is not asked again", async () => {
    const user = stack.addUser();
    const event = await stack.parkedWithAnswer(user);
    const asked = stack.asked();
    const { code, output } = await dead("replay", event.webhookEventId, "--yes");
    expect({ code, output }).toEqual({ code: 0, output: "1 back on the queue or answered already.\n" });
    await expect.poll(() => stack.answers(user)).toEqual([`re: ${event.message.text}`]);
    expect({ asked: stack.asked(), letters: await stack.letters() }).toEqual({ asked, letters: 0 });
  });

  test("one that was answered only leaves the queue", async () => {
    const user = stack.addUser();
    const event = stack.say(user);
    await stack.local().line.deliver([event]);
    await expect.poll(() => stack.answers(user)).toHaveLength(1);
    await expect.poll(async () => (await stack.turn(event))?.status).toBe("delivered");
    await stack.send("DeadLetterQueue", user, stack.jobOf(event));
    const asked = stack.asked();

    expect((await dead("replay", event.webhookEventId)).output).toContain(
      "1 × only removes it: it was answered",
    );
    expect(await stack.letters()).toBe(1);
    expect((await json("replay", event.webhookEventId, "--yes")).document).toMatchObject({
      ...{ dryRun: false, done: 1, untouched: 0, stopped: false },
      results: [{ id: event.webhookEventId, outcome: "done", because: null }],
    });
    expect({ asked: stack.asked(), letters: await stack.letters() }).toEqual({ asked, letters: 0 });
    expect(stack.answers(user)).toHaveLength(1);
  });

  test("a letter that SQS itself has moved has no reason and no turn, and is answered, however old it is", async () => {
    const user = stack.addUser();
    const event = { ...stack.say(user), timestamp: Date.now() - 2 * 24 * 60 * 60_000 };
    await stack.send("DeadLetterQueue", user, stack.jobOf(event));
    const [listed] = (await json("list", "--chat", user)).document.deadLetters;
    expect(listed).toMatchObject({
      ...{ id: event.webhookEventId, kind: "question", code: "queue.too_many_receives", attempts: 0 },
      ...{ reason: "SQS moved it here: no worker has finished it", status: null, letters: 1 },
      ...{ receivedAt: new Date(event.timestamp).toISOString(), onReplay: { kind: "ask" } },
    });
    expect((await dead("show", event.webhookEventId)).output).toContain("No worker has begun it.");
    expect(await dead("replay", event.webhookEventId, "--yes")).toMatchObject({ code: 0 });
    await expect.poll(() => stack.answers(user)).toEqual([`re: ${event.message.text}`]);
    expect(await stack.letters()).toBe(0);
  });

  test("a turn whose letter is gone is answered all the same", async () => {
    const user = stack.addUser();
    const event = await stack.parked(user);
    await stack.deleteLetters(user);
    const [listed] = (await json("list", "--chat", user)).document.deadLetters;
    expect(listed).toMatchObject({
      ...{ id: event.webhookEventId, code: "model.rejected", letters: 0, attempts: 1 },
      ...{ status: "parked", receivedAt: null, onReplay: { kind: "ask" } },
    });
    expect((await dead("show", event.webhookEventId)).output).toMatch(
      /^on the queue +no letter is to be seen: the job is stored with its turn$/m,
    );
    expect(await dead("replay", event.webhookEventId, "--yes")).toMatchObject({ code: 0 });
    await expect.poll(() => stack.answers(user)).toEqual([`re: ${event.message.text}`]);
  });

  test("two letters of one event are one message, and it is answered once", async () => {
    const user = stack.addUser();
    const event = await stack.parked(user);
    await stack.send("DeadLetterQueue", user, stack.jobOf(event));
    const [listed, ...others] = (await json("list")).document.deadLetters;
    expect({ listed, others }).toMatchObject({
      listed: { id: event.webhookEventId, code: "model.rejected" },
      others: [],
    });
    expect(await dead("replay", "--all", "--yes")).toMatchObject({ code: 0 });
    await stack.settled(user);
    expect(stack.answers(user)).toHaveLength(2);
    expect(await stack.letters()).toBe(0);
  });

  test("what may have arrived needs --force, which says why", async () => {
    const user = stack.addUser();
    const event = stack.say(user);
    const id = event.webhookEventId;
    const { line } = stack.local();
    // The reply arrives, nobody hears so, and its token is too old to be tried again.
    line.faults.add({ on: "reply", times: 2, fault: { kind: "lose-response" } });
    const receivedAt = Date.now() - 49_000;
    await stack.send("EventQueue", user, stack.jobOf(event, receivedAt));
    await stack.isParked(event);
    expect(stack.answers(user)).toHaveLength(1);

    expect((await json("list", "--code", "delivery.unclear")).document.deadLetters).toMatchObject([
      { id, onReplay: { kind: "send_perhaps_twice" } },
    ]);
    expect((await dead("replay", id)).output).toContain(
      "1 × needs --force: the user may have the answer already",
    );
    const refused = await dead("replay", id, "--yes");
    expect(refused.code).toBe(1);
    expect(refused.output).toBe(
      `0 back on the queue or answered already.\n${id} was left: the user may have the answer already: --force sends it nevertheless\n`,
    );
    expect((await json("replay", id, "--yes")).document.results).toMatchObject([
      { outcome: "left", because: "unclear" },
    ]);
    expect(await stack.letters()).toBe(1);
    expect(stack.answers(user)).toHaveLength(1);

    const asked = stack.asked();
    expect(await dead("replay", id, "--yes", "--force")).toMatchObject({ code: 0 });
    await expect.poll(() => stack.answers(user)).toEqual(Array(2).fill(`re: ${event.message.text}`));
    expect(stack.asked()).toBe(asked);
  });

  test("what cannot be read cannot be replayed, and can be dropped", async () => {
    const user = stack.addUser();
    const id = await stack.send("DeadLetterQueue", user, `{"version":9,"said":"${SAID}"}`);
    expect((await json("list")).document.deadLetters).toMatchObject([
      { id, kind: "unreadable", status: null, onReplay: { kind: "none", because: "unreadable" } },
    ]);
    expect(await dead("show", id)).toMatchObject({ code: 0 });
    const { code, output } = await dead("replay", id, "--yes");
    expect(code).toBe(1);
    expect(output).toContain(`${id} was left: its job cannot be read: deploy a version that can read it`);
    expect(await stack.letters()).toBe(1);
    expect(await dead("drop", id, "--yes")).toMatchObject({ code: 0, output: "1 dropped.\n" });
    expect(await stack.letters()).toBe(0);
  });

  test("ids that were not given up on are named, and the others replayed", async () => {
    const user = stack.addUser();
    const event = await stack.parked(user);
    const { code, output } = await dead("replay", "01NOTHING", event.webhookEventId, "--yes");
    expect(code).toBe(1);
    expect(output).toBe("1 back on the queue or answered already.\n01NOTHING was not given up on.\n");
    await expect.poll(() => stack.answers(user)).toHaveLength(1);
    expect(await json("replay", "01NOTHING")).toMatchObject({
      ...{ code: 1, document: { dryRun: true, count: 0, missing: ["01NOTHING"] } },
    });
    expect((await json("replay", "--all")).document).toMatchObject({ count: 0, deadLetters: [] });
  });

  test("Ctrl-C ends it after the message at hand, and it says what is left", async () => {
    const users = Array.from({ length: 10 }, () => stack.addUser());
    for (const user of users) await stack.parked(user);
    const answered = () => users.filter((user) => stack.answers(user).length > 0).length;
    const args = ["dead", "replay", "--all", "--yes", "--rate", "1", "--json"];
    const { child, ended } = startHenji(args, stack.local().environment);
    await expect.poll(answered, { interval: 20 }).toBeGreaterThan(0);
    child.kill("SIGINT");
    const { code, output } = await ended;
    stack.outputs.push(output);
    const { done, untouched, stopped, results } = JSON.parse(output);
    expect({ code, stopped, results: results.length }).toEqual({ code: 1, stopped: true, results: done });
    expect(untouched).toBe(users.length - done);
    expect(untouched).toBeGreaterThan(0);

    // The rest is seen at once, not a minute later.
    expect(await stack.letters()).toBe(untouched);
    expect(await dead("replay", "--all", "--yes", "--rate", "100")).toMatchObject({
      ...{ code: 0, output: `${untouched} back on the queue or answered already.\n` },
    });
    await expect.poll(answered).toBe(users.length);
    for (const user of users) expect(stack.answers(user)).toHaveLength(1);
  });
});

describe("dead drop", () => {
  test("by default only says what it would do", async () => {
    const user = stack.addUser();
    const event = await stack.parked(user);
    const before = await stack.turn(event);
    const { code, output } = await dead("drop", event.webhookEventId);
    expect(code).toBe(0);
    expect(output).toContain(
      "This drop:\n  1 × marks it as dropped: it gets no answer, and its text is erased\nNothing was changed.",
    );
    expect(await stack.turn(event)).toEqual(before);
    expect(await stack.letters()).toBe(1);
    await dead("drop", event.webhookEventId, "--yes");
  });

  test("marks the turn, erases its text, deletes the letter; a redelivery is not answered", async () => {
    const user = stack.addUser();
    const event = await stack.parkedWithAnswer(user);
    expect((await json("drop", "--code", "line.rejected", "--yes")).document).toMatchObject({
      ...{ dryRun: false, done: 1, results: [{ id: event.webhookEventId, outcome: "done" }] },
    });
    const turn = await stack.turn(event);
    expect(turn).toMatchObject({ status: "dropped", erased: true });
    expect(JSON.stringify(turn)).not.toContain(SAID);
    expect(turn!.steps!.at(-1)).toMatchObject({ is: "dropped", code: "by_hand" });
    expect(await stack.letters()).toBe(0);
    expect((await json("list")).document.count).toBe(0);

    await stack.send("EventQueue", user, stack.jobOf(event));
    await stack.settled(user);
    expect(stack.answers(user)).toHaveLength(1);
  });

  test("an event that no worker has begun is not answered afterwards either", async () => {
    const user = stack.addUser();
    const event = stack.say(user);
    await stack.send("DeadLetterQueue", user, stack.jobOf(event));
    expect(await dead("drop", "--chat", chatHash(user), "--yes")).toMatchObject({ code: 0 });
    expect(await stack.local().turns.read(keyOf(event))).toMatchObject({ status: "dropped" });
    await stack.send("EventQueue", user, stack.jobOf(event));
    await stack.settled(user);
    expect(stack.answers(user)).toHaveLength(1);
  });
});

describe("what makes no sense changes nothing, and exits with 2", () => {
  test.each<[string[], RegExp]>([
    [["replay"], /^Say which: name events, or use --all, --chat or --code$/],
    [["replay", "--yes"], /^Say which: /],
    [["drop", "--yes"], /^Say which: name events, or use --chat or --code$/],
    [["replay", "01EVENT", "--all"], /^Name events, or say --all, not both$/],
    [["replay", "--all", "--yes", "--dry-run"], /^Choose --yes or --dry-run$/],
    [["replay", "--all", "--rate", "0"], /^--rate takes a whole number from 1 to 100, not 0$/],
    [["list", "--limit", "many"], /^--limit takes a whole number from 1 to 120000, not many$/],
    [["list", "--since", "yesterday"], /^--since takes 90m, 12h, 3d, or a time .*, not yesterday$/],
    [["drop", "--all", "--yes"], /^error: unknown option '--all'\n\(--help shows how\)$/],
    [["show"], /^error: missing required argument 'event'\n/],
    [["revive"], /^error: unknown command 'revive'\n/],
  ])("%j", async (args, line) => {
    const [{ code, output, error }, inJson] = await Promise.all([dead(...args), json(...args)]);
    expect({ code, output }).toEqual({ code: 2, output: "" });
    expect(error.trimEnd()).toMatch(line);
    expect(inJson).toMatchObject({ code: 2, document: { error: expect.any(String) } });
  });
});

test("an error is a document too", async () => {
  const { code, output, error } = await dead("list", "--json", "--state", "/nowhere");
  expect({ code, error }).toEqual({ code: 1, error: expect.stringMatching(/^No Henji runs on \/nowhere: /) });
  expect(JSON.parse(output)).toEqual({ error: error.trimEnd() });
});

test("nothing that a user or the bot has said was printed unasked", () => {
  expect(stack.outputs.length).toBeGreaterThan(50);
  expect(stack.outputs.filter((output) => output.includes(SAID))).toEqual([]);
});
