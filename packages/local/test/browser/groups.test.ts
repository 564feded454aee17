import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { tooFaint, tooFaintControls, tooSmall } from "./contrast.ts";
import { bubbles, chat, input, phone, say, useStudio, widthOf } from "./page.ts";

const studio = useStudio();

const speaker = (page: Page) => page.getByRole("combobox", { name: /^(Write as|送信する人)$/ });
const offers = (page: Page) => page.getByRole("listbox", { name: "Mention" }).getByRole("option");
const isFocused = (page: Page) => input(page).evaluate((area) => area.matches(":focus"));

/** A group of this test's two users; its chat is open afterwards. */
async function addGroup(page: Page): Promise<string> {
  await page.getByRole("button", { name: /^(Add a group|グループを追加)$/ }).click();
  const dialog = page.getByRole("dialog");
  // Everybody is there.
  await dialog.getByRole("checkbox", { name: studio.ben.name }).waitFor();
  for (const box of await dialog.getByRole("checkbox").all()) await box.setChecked(false);
  await dialog.getByRole("checkbox", { name: studio.aki.name }).check();
  await dialog.getByRole("checkbox", { name: studio.ben.name }).check();
  await dialog.getByRole("textbox").fill(`Lunch of ${studio.aki.name}`);
  await page.keyboard.press("Enter");
  await speaker(page).waitFor();
  return studio.local.line.groups().at(-1)!.chatId;
}

const said = (chatId: string) =>
  studio.local.line.timeline(chatId).flatMap((one) => (one.by === "user" ? [one] : []));

test("a group is added with members and the bot, and one writes as each of them", async () => {
  const page = await studio.open();
  const chatId = await addGroup(page);
  expect(await isFocused(page)).toBe(true);
  await chat(page).getByText("Henji joined the group").waitFor();
  await say(page, "Hello from Aki");
  await bubbles(page, "user").getByText("Hello from Aki").waitFor();
  await speaker(page).selectOption({ label: `as ${studio.ben.name}` });
  await say(page, "Hello from Ben");
  await bubbles(page, "user").getByText("Hello from Ben").waitFor();
  expect(said(chatId).map(({ from }) => from)).toEqual([studio.aki.userId, studio.ben.userId]);
  expect(await chat(page).locator(".author").allTextContents()).toEqual([studio.aki.name, studio.ben.name]);

  await page.reload();
  await bubbles(page, "user").getByText("Hello from Ben").waitFor();
  expect(await speaker(page).inputValue()).toBe(studio.ben.userId);
});

