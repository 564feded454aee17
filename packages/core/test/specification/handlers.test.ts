import { type Bot, defineBot } from "@henji/core/bot";
import type { Handlers } from "@henji/core/command";
import { beforeEach, describe, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { redelivered, type WebhookEvent, webhooks } from "../webhooks.ts";
import { createDeliver } from "./deliver.ts";
import { createWorld, plainBot, type World } from "./world.ts";

const { en } = ownBot.texts;

type Given = { user: { id: string }; chat: { type: string; id: string }; event: WebhookEvent; data?: string };

/** What the handlers were given, with their names. */
let given: (Given & { handler: string })[];
/** What they say. */
let says: string | undefined;

/** A handler that says what it was given. */
const handler =
  (name: keyof Handlers) =>
  (context: unknown): string | undefined => {
    given.push({ handler: name, ...(context as Given) });
    return says;
  };

const all: Handlers = {
  onFollow: handler("onFollow"),
  onJoin: handler("onJoin"),
  onPostback: handler("onPostback"),
  onBeacon: handler("onBeacon"),
  onMemberJoined: handler("onMemberJoined"),
  onMemberLeft: handler("onMemberLeft"),
  onAccountLink: handler("onAccountLink"),
  onMembership: handler("onMembership"),
  onVideoPlayComplete: handler("onVideoPlayComplete"),
};

let world: World;
let deliver: ReturnType<typeof createDeliver>;
function build(bot: Bot): void {
  world = createWorld({ bot });
  deliver = createDeliver(world);
}

beforeEach(() => {
  [given, says] = [[], "By hand."];
  build(defineBot({ ...plainBot, ...all }));
});

async function bring(name: string): Promise<WebhookEvent> {
  const webhook = webhooks.get(name)!;
  for (const body of [webhook, redelivered(webhook)]) {
    expect(await deliver(body)).toBe(200);
    await world.settle();
  }
  return webhook.events[0]!;
}

const chatOf = ({ source }: WebhookEvent) => source?.groupId ?? source?.roomId ?? source?.userId ?? "channel";

const handled: Record<string, keyof Handlers> = {
  follow: "onFollow",
  "follow-unblocked": "onFollow",
  join: "onJoin",
  "join-room": "onJoin",
  "postback-other": "onPostback",
  "postback-other-group": "onPostback",
  "postback-datetime": "onPostback",
  "postback-richmenu": "onPostback",
  "beacon-enter": "onBeacon",
  "beacon-banner": "onBeacon",
  "beacon-stay": "onBeacon",
  memberJoined: "onMemberJoined",
  "memberJoined-room": "onMemberJoined",
  memberLeft: "onMemberLeft",
  "memberLeft-room": "onMemberLeft",
  accountLink: "onAccountLink",
  "membership-joined": "onMembership",
  "membership-left": "onMembership",
  "membership-renewed": "onMembership",
  videoPlayComplete: "onVideoPlayComplete",
};

test.each(Object.entries(handled))("%s goes to %s, once, and its answer out", async (name, handler) => {
  const event = await bring(name);
  expect(given.map((one) => one.handler)).toEqual([handler]);
  const { event: told, data, chat, user } = given[0]!;
  expect([told, data]).toEqual([event, (event as { postback?: { data: string } }).postback?.data]);
  expect(chat.id).toBe(chatOf(event));
  expect(user.id).toBe(event.source?.userId ?? `${chatOf(event)}#somebody`);
  const by = event.replyToken ? "reply" : "push";
  expect(world.sent()).toEqual([`${chatOf(event)} ${by}: By hand.`]);
  expect(world.asked).toEqual([]);
  expect(world.table.textOf(chatOf(event))).not.toContain("By hand.");
});

test.each([...webhooks.keys()].filter((name) => !(name in handled) && name !== "several"))(
  "%s goes to no handler",
  async (name) => {
    await bring(name);
    expect(given).toEqual([]);
  },
);

describe("a handler that says nothing", () => {
  beforeEach(() => {
    says = undefined;
  });

  test("leaves the greeting to the bot, if it greets", async () => {
    await bring("follow");
    expect(given).toHaveLength(1);
    expect(world.newest()).toContain(` reply: ${en.greeting}`);
    build(defineBot({ ...plainBot, ...all, greeting: false }));
    await bring("follow");
    expect([given.length, world.sent()]).toEqual([2, []]);
  });

  test.each(["postback-other", "beacon-banner", "memberLeft"])("to %s is all there is", async (name) => {
    await bring(name);
    expect(given).toHaveLength(1);
    expect(world.sent()).toEqual([]);
    expect(world.queue.deadLetters.messages()).toEqual([]);
  });
});

test("a bot that does not greet has its handler greet", async () => {
  build(defineBot({ ...plainBot, ...all, greeting: false }));
  await bring("follow");
  expect(world.newest()).toContain(" reply: By hand.");
});

test("who has used the day up is told so at a tap, and not for coming near a beacon", async () => {
  build(defineBot({ ...plainBot, ...all, limits: { ...plainBot.limits, dailyMessages: 1 } }));
  for (let n = 0; n < 2; n += 1) await world.happen("U1", { type: "postback", postback: { data: "a" } });
  await world.happen("U1", { type: "beacon" });
  expect(world.sent()).toEqual(Array(2).fill("U1 reply: By hand."));
  await world.happen("U1", { type: "postback", postback: { data: "a" } });
  expect(world.newest()).toBe(`U1 reply: ${en.dailyLimit}`);
  expect(given).toHaveLength(2);
});

test("a handler that fails is tried again, and parked with its name", async () => {
  build(defineBot({ ...plainBot, onPostback: () => Promise.reject(new Error("down")) }));
  await world.happen("U1", { type: "postback", postback: { data: "a" } });
  expect(world.logged("job.parked")).toMatchObject([
    { code: "handler.failed", reason: 'The handler "onPostback" threw Error', attempts: 5 },
  ]);
  expect(world.newest()).toContain(en.apology);
});

test("an event is answered in order with what its user has written before", async () => {
  world.say("U1", "First");
  world.put("U1", { type: "postback", postback: { data: "second" } });
  await world.settle();
  expect(world.sent().map((text) => text.replace(/^.*: /, ""))).toEqual(["First", "By hand."]);
});
