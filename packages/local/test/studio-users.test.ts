import { chatHash } from "@henji/core/log";
import { expect, test } from "vitest";
import { useStudio } from "./page.ts";

const studio = useStudio();

test("what a user writes is sent to the bot, and is read once the webhook was accepted", async () => {
  const page = await studio.open();
  const [aki] = page.view.chats;
  const response = await studio.say(aki!.id, "こんにちは 🍁");
  expect(response.status).toBe(202);
  const message = await page.message((one) => one.by === "user" && one.handover.state === "read");
  expect(message).toMatchObject({ chatId: aki!.id, content: { type: "text", text: "こんにちは 🍁" } });
});

test("a webhook that failed shows its status until LINE's redelivery arrives", async () => {
  studio.statuses = [503];
  const page = await studio.open();
  await studio.say(page.view.chats[0]!.id, "Hello");
  const handovers: unknown[] = [];
  await page.message((one) => one.by === "user" && handovers.push(one.handover) === 3);
  expect(handovers).toEqual([{ state: "sending" }, { state: "refused", status: 503 }, { state: "read" }]);
});

test("a message is unsent once, and its trace has the name of its chat", async () => {
  const page = await studio.open();
  const [aki, ben] = page.view.chats;
  const { message } = studio.line.say({ from: aki!.id, text: "Oops" });
  const unsend = async (userId: string) => {
    const body = { from: userId, chatId: userId, messageId: message.id };
    return (await studio.post("/api/unsend", body)).status;
  };
  expect(await unsend(ben!.id)).toBe(409);
  expect(await unsend(aki!.id)).toBe(202);
  expect(await unsend(aki!.id)).toBe(409);
  expect(await page.message((one) => one.by === "user" && one.unsent)).toMatchObject({ id: message.id });

  studio.log.info("message.erased", { eventId: "E1", chat: chatHash(aki!.id), turns: 1 });
  const { view } = await studio.open();
  expect(view.traces.at(-1)).toMatchObject({ chat: aki!.hash, steps: [{ name: "erased" }] });
});

test("a user who blocks the bot cannot write to it until it is unblocked", async () => {
  const { view, changes } = await studio.open();
  const userId = view.chats[0]!.id;
  const { message } = studio.line.say({ from: userId, text: "Hello" });
  expect((await studio.post("/api/block", { userId, blocked: true })).status).toBe(202);
  expect((await studio.post("/api/block", { userId, blocked: true })).status).toBe(409);
  for await (const change of changes) {
    if ("type" in change && change.type === "chat" && "blocked" in change.chat && change.chat.blocked) break;
  }
  expect((await studio.say(userId, "Hello?")).status).toBe(409);
  const unsend = { from: userId, chatId: userId, messageId: message.id };
  expect((await studio.post("/api/unsend", unsend)).status).toBe(409);
  expect((await studio.post("/api/block", { userId, blocked: false })).status).toBe(202);
  expect((await studio.say(userId, "Hello again")).status).toBe(202);
});

test("a user can be added while the page is open", async () => {
  const page = await studio.open();
  const response = await studio.post("/api/users", { name: "花子" });
  expect(response.status).toBe(201);
  expect(studio.line.users().map(({ displayName }) => displayName)).toEqual(["Aki", "Ben", "花子"]);
  expect((await page.changes.next()).value).toMatchObject({ type: "chat", chat: { name: "花子" } });
});

test("what is not a name or a choice is refused", async () => {
  const [aki] = studio.line.users();
  const userId = aki!.userId;
  expect((await studio.post("/api/block", { userId, blocked: "yes" })).status).toBe(400);
  expect((await studio.post("/api/block", { userId: "U0", blocked: true })).status).toBe(404);
  expect((await studio.post("/api/other", {})).status).toBe(404);
  expect((await studio.post("/api/users", { name: " " })).status).toBe(400);
  expect((await studio.post("/api/users", { name: "x".repeat(70_000) })).status).toBe(413);
});