test("an @ offers the bot; what was chosen is a mention, and what was only typed is none", async () => {
  const page = await studio.open();
  const chatId = await addGroup(page);
  await input(page).pressSequentially("🍁 @");
  // Of the members, those of earlier tests may be among them.
  const [first, ...members] = await offers(page).allTextContents();
  expect(first).toBe("@Henji");
  const attribute = (name: string) => input(page).getAttribute(name);
  const combobox = page.getByRole("combobox", { name: /^Message as/, expanded: true });
  expect(await combobox.getAttribute("aria-autocomplete")).toBe("list");
  expect(await combobox.getAttribute("aria-activedescendant")).toBe(
    await offers(page).first().getAttribute("id"),
  );
  const list = page.getByRole("listbox", { name: "Mention" });
  expect(await combobox.getAttribute("aria-controls")).toBe(await list.getAttribute("id"));
  expect(members).toContain(`@${studio.ben.name}`);
  await page.keyboard.press("ArrowDown");
  expect(await offers(page).nth(1).getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  expect(await input(page).inputValue()).toBe("🍁 @Henji ");
  expect(await combobox.count()).toBe(0);
  expect([await attribute("aria-autocomplete"), await attribute("aria-controls")]).toEqual(["list", null]);
  await page.getByText("Mentions Henji").waitFor();
  // The draft is kept with its mention.
  await page.reload();
  await page.getByText("Mentions Henji").waitFor();
  await input(page).press("End");
  await input(page).pressSequentially("and you?");
  await input(page).press("Enter");
  await chat(page).locator(".mention").getByText("@Henji").waitFor();
  const { userId } = studio.local.line.bot;
  expect(said(chatId)[0]!.message).toMatchObject({
    text: "🍁 @Henji and you?",
    mention: { mentionees: [{ index: 3, length: 6, type: "user", userId, isSelf: true }] },
  });

  await input(page).pressSequentially("@he");
  expect(await offers(page).allTextContents()).toEqual(["@Henji"]);
  await page.keyboard.press("Escape");
  expect(await offers(page).count()).toBe(0);
  await say(page, "@Henji typed");
  await bubbles(page, "user").getByText("@Henji typed").waitFor();
  expect(said(chatId)[1]!.message).not.toHaveProperty("mention");
  await input(page).pressSequentially("@");
  await offers(page).getByText("@Henji").click();
  expect(await input(page).inputValue()).toBe("@Henji ");
  expect(await isFocused(page)).toBe(true);
});

test("members leave and come, and the bot is removed and invited again", async () => {
  const page = await studio.open();
  await addGroup(page);
  const { aki, ben } = studio;
  const choose = async (item: string) => {
    await page.getByRole("button", { name: `Lunch of ${aki.name}, more` }).click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
  };
  await choose(`${ben.name} leaves`);
  await chat(page).getByText(`${ben.name} left the group`).waitFor();
  expect(await speaker(page).getByRole("option").allTextContents()).toEqual([`as ${aki.name}`]);
  await choose(`Add ${ben.name}`);
  await chat(page).getByText(`${ben.name} joined the group`).waitFor();
  await choose("Remove Henji from the group");
  await chat(page).getByText("Henji was removed from the group").waitFor();
  await page.getByText("Henji is not in this group.").waitFor();
  expect(await input(page).count()).toBe(0);
  await page.getByRole("button", { name: "Invite it again" }).click();
  await say(page, "Welcome back");
  await bubbles(page, "user").getByText("Welcome back").waitFor();
});

test("an event that the bot does not answer says so on its trace", async () => {
  const page = await studio.open();
  const { line } = studio.local;
  await line.deliver([line.event({ type: "videoPlayComplete", in: studio.aki.userId })]);
  await studio.traces(page).getByText("videoPlayComplete: this bot does not answer these").waitFor();
});

test("that a user has added the bot is told in the chat, where the bot greets", async () => {
  const page = await studio.open();
  await page.getByRole("button", { name: "Add a user" }).click();
  await page.getByRole("textbox", { name: "Name of the new user" }).fill(`Cho of ${studio.aki.name}`);
  await page.keyboard.press("Enter");
  await chat(page).getByText(`Cho of ${studio.aki.name} added Henji as a friend`).waitFor();
  await bubbles(page, "bot").getByText("thank you for adding me").waitFor();
});

test.each([
  ["at a desk, light", { colorScheme: "light" }, 1280],
  ["on a phone, dark", { ...phone, viewport: { width: 360, height: 640 }, colorScheme: "dark" }, 360],
] as const)("what a group shows is legible and large enough to press, %s", async (_where, options, width) => {
  const page = await studio.open(options);
  const chatId = await addGroup(page);
  const { line } = studio.local;
  const { aki, ben } = studio;
  const mention = { mentionees: [{ index: 0, length: 6, type: "user" as const, isSelf: true }] };
  const { message } = line.say({ from: aki.userId, in: chatId, text: "@Henji where shall we eat?", mention });
  const inGroup = { from: ben.userId, in: chatId };
  line.say({ ...inGroup, text: "Here, I think", quotedMessageId: message.id });
  line.sticker({ ...inGroup, keywords: ["happy", "yes"], quotedMessageId: message.id });
  line.media({
    ...inGroup,
    type: "file",
    fileName: "計画.pdf",
    bytes: Buffer.alloc(2_000),
    contentType: "x/y",
  });
  line.media({
    ...inGroup,
    type: "audio",
    duration: 2_000,
    bytes: Buffer.alloc(9),
    contentType: "audio/wav",
  });
  const place = { type: "location" as const, title: "Nagoya Castle", address: "1-1 Honmaru" };
  line.send({ ...inGroup, content: { ...place, latitude: 35.1856, longitude: 136.8997 } });
  await chat(page).getByText("Nagoya Castle").waitFor();
  const check = async () => {
    expect(await tooFaint(page, "body")).toEqual([]);
    expect(await tooFaintControls(page, "body")).toEqual([]);
    expect(await tooSmall(page, "body")).toEqual([]);
    expect(await widthOf(page)).toBe(width);
  };
  await check();
  await page.getByRole("button", { name: "Send something else" }).click();
  await check();
  await page.getByRole("menuitem", { name: "Sticker" }).click();
  await check();
  await input(page).pressSequentially("@");
  await offers(page).first().waitFor();
  await check();
  await input(page).fill("");
  await page.getByRole("button", { name: "Add a group" }).click();
  await check();
});
