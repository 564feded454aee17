import { beforeEach, expect, test } from "vitest";
import ownBot from "../../../../bot.config.ts";
import { redelivered, type WebhookEvent, webhooks } from "../webhooks.ts";
import { createDeliver } from "./deliver.ts";
import { createWorld, type World } from "./world.ts";

const { en } = ownBot.texts;

/** What the users of a webhook get of it. */
type Outcome =
  /** An answer of the model to this. */
  | { answered: string }
  /** The bot says this of its own. */
  | { told: string }
  /** What was said before is gone. The webhook with which it was said. */
  | { erases: string }
  | "nothing";

const kindSentence = { told: en.notUnderstood };
/** Nothing of it is at LINE. */
const gone = { told: en.mediaGone };
const sticker = { answered: "[Sticker: Cony, Sally, Staring]" };
const stickerWithoutWords = { answered: "[Sticker]" };

const outcomes: Record<string, Outcome> = {
  "message-text": { answered: "What is the capital of Japan?" },
  "message-text-emoji": { answered: "$ おはよう $" },
  "message-text-quote": { answered: "[Replying to an earlier message]\nIs that so?" },
  "message-text-redelivery": { answered: "Are you there?" },
  "message-text-standby": "nothing",
  "message-text-group": "nothing",
  "message-text-group-mention": { answered: "👋 what is 2 + 2?" },
  "message-text-group-mentions": { answered: "@Ben @Aki who is right?" },
  "message-text-group-mention-ben": "nothing",
  "message-text-group-mention-all": "nothing",
  "message-text-group-mention-somebody": { answered: "and I?" },
  "message-text-group-full-width": { answered: "おはよう" },
  "message-text-group-standby": "nothing",
  "message-text-room": "nothing",
  "message-text-room-mention": { answered: "good morning" },

  "message-image": gone,
  "message-image-external": { answered: "[Picture]" },
  "message-image-group": "nothing",
  "message-image-room": "nothing",
  "message-images": gone,
  "message-video": gone,
  "message-video-external": { answered: "[Video]" },
  "message-video-group": "nothing",
  "message-audio": gone,
  "message-audio-group": "nothing",
  "message-file": gone,
  "message-file-group": "nothing",
  "message-future": kindSentence,
  "message-future-group": "nothing",

  "message-location": {
    answered: "[Location: 東京タワー, 〒105-0011 東京都港区芝公園4丁目2-8 (35.65858, 139.745433)]",
  },
  "message-location-untitled": { answered: "[Location: 35.65858, 139.745433]" },
  "message-location-group": "nothing",

  "message-sticker-static": sticker,
  "message-sticker-animation": sticker,
  "message-sticker-sound": stickerWithoutWords,
  "message-sticker-animation-sound": sticker,
  "message-sticker-popup": sticker,
  "message-sticker-popup-sound": sticker,
  "message-sticker-custom": stickerWithoutWords,
  "message-sticker-message": { answered: '[Sticker: "おつかれさま！", Cony, Sally, Staring]' },
  "message-sticker-name-text": stickerWithoutWords,
  "message-sticker-per-sticker-text": sticker,
  "message-sticker-quote": { answered: "[Replying to an earlier message]\n[Sticker: Yes]" },
  "message-sticker-group": "nothing",
  "message-sticker-room": "nothing",

  unsend: { erases: "message-text" },
  "unsend-group": { erases: "message-text-group-mention" },
  "unsend-room": { erases: "message-text-room-mention" },
  "unsend-standby": { erases: "message-text" },
  unfollow: { erases: "message-text" },
  leave: { erases: "message-text-group-mention" },
  "leave-room": { erases: "message-text-room-mention" },

  follow: { told: en.greeting },
  "follow-unblocked": { told: en.greeting },
  "follow-standby": "nothing",
  join: { told: en.greetingGroup },
  "join-room": { told: en.greetingGroup },

  "postback-own": { answered: "What is the capital of Japan?" },
  "postback-own-group": { answered: "What is the capital of Japan?" },
  "postback-own-unknown": "nothing",
  "postback-own-unknown-group": "nothing",
  "postback-own-late": { told: en.gone },
  "postback-other": "nothing",
  "postback-other-group": "nothing",
  "postback-datetime": "nothing",
  "postback-richmenu": "nothing",

  memberJoined: "nothing",
  "memberJoined-room": "nothing",
  memberLeft: "nothing",
  "memberLeft-room": "nothing",
  videoPlayComplete: "nothing",
  "beacon-enter": "nothing",
  "beacon-banner": { told: en.notUnderstood },
  "beacon-stay": "nothing",
  accountLink: "nothing",
  "accountLink-failed": "nothing",
  "membership-joined": "nothing",
  "membership-left": "nothing",
  "membership-renewed": "nothing",
  "module-attached": "nothing",
  "module-detached": "nothing",
  activated: "nothing",
  deactivated: "nothing",
  botSuspended: "nothing",
  botResumed: "nothing",
  delivery: "nothing",
  future: "nothing",
  "future-group": "nothing",
  verification: "nothing",
};

