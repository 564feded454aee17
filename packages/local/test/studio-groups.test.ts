import { createLineSimulator } from "@henji/line-simulator";
import { expect, test } from "vitest";
import type { Chat } from "../src/studio-view.ts";
import { useStudio } from "./page.ts";

const studio = useStudio();

type Group = Extract<Chat, { joined: boolean }>;

const idsOf = () => studio.line.users().map(({ userId }) => userId) as [string, string];

/** A group with the bot in it. */
async function addGroup(members: string[], name = "Lunch"): Promise<string> {
  const response = await studio.post("/api/groups", { name, members });
  expect(response.status).toBe(201);
  return ((await response.json()) as { chatId: string }).chatId;
}

const viewed = async (chatId: string) =>
  (await studio.open()).view.chats.find(({ id }) => id === chatId) as Group;

const linesOf = async (chatId: string) =>
  (await studio.open()).view.messages.flatMap((message) =>
    message.chatId === chatId && message.content.type === "happening"
      ? [`${message.content.what} ${message.content.who.join()}`.trim()]
      : [],
  );

test("a group is made of users, and the bot joins it", async () => {
  const page = await studio.open();
  const [aki, ben] = idsOf();
  const chatId = await addGroup([aki, ben]);
  expect(await page.message(({ by }) => by === "line")).toMatchObject({
    ...{ chatId, content: { type: "happening", what: "join" } },
  });
  expect(await viewed(chatId)).toMatchObject({
    type: "group",
    name: "Lunch",
    members: [aki, ben],
    joined: true,
  });
  await studio.say(ben, "Hello all", chatId);
  expect(await page.message(({ by }) => by === "user")).toMatchObject({ chatId, from: ben });
  expect(studio.line.timeline(ben)).toEqual([]);
});

test("a mention tells LINE's place of it, and whether it is the bot", async () => {
  const page = await studio.open();
  const [aki, ben] = idsOf();
  const { userId: bot } = studio.line.bot;
  const chatId = await addGroup([aki, ben]);
  const text = "🍁 @Bot @Ben hi";
  const mentionees = [
    { index: 3, length: 4, userId: bot },
    { index: 8, length: 4, userId: ben },
  ];
  expect((await studio.send(aki, { type: "text", text, mentionees }, chatId)).status).toBe(202);
  expect(studio.line.timeline(chatId)[0]!.message).toMatchObject({
    text,
    mention: {
      mentionees: [
        { type: "user", index: 3, length: 4, userId: bot, isSelf: true },
        { type: "user", index: 8, length: 4, userId: ben, isSelf: false },
      ],
    },
  });
  expect((await page.message(({ by }) => by === "user")).content).toEqual({
    ...{ type: "text", text },
    mentions: [
      { index: 3, length: 4 },
      { index: 8, length: 4 },
    ],
  });
  // There are no mentions in a 1:1 chat, nor of people elsewhere.
  const ofBot = { type: "text", text: "@Bot", mentionees: [{ index: 0, length: 4, userId: bot }] };
  expect((await studio.send(aki, ofBot)).status).toBe(409);
  const ofStranger = { ...ofBot, mentionees: [{ index: 0, length: 4, userId: "U0" }] };
  expect((await studio.send(aki, ofStranger, chatId)).status).toBe(409);
});

test("who is not in the group cannot write there, and members come and go", async () => {
  const [aki, ben] = idsOf();
  const chatId = await addGroup([aki]);
  const setMember = async (userId: string, member: boolean) =>
    (await studio.post("/api/groups/members", { chatId, userId, member })).status;
  expect((await studio.say(ben, "Let me in", chatId)).status).toBe(409);
  expect(await setMember(ben, true)).toBe(202);
  expect(await setMember(ben, true)).toBe(409);
  expect((await studio.say(ben, "Thanks", chatId)).status).toBe(202);
  expect(await setMember(aki, false)).toBe(202);
  expect(await setMember("U0", true)).toBe(404);
  expect((await viewed(chatId)).members).toEqual([ben]);
  expect(await linesOf(chatId)).toEqual(["join", `memberJoined ${ben}`, `memberLeft ${aki}`]);
});

test("the bot is removed from a group, hears nothing from there, and is invited again", async () => {
  const [aki] = idsOf();
  const chatId = await addGroup([aki]);
  const setJoined = async (joined: boolean) =>
    (await studio.post("/api/groups/joined", { chatId, joined })).status;
  expect(await setJoined(true)).toBe(409);
  expect(await setJoined(false)).toBe(202);
  expect(await setJoined(false)).toBe(409);
  expect((await viewed(chatId)).joined).toBe(false);
  expect((await studio.say(aki, "Gone?", chatId)).status).toBe(409);
  expect(await setJoined(true)).toBe(202);
  expect((await studio.say(aki, "Back", chatId)).status).toBe(202);
  expect(await linesOf(chatId)).toEqual(["join", "leave", "join"]);
});

test("groups, their members and what happened there survive a restart", async () => {
  const [aki, ben] = idsOf();
  const chatId = await addGroup([aki, ben]);
  await studio.post("/api/groups/members", { chatId, userId: ben, member: false });
  const restarted = createLineSimulator({
    ...{ channelSecret: "secret", channelAccessToken: "token" },
    // As line-state.ts writes it.
    snapshot: JSON.parse(JSON.stringify(studio.line.snapshot())),
  });
  expect(restarted.groups()).toMatchObject([{ chatId, name: "Lunch", members: [aki], joined: true }]);
  expect(restarted.happenings(chatId).map(({ type }) => type)).toEqual(["join", "memberLeft"]);
});

test("what is not a group is refused", async () => {
  const [aki] = idsOf();
  for (const body of [
    {},
    { name: " ", members: [aki] },
    { name: "Lunch", members: [] },
    { name: "Lunch", members: [aki, aki] },
  ]) {
    expect((await studio.post("/api/groups", body)).status).toBe(400);
  }
  expect((await studio.post("/api/groups", { name: "Lunch", members: ["U0"] })).status).toBe(404);
  expect((await studio.post("/api/groups/joined", { chatId: aki, joined: false })).status).toBe(404);
  expect(studio.line.groups()).toEqual([]);
});
