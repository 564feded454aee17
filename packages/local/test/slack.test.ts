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

test("LINE goes on beside it", async () => {
  const { userId } = local.line.addUser({ name: "Chie" });
  await local.line.deliver([local.line.say({ from: userId, text: "hello" })]);
  await vi.waitFor(() => expect(local.line.timeline(userId)).toHaveLength(2), { timeout: 20_000 });
}, 60_000);