let world: World;
let deliver: ReturnType<typeof createDeliver>;
beforeEach(() => {
  world = createWorld();
  deliver = createDeliver(world);
});

async function bring(name: string, isAgain = false): Promise<void> {
  const webhook = webhooks.get(name)!;
  expect(await deliver(isAgain ? redelivered(webhook) : webhook)).toBe(200);
  await world.settle();
}

const chatOf = ({ source }: WebhookEvent) => source?.groupId ?? source?.roomId ?? source?.userId ?? "channel";
const shown = () => world.line.sent.map(({ chatId, by, messages }) => [chatId, by, messages[0]?.text]);
const stored = (event: WebhookEvent) => world.table.textOf(chatOf(event));

test("every webhook has an outcome", () => {
  expect(Object.keys(outcomes).sort()).toEqual(
    [...webhooks.keys()].filter((name) => name !== "several").sort(),
  );
});

test.each(Object.entries(outcomes))("%s: %j, and no more if it is delivered again", async (name, outcome) => {
  const [event] = webhooks.get(name)!.events;
  const erases = typeof outcome === "object" && "erases" in outcome ? outcome.erases : undefined;
  if (erases !== undefined) await bring(erases);
  const before = world.line.sent.length;
  await bring(name);
  await bring(name, true);

  const sent = shown().slice(before);
  expect(world.queue.deadLetters.messages()).toEqual([]);
  if (outcome === "nothing" || erases !== undefined) expect(sent).toEqual([]);
  if (outcome === "nothing") return expect(event ? stored(event) : "[{}]").toBe("[{}]");
  if ("erases" in outcome) return expect(stored(event!)).not.toContain(wordsOf(outcome.erases));
  if ("told" in outcome) {
    expect(sent).toEqual([[chatOf(event!), "reply", outcome.told]]);
    return expect(world.asked).toEqual([]);
  }
  expect(world.asked).toEqual([expect.stringMatching(endingWith(outcome.answered))]);
  expect(sent).toEqual([[chatOf(event!), "reply", `You said: ${world.asked[0]}`]]);
});

/** In a group the question has its speaker's name in front. */
const endingWith = (question: string) => new RegExp(`^([^:]+: )?${RegExp.escape(question)}$`);

/** Of the text of a webhook's message: without the mention, as it is stored. */
function wordsOf(name: string): string {
  const words = webhooks.get(name)!.events[0]!.message!.text!.replace(/^.*@Henji /, "");
  expect(words).not.toBe("");
  return words;
}

test("the erasures of the table erase what was there", async () => {
  await bring("message-text");
  expect(stored(webhooks.get("message-text")!.events[0]!)).toContain(wordsOf("message-text"));
});

test("several events of one webhook are each answered in their chat", async () => {
  await bring("several");
  const [user, group, follow] = webhooks.get("several")!.events.map(chatOf);
  expect(shown()).toEqual(
    expect.arrayContaining([
      [user, "reply", "You said: Hello"],
      [group, "reply", expect.stringMatching(/^You said: Name of [^:]+: hello$/)],
      [follow, "reply", en.greeting],
    ]),
  );
  expect(shown()).toHaveLength(3);
});
