import { join } from "node:path";
import { buttonsOf, type SlackSimulator } from "@henji/slack-simulator";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Local, startLocal } from "../src/start.ts";

let local: Local;
let slack: SlackSimulator;
let aki: string;
let ben: string;
let general: string;

beforeAll(async () => {
  local = await startLocal({ botConfig: join(import.meta.dirname, "slack.config.ts") });
  slack = local.slack!;
  [aki, ben] = slack.users().map(({ id }) => id) as [string, string];
  general = slack.channels().find(({ kind }) => kind === "channel")!.id;
}, 60_000);
afterAll(() => local.stop());

const own = (channel: string) => slack.timeline(channel).filter(({ appId }) => appId === slack.app.id);
const answers = (channel: string, count: number) =>
  vi.waitFor(() => expect(own(channel)).toHaveLength(count), { timeout: 20_000, interval: 50 });
const newest = (channel: string) => slack.timeline(channel).at(-1)!;

test("a DM is answered in the thread of its question, and remembered", async () => {
  const { id: dm } = slack.dm(aki);
  slack.say({ from: aki, text: "My cat is called Tama" });
  const { ts } = newest(dm);
  await answers(dm, 1);
  expect(own(dm)[0]).toMatchObject({ threadTs: ts, metadata: { event_type: "henji_answer" } });
  slack.say({ from: aki, text: "What did I say?" });
  await answers(dm, 2);
  expect(local.model!.requests.at(-1)?.body).toMatchObject({
    input: expect.arrayContaining([expect.objectContaining({ content: "My cat is called Tama" })]),
  });
}, 60_000);

test("in a channel a mention begins a thread, in which the bot goes on; it answers nobody else, and nothing twice", async () => {
  slack.say({ from: ben, channel: general, text: "Good morning" });
  slack.say({ from: aki, channel: general, text: "@Henji hello" });
  const { ts: thread } = newest(general);
  await answers(general, 1);
  slack.say({ from: ben, channel: general, thread, text: "@Aki lunch?" });
  slack.say({ from: ben, channel: general, thread, text: "And what is the weather like?" });
  await answers(general, 2);
  expect(own(general).map(({ threadTs }) => threadTs)).toEqual([thread, thread]);
  expect(own(general)[1]!.text).toContain("And what is the weather like?");
}, 60_000);

test("a button is pressed in Slack as on LINE", async () => {
  const { id: dm } = slack.dm(ben);
  slack.say({ from: ben, text: "/forget" });
  await answers(dm, 1);
  const [ask] = own(dm);
  const [yes] = buttonsOf(ask!);
  slack.press(ben, dm, ask!.ts, yes!.label);
  await answers(dm, 2);
  expect(own(dm)[1]).toMatchObject({ threadTs: ask!.threadTs });
}, 60_000);

const modelHas = (words: string) => JSON.stringify(local.model!.requests.at(-1)?.body).includes(words);

test("in a thread each has only what is their own erased, whoever presses the button", async () => {
  // Which repeats nothing.
  local.model!.answerWith(() => "Noted.");
  const channel = slack.addChannel({ name: "pets" }).id;
  slack.say({ from: aki, channel, text: "@Henji my cat is Tama" });
  const { ts: thread } = newest(channel);
  await answers(channel, 1);
  slack.say({ from: ben, channel, thread, text: "my dog is Pochi" });
  await answers(channel, 2);
  expect([modelHas("Tama"), modelHas("Pochi")]).toEqual([true, true]);
  const forgetAndPress = async (presses: string, count: number) => {
    slack.say({ from: aki, channel, thread, text: "/forget" });
    await answers(channel, count);
    const ask = own(channel).at(-1)!;
    slack.press(presses, channel, ask.ts, buttonsOf(ask)[0]!.label);
    await answers(channel, count + 1);
  };
  // Ben is asked whether to forget what is his.
  await forgetAndPress(ben, 3);
  slack.say({ from: ben, channel, thread, text: "What do you know?" });
  await answers(channel, 5);
  expect([modelHas("Tama"), modelHas("Pochi")]).toEqual([true, true]);
  await forgetAndPress(aki, 6);
  slack.say({ from: ben, channel, thread, text: "And now?" });
  await answers(channel, 8);
  expect([modelHas("Tama"), modelHas("Pochi")]).toEqual([false, true]);
  local.model!.answerWith(undefined);
}, 60_000);

test("a deleted message is erased from the memory, whether its thread has answers or not", async () => {
  const chie = slack.addUser({ name: "Chie" }).id;
  const { id: dm } = slack.dm(chie);
  slack.say({ from: chie, text: "My secret is Melon" });
  const { ts } = newest(dm);
  await answers(dm, 1);
  slack.remove(dm, ts);
  slack.say({ from: chie, text: "What is my secret?" });
  await answers(dm, 2);
  expect(modelHas("Melon")).toBe(false);
}, 60_000);

test("LINE goes on beside it", async () => {
  const { userId } = local.line.addUser({ name: "Chie" });
  await local.line.deliver([local.line.say({ from: userId, text: "hello" })]);
  await vi.waitFor(() => expect(local.line.timeline(userId)).toHaveLength(2), { timeout: 20_000 });
}, 60_000);
